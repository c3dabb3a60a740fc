"""What all tests share: one browser a run, and no luck.

What is drawn is the same in every run and on every machine.
"""

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from scripts.places import VAR
from tests.chromium import chromium  # noqa: F401 (one for all folders of a run)

settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    deadline=None,  # a busy machine is no fault
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")
# `make fuzz`: other values each time; what was found is tried first.
settings.register_profile(
    "fresh",
    database=DirectoryBasedExampleDatabase(VAR / "fuzz" / "examples"),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
