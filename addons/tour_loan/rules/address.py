"""A Russian address on one line, taken apart into the fields of the questionnaire."""

import re

from .regions import is_region

_STREET = re.compile(
    r"\b(ул|улица|пр|пр-т|пр-кт|просп|проспект|пер|переулок|проезд|пр-д|ш|шоссе|б-р|бульвар|"
    r"наб|набережная|пл|площадь|туп|тупик|аллея|мкр|микрорайон|кв-л|квартал|тракт|линия)\b\.?",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"^(?:д|дом|вл|влад|владение|уч|участок)\b\.?\s*№?\s*(?=\S*\d)", re.IGNORECASE)
_BUILDING = re.compile(r"^(?:к|корп|корпус|стр|строение|лит|литера)\b\.?\s*\S", re.IGNORECASE)
_FLAT = re.compile(r"^(?:кв|квартира|ком|комната|оф|офис)\b\.?\s*№?\s*(?=\S*\d)", re.IGNORECASE)
_REGION = re.compile(r"\b(обл|область|край|респ|республика|ао|а\.о|округ)\b\.?", re.IGNORECASE)
_CITY = re.compile(r"^(?:г|гор|город)\b\.?\s*", re.IGNORECASE)
_COUNTRY = re.compile(r"^(россия|рф|российская федерация)$", re.IGNORECASE)
# Cities that are regions.
_BOTH = re.compile(r"^(москва|санкт-петербург|севастополь)$", re.IGNORECASE)


def split(text: str) -> dict[str, str]:
    """Return what was recognised: postcode, region, city, street, house, flat.

    What is not recognised is left out: a person looks at it before it counts.
    """
    found: dict[str, str] = {}
    rest = []
    for part in (" ".join(piece.split()) for piece in (text or "").split(",")):
        if not part or _COUNTRY.match(part):
            continue
        if re.fullmatch(r"[1-6][0-9]{5}", part):
            found.setdefault("postcode", part)
        elif _FLAT.match(part):
            found.setdefault("flat", _FLAT.sub("", part))
        elif _HOUSE.match(part):
            found.setdefault("house", _HOUSE.sub("", part))
        elif _BUILDING.match(part) and "house" in found:
            found["house"] += f" {part}"
        elif _STREET.search(part):
            found.setdefault("street", part)
        elif _REGION.search(part) and "region" not in found:
            found["region"] = part
        else:
            rest.append(part)
    _name_places(found, rest)
    return found


def _name_places(found: dict[str, str], rest: list[str]) -> None:
    """Tell region, city and a bare house number among the parts without a mark."""
    for part in rest:
        plain = _CITY.sub("", part)
        if _BOTH.match(plain):
            found.setdefault("region", plain)
            found.setdefault("city", plain)
        elif re.match(r"^\d+\s*[а-яА-Я]?(/\d+)?$", part) and "street" in found:
            found.setdefault("flat" if "house" in found else "house", part)
        elif "region" not in found and not _CITY.match(part) and is_region(part):
            found["region"] = part
        else:
            found.setdefault("city", plain)
