"""The rule for a commit's message, for git's hook: ``python3 -m scripts.commit_message FILE``.

``[area] what it does``, 72 characters at most; the why below, after an empty line. Standard
library only: a hook runs before there is an environment.
"""

import re
import sys
from pathlib import Path

LONGEST = 72
SUBJECT = re.compile(r"\[[a-z_0-9]+\] \S")
# git's own; a fixup is squashed before anybody else sees it
FREE = re.compile(r"Merge |Revert \"|(fixup|squash|amend)! ")


def faults(message: str) -> list[str]:
    """Return what is wrong with a message, one sentence each."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject, *body = lines or [""]
    if FREE.match(subject):
        return []
    found = []
    if len(subject) > LONGEST:
        found.append(f"the subject has {len(subject)} characters, {LONGEST} are the most")
    if not SUBJECT.match(subject):
        found.append("the subject begins with its area: [tour_loan] …, [tests] …, [docs] …")
    if body and body[0].strip():
        found.append("the second line is empty, the why comes below it")
    return found


def main() -> int:
    """Judge the message git is about to take."""
    found = faults(Path(sys.argv[1]).read_text())
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
