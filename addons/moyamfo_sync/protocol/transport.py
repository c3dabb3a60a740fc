"""SOAP over HTTP to a 1C publication, with zeep kept on a short leash.

What 1C and zeep do to each other (and why each line is here) was measured against
a server in 1C's shape; see ``tests/unit/moyamfo_sync_protocol``.
"""

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import zeep
import zeep.exceptions
from lxml import etree
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader
from zeep.cache import InMemoryCache, SqliteCache
from zeep.transports import Transport

from .errors import AccessRefused, BusinessError, FormatError, TransportError
from .profile import Profile

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes of an answer that is read at once
FAULT_LIMIT = 1024 * 1024  # bytes read of an error answer
WSDL_SECONDS = 3600  # a changed WSDL is noticed within this time
SECURE_PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": True}


class TimeoutAdapter(HTTPAdapter):
    """Adds the connect time-out to the read time-out of a call."""

    def __init__(self, connect_timeout: float):
        self.connect_timeout = connect_timeout
        super().__init__()

    def send(self, request, *args, timeout=None, **kwargs):
        both = (self.connect_timeout, timeout)
        return super().send(request, *args, timeout=both, **kwargs)


class SoapTransport(Transport):
    """HTTP for zeep: time-outs, Cyrillic headers, verdicts on what is no SOAP answer."""

    def __init__(self, profile: Profile, login: str, password: str, cache=None):
        session = requests.Session()
        # As bytes: requests would encode a Cyrillic login in Latin-1 and fail.
        session.auth = HTTPBasicAuth(login.encode(), password.encode())
        for scheme in ("http://", "https://"):
            session.mount(scheme, TimeoutAdapter(profile.connect_timeout))
        super().__init__(
            cache=cache or InMemoryCache(timeout=WSDL_SECONDS),
            timeout=30,
            session=session,
        )
        self.transient_faults = profile.transient_faults
        self.read_timeout = 30.0
        self.streaming = False
        self.answered_at = None  # 1C's server's time of the latest answer, aware UTC

    def _load_remote_data(self, url):
        with _verdict_on_requests():
            response = self.session.get(url, timeout=self.load_timeout, allow_redirects=False)
        self._check(response, response.content)
        return response.content

    def post(self, address, message, headers):
        # As bytes: http.client would encode a Cyrillic SOAPAction in Latin-1 and fail.
        headers = {name: value.encode() for name, value in headers.items()}
        with _verdict_on_requests():
            response = self.session.post(
                address,
                data=message,
                headers=headers,
                timeout=self.read_timeout,
                allow_redirects=False,
                stream=True,
            )
            self.answered_at = _http_date(response.headers.get("Date"))
            if response.status_code == 200 and self.streaming:
                if "html" in response.headers.get("Content-Type", ""):
                    self._check(response, _read(response, FAULT_LIMIT))
                response.raw.decode_content = True
                return response
            limit = ANSWER_LIMIT if response.status_code == 200 else FAULT_LIMIT
            response._content = _read(response, limit)
        self._check(response, response.content)
        return response

    def _check(self, response, content: bytes):
        """Raise for whatever is not an answer of the service itself."""
        status = response.status_code
        looks_html = "html" in response.headers.get("Content-Type", "") or re.match(
            rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)", content[:200], re.I
        )
        if status in (401, 403):
            raise AccessRefused(f"HTTP {status}: login or rights are refused", status=status)
        if looks_html:
            raise TransportError(f"HTTP {status}: an HTML page instead of an answer", status=status)
        declared = response.headers.get("Content-Length", "")
        if (
            declared.isdigit()
            and not response.headers.get("Content-Encoding")
            and len(content) < int(declared)
        ):
            raise TransportError("the answer was cut off")
        if status == 200:
            return
        text = fault_text(content) if status == 500 else None
        if text is None:
            raise TransportError(
                f"HTTP {status}: {content[:200].decode('utf-8', 'replace').strip()}",
                status=status,
                retry_after=_retry_after(response.headers.get("Retry-After", "")),
            )
        self.raise_fault(text)

    def raise_fault(self, text: str):
        """A fault is not always a refusal: a lock or a lost session will pass."""
        if any(word in text for word in self.transient_faults):
            raise TransportError(f"1C is busy: {text}", status=500)
        raise BusinessError(text)


def _retry_after(header: str) -> float | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); how long is believed, the outbox says."""
    try:
        return max(Retry().parse_retry_after(header), 0)
    except (InvalidHeader, ValueError, OverflowError):
        return None


@contextmanager
def _verdict_on_requests():
    """Turn what requests raises into TransportError."""
    try:
        yield
    except requests.exceptions.ConnectTimeout as error:
        raise TransportError(f"no connection: {error}", maybe_received=False) from error
    except requests.exceptions.ReadTimeout as error:
        raise TransportError("no answer in time") from error
    except requests.exceptions.ConnectionError as error:
        refused = "Failed to establish a new connection" in str(error)
        raise TransportError(f"connection: {error}", maybe_received=not refused) from error
    except requests.exceptions.RequestException as error:
        raise TransportError(f"HTTP: {error}") from error


def _http_date(text: str | None) -> datetime | None:
    """Read a Date header (RFC 9110, 5.6.7); None if there is none or it is no date."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _read(response, limit: int) -> bytes:
    """Read at most ``limit`` bytes of a streamed response."""
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > limit:
            raise TransportError(f"the answer is longer than {limit} bytes")
    return bytes(content)


def fault_text(content: bytes) -> str | None:
    """1C's own text of a SOAP fault, or None if this is no fault."""
    try:
        root = etree.fromstring(content, etree.XMLParser(**SECURE_PARSER))
    except etree.XMLSyntaxError:
        return None
    fault = root.find(".//{*}Body/{*}Fault")
    if fault is None:
        return None
    for path in ("faultstring", "{*}faultstring", "{*}Reason/{*}Text"):
        text = fault.findtext(path)
        if text:
            return text.strip()
    return "a fault without a text"


class Service:
    """The SOAP service of a profile at ``url``; not to be built in a web request.

    One thread at a time: time-outs are set on the transport before each call.

    :param str url: scheme, host and port, perhaps a path before the profile's own
    :param str cache_file: where the WSDL is kept between processes; None = memory
    :raises TransportError, FormatError: the WSDL cannot be had or read
    """

    def __init__(self, profile: Profile, url, login, password, cache_file=None):
        cache = cache_file and SqliteCache(path=str(cache_file), timeout=WSDL_SECONDS)
        self.profile = profile
        self.transport = SoapTransport(profile, login, password, cache)
        base = url.rstrip("/")
        with _verdict_on_zeep(self.transport):
            self._client = zeep.Client(
                base + profile.wsdl,
                transport=self.transport,
                settings=zeep.Settings(
                    strict=True,
                    # strict=False would put later fields into the wrong places
                    xsd_ignore_sequence_order=True,
                    # a contract in base64 is one text node of more than 10 MB
                    xml_huge_tree=True,
                    force_https=False,
                ),
            )
            # The port of SOAP 1.1 at the public address: the WSDL names the host
            # as 1C sees it itself.
            self._service = self._client.create_service(
                f"{{{profile.namespace}}}{profile.binding}", base + profile.address
            )

    def call(self, operation: str, text: str) -> str:
        """Call a text-in, text-out operation; return its ``return``."""
        one = self.profile.operations[operation]
        self.transport.read_timeout = one.timeout
        with _verdict_on_zeep(self.transport):
            answer = self._proxy(one)(**{one.parameter: text})
        if not isinstance(answer, str):
            raise FormatError(f"{one.name}: no text in the answer")
        return answer

    @contextmanager
    def stream(self, operation: str, **parameters):
        """Yield the raw body of a big answer as a file; close it afterwards."""
        one = self.profile.operations[operation]
        self.transport.read_timeout = one.timeout
        self.transport.streaming = True
        try:
            with (
                _verdict_on_zeep(self.transport),
                self._client.settings(raw_response=True),
            ):
                response = self._proxy(one)(**parameters)
        finally:
            self.transport.streaming = False
        try:
            yield response.raw
        finally:
            response.close()

    def _proxy(self, one):
        try:
            return self._service[one.name]
        except AttributeError:
            raise FormatError(f"the WSDL has no operation {one.name}") from None


@contextmanager
def _verdict_on_zeep(transport):
    """Turn what zeep raises into one of the three errors."""
    try:
        yield
    except zeep.exceptions.Fault as fault:
        transport.raise_fault(fault.message or "a fault without a text")
    except zeep.exceptions.TransportError as error:
        # The body came whole (see _check) and is still no XML.
        raise FormatError(f"not XML: {error.message}") from error
    except (zeep.exceptions.Error, etree.LxmlError) as error:
        raise FormatError(f"{type(error).__name__}: {error}") from error
    except (TypeError, ValueError) as error:
        # zeep's words for a parameter or a binding that the WSDL does not have
        raise FormatError(f"WSDL: {error}") from error
