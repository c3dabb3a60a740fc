"""``python -m scripts.accounting_schema``: write docs/accounting-profile.schema.json anew.

Editors complete names of an accounting profile by it and show what they mean; a test holds
it to the language of ``addons/moyamfo_sync/protocol``.
"""

import json

from scripts.places import ROOT
from tests.unit.rooms import room


def main() -> None:
    """Write the file."""
    schema = room("moyamfo_sync", "protocol").language.schema()
    text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    (ROOT / "docs" / "accounting-profile.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
