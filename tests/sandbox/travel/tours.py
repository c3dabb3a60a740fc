"""The catalogue: what both agencies sell. Prices are roubles for two; days count from today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True)
class Tour:
    """One tour. ``picture`` is a file of static/tours; ``flight`` is (number there, number back, from, to) or None."""

    code: str
    title: str
    text: str
    picture: str
    price: int
    in_days: int
    nights: int
    country: str
    country_name: str
    resort: str
    hotel: str
    stars: int
    room: str
    meal: str
    meal_name: str
    flight: tuple[str, str, str, str] | None = None

    def starts_on(self) -> date:
        """The day it starts if bought today."""
        return today() + timedelta(days=self.in_days)

    def describe(self, starts_on: date, tourists: list[dict]) -> dict:
        """The ``tour`` of ``application.create``."""
        description = {
            "operator": {"name": "ООО «Большая Земля»", "registry_number": "РТО 012345"},
            "country": self.country,
            "resort": self.resort,
            "hotel": {
                "name": self.hotel,
                "stars": self.stars,
                "room": self.room,
                "meal": self.meal,
                "placement": "двухместное",
            },
            "departure_city": "Москва",
            "starts_on": starts_on.isoformat(),
            "nights": self.nights,
            "tourists": tourists,
        }
        if self.flight:
            there, back, origin, target = self.flight
            ends_on = starts_on + timedelta(days=self.nights)
            description["flights"] = [
                _flight(there, origin, target, starts_on, 9),
                _flight(back, target, origin, ends_on, 16),
            ]
        return description


def _flight(number, origin, target, day, hour):
    departs_at = datetime(day.year, day.month, day.day, hour, 20, tzinfo=MOSCOW)
    return {
        "number": number,
        "from": origin,
        "to": target,
        "departs_at": departs_at.isoformat(),
        "arrives_at": (departs_at + timedelta(hours=4, minutes=35)).isoformat(),
    }


CATALOGUE = [
    Tour(
        code="antalya",
        title="Анталья: море и горы",
        text="Первая линия, подогреваемый бассейн и завтраки с видом на залив. Трансфер из аэропорта включён.",
        picture="sea.svg",
        price=145_000,
        in_days=45,
        nights=7,
        country="TR",
        country_name="Турция",
        resort="Анталья",
        hotel="Mavi Deniz Resort",
        stars=5,
        room="Standard Sea View",
        meal="AI",
        meal_name="всё включено",
        flight=("SU2142", "SU2143", "SVO", "AYT"),
    ),
    Tour(
        code="polyana",
        title="Красная Поляна: снег и баня",
        text="Пять дней в горах: подъёмник у порога, баня и панорамная терраса. Ски-пасс на два дня в подарок.",
        picture="mountains.svg",
        price=49_000,
        in_days=30,
        nights=4,
        country="RU",
        country_name="Россия",
        resort="Красная Поляна",
        hotel="Горная Роза",
        stars=4,
        room="Стандарт с балконом",
        meal="BB",
        meal_name="завтраки",
    ),
    Tour(
        code="kazan",
        title="Казань: выходные в тысячелетнем городе",
        text="Кремль, чак-чак и огни набережной. Отель в центре, обзорная экскурсия и поезд туда и обратно.",
        picture="city.svg",
        price=38_000,
        in_days=21,
        nights=3,
        country="RU",
        country_name="Россия",
        resort="Казань",
        hotel="Старый Город",
        stars=4,
        room="Двухместный стандарт",
        meal="BB",
        meal_name="завтраки",
    ),
    Tour(
        code="hurghada",
        title="Хургада: пустыня и коралловый риф",
        text="Красное море зимой: +24, собственный риф у пирса и поездка к пирамидам на один день.",
        picture="desert.svg",
        price=118_000,
        in_days=35,
        nights=9,
        country="EG",
        country_name="Египет",
        resort="Хургада",
        hotel="Coral Sands Beach",
        stars=5,
        room="Family Garden View",
        meal="AI",
        meal_name="всё включено",
        flight=("MS724", "MS723", "DME", "HRG"),
    ),
    Tour(
        code="phuket",
        title="Пхукет: две недели лета",
        text="Бухты, храмы и ночные рынки. Вилла в саду в пяти минутах от моря, прямой перелёт.",
        picture="temple.svg",
        price=265_000,
        in_days=60,
        nights=13,
        country="TH",
        country_name="Таиланд",
        resort="Пхукет",
        hotel="Lotus Garden Villas",
        stars=4,
        room="Garden Villa",
        meal="HB",
        meal_name="завтраки и ужины",
        flight=("SU274", "SU275", "SVO", "HKT"),
    ),
    Tour(
        code="maldives",
        title="Мальдивы: остров на двоих",
        text="Дом на воде, стеклянный пол над рифом и тишина. Гидросамолёт до острова включён.",
        picture="island.svg",
        price=420_000,
        in_days=75,
        nights=8,
        country="MV",
        country_name="Мальдивы",
        resort="Атолл Ари",
        hotel="Silver Lagoon Island",
        stars=5,
        room="Water Villa",
        meal="FB",
        meal_name="полный пансион",
        flight=("SU320", "SU321", "SVO", "MLE"),
    ),
]
TOURS = {tour.code: tour for tour in CATALOGUE}


def today() -> date:
    """The date in Moscow."""
    return datetime.now(MOSCOW).date()
