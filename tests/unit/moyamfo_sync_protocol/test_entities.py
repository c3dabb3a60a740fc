"""An answer that names entities reads no file of ours, however it is read."""

import io

import pytest
from zeep.exceptions import EntitiesForbidden
from zeep.loader import parse_xml
from zeep.settings import Settings

from tests.unit.rooms import room

protocol = room("moyamfo_sync", "protocol")
SECRET = "what nobody outside may read"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


@pytest.fixture
def doctype(tmp_path):
    """Return the beginning of an XML that calls a file of this machine ``&file;``."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    return f'<!DOCTYPE x [<!ENTITY file SYSTEM "{file.as_uri()}"><!ENTITY word "a word">]>'


def test_of_a_fault(doctype):
    body = "<faultstring>&file;&word;</faultstring>"
    root = protocol.trees.parse_xml(_envelope(doctype, f"<e:Fault>{body}</e:Fault>"))
    text = protocol.soap.fault_of(root)
    assert SECRET not in text
    assert "a word" not in text


def test_of_a_stream_of_contracts(doctype, profile):
    told = []
    body = "<e:Fault><faultstring>so: &file;</faultstring></e:Fault>"
    content = io.BytesIO(_envelope(doctype, body))
    call = profile.operations["get_contracts"].call
    rows = protocol.contracts.TypedRows(content, call, profile.formats, told.append)
    rows.stream = protocol.contracts.ContractStream(iter(rows))
    assert not list(rows.stream)
    assert told == ["so:"]


def test_of_an_answer_zeep_reads(doctype):
    settings = Settings(strict=True, xsd_ignore_sequence_order=True, xml_huge_tree=True)
    with pytest.raises(EntitiesForbidden):
        parse_xml(_envelope(doctype, "<r>&file;</r>"), None, settings=settings)


def _envelope(doctype, body):
    return (
        f'{doctype}<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{body}</e:Body></e:Envelope>'
    ).encode()
