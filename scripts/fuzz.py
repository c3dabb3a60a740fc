"""``make fuzz SECONDS=300``: what the suite draws at random, drawn anew.

``make test`` draws the same each time, so that no run rests on luck. Here every round has a
fresh seed, until the time is over or something was found. A find is kept in ``var/fuzz``: the
next round, or the next ``make fuzz``, begins with it. Write it as an ``@example`` above the
test: then ``make test`` has it too.
"""

import re
import subprocess
import sys
import time

from scripts import lanes
from scripts.places import ROOT, VAR, VENV_PYTHON

USUALLY = 300  # seconds
ROUND = ["-q", "-m", "hypothesis", "--hypothesis-profile", "fresh", "-p", "no:cacheprovider"]
WITHOUT_A_HOUSE, WITH_ONE = "tests/unit", "tests/agency/test_generated.py"


def main() -> int:
    """Run rounds; return 1 as soon as one finds something."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else USUALLY
    began, rounds = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        # the running house takes its time to start: it has the first round only
        places = [WITHOUT_A_HOUSE, WITH_ONE][: 2 if not rounds else 1]
        rounds += 1
        if not well(places):
            return 1
    print(f"{rounds} rounds with fresh seeds in {time.monotonic() - began:.0f} s found nothing")
    return 0


def well(places: list[str]) -> bool:
    """Run one round; keep the text of what it finds."""
    done = subprocess.run(
        [str(VENV_PYTHON), "-m", "pytest", *ROUND, *places],
        cwd=ROOT,
        env=lanes.environment(lanes.names()[0]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout.strip().splitlines()[-1], flush=True)
    if not done.returncode:
        return True
    file = VAR / "fuzz" / "found.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(done.stdout)
    print("\n".join(re.findall(r"^E +(?:Falsifying example|.*Error).*$", done.stdout, re.M)))
    print(f"found; all of it: {file}")
    return False


if __name__ == "__main__":
    sys.exit(main())
