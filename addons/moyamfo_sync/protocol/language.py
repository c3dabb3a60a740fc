"""The profile language: what a profile file may say, as models with descriptions.

`profile.parse` compiles it; docs/accounting-profile.schema.json is made of it
(``schema()``), so that editors complete names and show these descriptions.
docs/accounting.md tells the language by examples.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .language_wire import Answer, Publication, Request, Scalar

VERSION = 2
Told = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Place(_Model):
    """Where one of our fields stands on the wire, and how it looks there."""

    key: str | None = Field(
        default=None,
        description="Path of the key: Клиент.Паспорт.Серия; none with a default: a constant.",
    )
    format: Any = Field(
        default=None,
        description="How the value looks, in place of the profile's formats: strftime for dates "
        "(or iso, utc, unix, unix_ms), a mask with # for phones and digits, a word for money "
        "(text, number, comma, spaced, kopecks, kopecks_text), rates (also share, share_text, "
        "a_day), terms (number, text, days, days_of_30), [no, yes] for booleans.",
    )
    words: dict[str, str | None] | None = Field(
        default=None, description="Their word → ours, in place of the list in enums."
    )
    around: str | None = Field(
        default=None, description="Text around the value, {} for itself: «{} дней», «datetime'{}'»."
    )
    pattern: str | None = Field(
        default=None,
        description="Regular expression; what its only group (or it all) matches is the value, "
        "read or written.",
    )
    split: str | None = Field(
        default=None, description="A list goes as one text with this between."
    )
    default: Scalar = Field(
        default=None, description="Read in place of nothing, as if it had come."
    )
    empty: Scalar = Field(default=None, description="Written where we have no value, just so.")
    asked: bool = Field(
        default=False,
        description="Not in the answer: it is what was asked for (a question of one id).",
    )


class Composed(_Model):
    """Several of our fields in one key."""

    key: str = Field(description="Path of the key.")
    template: str = Field(
        description="Fields in braces, after a colon their format, in [] what is left out when a "
        "field in it is empty: «{last_name} {first_name}[ {middle_name}]»."
    )


Spot = str | Place | list[str | Place] | None
Keys = dict[str, Spot]


class Formats(_Model):
    """How values look unless a field says otherwise."""

    zone: str = Field(default="Europe/Moscow", description="Time zone of the lender's clocks.")
    datetime: str = Field(
        default="%Y-%m-%dT%H:%M:%S", description="strftime, or iso, utc, unix, unix_ms."
    )
    date: str = Field(default="%Y-%m-%d", description="strftime.")
    phone: str = Field(default="+7##########", description="Mask with ten # for a Russian number.")
    money: str = Field(
        default="text", description="text 1000.00, number, comma 1000,00, spaced, kopecks …"
    )
    percent: str = Field(
        default="text", description="text, number, comma, share 0.299, share_text, a_day."
    )
    whole: str = Field(default="number", description="Whole numbers: number or text.")
    months: str = Field(default="number", description="Terms: number, text, days, days_of_30.")
    boolean: list[Scalar] = Field(
        default=[False, True], description="What is written for no and yes."
    )
    empty: Literal["omit", "null", "explicit"] = Field(
        default="omit",
        description="What is sent where we have no value: nothing, null (xsi:nil), or an explicit "
        'empty value ("", 0001-01-01, 0), which SOAP parameters nobody mentions get too.',
    )


class Detail(_Model):
    """A further question for each row, whose answer becomes a part of the row."""

    into: str = Field(description="Name the answer gets in the row: paths begin with it.")
    name: str = Field(default="", description="SOAP operation; by HTTP a word for the log.")
    publication: str | None = Field(
        default=None, description="Whose it is, unless there is only one."
    )
    request: Request = Field(default=Request(), description="How it is asked; fields: number, uid.")
    answer: Answer | None = Field(default=None, description="How its answer is judged.")


class Step(_Model):
    """A further call of one operation, made after the call before it succeeded."""

    name: str = Field(default="", description="SOAP operation; by HTTP a word for the log.")
    publication: str | None = Field(
        default=None, description="Whose it is, unless there is only one."
    )
    request: Request = Field(default=Request(), description="How it is called.")
    answer: Answer | None = Field(default=None, description="How its answer is judged.")
    keys: dict[str, Keys] | None = Field(
        default=None, description="Keys by record, only for this call."
    )
    each: str | None = Field(
        default=None, description="A list of the record (documents): one call for each of its rows."
    )


class Operation(_Model):
    """One thing the exchange does, and how this lender's system does it."""

    name: str = Field(
        default="",
        description="The SOAP operation as the WSDL writes it; by HTTP a word for the log.",
    )
    publication: str | None = Field(
        default=None, description="Whose it is, unless there is only one."
    )
    parameter: str | None = Field(
        default=None,
        description="Short for a request whose payload is JSON text in this parameter.",
    )
    timeout: float = Field(default=30, ge=1, le=600, description="Seconds for the whole call.")
    instead: str | None = Field(
        default=None,
        description="Not offered: staff (by hand), never, or the operation that does it.",
    )
    request: Request = Field(default=Request(), description="How the payload is made.")
    answer: Answer | None = Field(default=None, description="How the answer is judged and read.")
    keys: dict[str, Keys] | None = Field(
        default=None,
        description="Keys by record, only for this operation, in place of the common ones.",
    )
    composed: dict[str, list[Composed]] | None = Field(
        default=None, description="Composed keys by record, only for this operation."
    )
    filter: bool = Field(
        default=True,
        description="False: the question has no filter by id, rows not asked for are expected.",
    )
    each: Literal["uid", "day"] | None = Field(
        default=None, description="One call for each id, or for each day since the last question."
    )
    days: int = Field(
        default=7, ge=1, le=366, description="With each day and no time known: so many back."
    )
    details: list[Detail] = Field(default=[], description="Further questions for each row.")
    then: list[Step] = Field(default=[], description="Further calls: create, then attach.")


class Profile(_Model):
    """The contract with one lender's accounting system."""

    schema_: str | None = Field(default=None, alias="$schema", description="For editors.")
    name: Told = Field(description="What this profile is called.")
    comment: str = Field(default="", description="For people.")
    language: Literal[2] = Field(default=2, description="Version of this language.")
    connect_timeout: float = Field(default=5, ge=1, le=60, description="Seconds for a connection.")
    page_size: int = Field(default=200, ge=1, le=10000, description="Rows asked for at once.")
    publications: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], Publication] = Field(
        min_length=1, description="Where the operations are published, by a name of ours."
    )
    formats: Formats = Field(default=Formats(), description="How values look.")
    operations: dict[str, Operation] = Field(description="What is offered, and how.")
    answer: Answer = Field(
        default=Answer(), description="How answers are judged, unless told there."
    )
    keys: dict[str, Keys] = Field(description="Record → our field → their key.")
    composed: dict[str, list[Composed]] = Field(
        default={}, description="Record → keys of several fields."
    )
    constants: dict[str, dict[str, Any]] = Field(
        default={}, description="Record → key → what every message of it says there."
    )
    enums: dict[str, dict[str, str | None]] = Field(
        default={},
        description="List → their word → ours; null: rows with it are none of ours, * any other.",
    )
    transient_faults: list[str] = Field(
        default=[], description="Parts of texts that will pass: a lock."
    )
    technical_faults: list[str] = Field(
        default=[], description="Parts of texts that are no verdict."
    )
    stale_faults: list[str] = Field(
        default=[
            "peration not found",
            "не найдена операция",
            "Операция не найдена",
            "Метод не обнаружен",
        ],
        description="Parts of texts that say the WSDL we know is of before an update.",
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a profile file."""
    made = Profile.model_json_schema(by_alias=True)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Accounting profile"
    return made
