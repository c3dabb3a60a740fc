"""The contract with agencies as it was published: ``declared.json`` is ``rpc.discover``.

Whoever changes it knowingly writes the file anew, and the change is seen in it:
``python -m tests.unit.tour_loan_rpc.test_declared``.
"""

import json
from pathlib import Path

from .agency import rpc

KEPT = Path(__file__).with_name("declared.json")


def declared():
    document = rpc.openrpc.document("https://cabinet.example")
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def test_agencies_are_promised_what_they_were_promised():
    assert declared() == KEPT.read_text()


if __name__ == "__main__":
    KEPT.write_text(declared())
