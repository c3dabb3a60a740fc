"""The profile language: publications, requests and answers."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Scalar = str | int | float | bool | None
T = TypeVar("T")
# What a setting may be called: all of them are of moyamfo_sync, the publication's first.
SETTING = re.compile(r"^(?:(?:wsse|proxy|secret)_)?(?:login|password|token)$|^secret_[a-z0-9_]+$")


def _own_path(text: str) -> str:
    if not text.startswith("/") or text.startswith("//") or "\\" in text or "/../" in text:
        raise ValueError("a path that begins with one / is needed: hosts stand in the settings")
    return text


def _setting(name: str) -> str:
    if not SETTING.match(name):
        raise ValueError("the name of a setting is needed: login, password, token, secret_…")
    return name


def _file(name: str) -> str:
    if not re.fullmatch(r"[\w.-]+", name) or name.startswith("."):
        raise ValueError("the plain name of a file beside the profile is needed")
    return name


# Names under which a secret would stand, were it written here.
SECRET = re.compile(r"authoriz|token|токен|passw|парол|secret|api-?key|cookie|credential", re.I)


def _no_secrets(told: dict[str, T]) -> dict[str, T]:
    for name, value in told.items():
        if SECRET.search(name) and isinstance(value, str) and value and "{" not in value:
            raise ValueError(f"{name}: a secret never stands in a profile, name its setting")
    return told


Own = Annotated[str, AfterValidator(_own_path)]
Setting = Annotated[str, AfterValidator(_setting)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Basic(_Model):
    """HTTP Basic: a 1C user, or a proxy's before it."""

    type: Literal["basic"]
    login: Setting = Field(default="login", description="Name of the setting with the login.")
    password: Setting = Field(
        default="password", description="Name of the setting with the password."
    )


class Header(_Model):
    """A token in a header of its own."""

    type: Literal["header"]
    name: str = Field(pattern=r"^[A-Za-z0-9-]+$", description="Name of the header.")
    value: str = Field(default="{token}", description="Its text: «Bearer {token}».")
    token: Setting = Field(default="token", description="Name of the setting with the token.")


class Wsse(_Model):
    """WS-Security UsernameToken."""

    type: Literal["wsse"]
    login: Setting = Field(default="login", description="Name of the setting with the login.")
    password: Setting = Field(
        default="password", description="Name of the setting with the password."
    )
    digest: bool = Field(default=False, description="As a digest, not as text.")


class Certificate(_Model):
    """A client certificate: the setting names a PEM file with certificate and key."""

    type: Literal["certificate"]


class WsdlFile(_Model):
    """A WSDL kept beside the profile."""

    file: Annotated[str, AfterValidator(_file)] = Field(description="Name of the file.")


class Publication(_Model):
    """One publication; its host, login and secrets are settings of the server.

    ``<name>_url`` and so on, else ``url``: see docs/accounting.md.
    """

    kind: Literal["soap", "http"] = Field(description="SOAP, or plain HTTP.")
    wsdl: Own | WsdlFile | None = Field(default=None, description="Path of the WSDL, or a file.")
    address: Own = Field(
        default="/", description="Path that calls go to; by HTTP their paths' beginning."
    )
    binding: str | None = Field(
        default=None,
        description="Binding of the WSDL, {namespace}name or the name; else its first.",
    )
    soap: Literal["1.1", "1.2"] = Field(
        default="1.1", description="Which binding is taken if none is."
    )
    auth: list[Annotated[Basic | Header | Wsse | Certificate, Field(discriminator="type")]] = Field(
        default=[Basic(type="basic")], description="How it knows us; [] not at all."
    )
    headers: Annotated[dict[str, str], AfterValidator(_no_secrets)] = Field(
        default={}, description="Further headers of every call, no secrets."
    )


class SettingValue(_Model):
    """A value that stands in a setting of the server: a token in each call."""

    setting: Setting = Field(description="Name of the setting.")


Fixed = Scalar | SettingValue


class Request(_Model):
    """How the payload of a call is made of a record's keys."""

    parameter: str | None = Field(
        default=None,
        description="SOAP: the parameter that holds it; else its keys are the parameters.",
    )
    content: Literal["tree", "json", "xml", "form", "none"] | None = Field(
        default=None,
        description="tree: XDTO (SOAP) or JSON body (HTTP); json, xml: text; form; none.",
    )
    base64: bool = Field(default=False, description="The text goes as base64.")
    list: bool = Field(default=False, description="The payload is a list, also of one.")
    root: str | None = Field(
        default=None, description="XML text: the root's name, {namespace}name."
    )
    wrap: str | None = Field(default=None, description="The payload stands below this path.")
    fixed: Annotated[dict[str, Fixed], AfterValidator(_no_secrets)] = Field(
        default={}, description="Key → constant, a template of fields, or {setting}."
    )
    empty: Literal["omit", "null", "explicit"] | None = Field(
        default=None, description="As in formats, for this call."
    )
    verb: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="POST", description="HTTP."
    )
    path: Own | None = Field(
        default=None, description="HTTP: path below the address, fields in braces."
    )
    query: dict[str, str] = Field(default={}, description="HTTP: parameter → template of fields.")
    headers: Annotated[dict[str, str], AfterValidator(_no_secrets)] = Field(
        default={}, description="HTTP header → template of fields."
    )


class Answer(_Model):
    """How an answer is judged, and where in it is what."""

    content: Literal["auto", "tree", "json", "xml", "text", "void"] = Field(
        default="auto",
        description="What the payload is: json or xml inside of a text, text (a word, a number), "
        "tree (XDTO, a JSON body), void (nothing comes back). auto: as it looks.",
    )
    base64: bool = Field(default=False, description="The payload's text is base64.")
    payload: str | None = Field(
        default=None,
        description="Path of the payload in the answer; SOAP: return, if there is one.",
    )
    result: str | list[str] | None = Field(
        default=None,
        description="Path of the result code or word; several: the first that is there.",
    )
    ok: list[Scalar] = Field(default=[], description="Result words for yes; 0, true, OK.")
    ok_pattern: str | None = Field(default=None, description="Regular expression of them.")
    repeated: list[Scalar] = Field(default=[], description="Result words for «known already».")
    repeated_pattern: str | None = Field(default=None, description="Regular expression of them.")
    known: str | None = Field(
        default=None, description="Path of a yes that says «known already», beside the result."
    )
    not_found: list[str] = Field(
        default=[], description="Parts of results or texts for «there is none»."
    )
    transient: list[str] = Field(
        default=[], description="Parts of results or texts that will pass."
    )
    message: str | list[str] | None = Field(
        default=None, description="Path of the text of a refusal."
    )
    number: str | list[str] | None = Field(default=None, description="Path of the number it gave.")
    number_pattern: str | None = Field(default=None, description="Its only group is the number.")
    take: dict[str, str] = Field(
        default={}, description="Name → path: kept from this call for the next ones, {name} there."
    )
    rows: str | None = Field(default=None, description="Path of the rows; . the payload itself.")
    more: str | None = Field(default=None, description="Path of: are there more pages?")
    total: str | None = Field(default=None, description="Path of: how many rows are there in all?")
    cursor: str | None = Field(
        default=None, description="Path of where the next page begins; in the last row: row:УИД."
    )
    pages: Literal["page", "offset", "cursor", "none"] | None = Field(
        default=None, description="How pages are asked for; by default as the question's keys show."
    )
    first_page: Literal[0, 1] = Field(default=1, description="The number of the first page.")
    as_of: str | None = Field(default=None, description="Path of the time the answer is true for.")
    not_found_statuses: list[int] = Field(
        default=[], description="HTTP statuses for «there is none»."
    )
    repeated_statuses: list[int] = Field(
        default=[], description="HTTP statuses for «known already»."
    )
