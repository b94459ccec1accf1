"""A roster of 100,000 pupils over the school's data API: fetched in full, and then what 1 % of changes come to.

Each figure is taken in a process of its own, client and school together, and the time in which the school first makes
what the caller may see is part of it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

from loadtests.bench.measure import Outcome, compared

PUPILS = 100_000
PERSONS_PER_S = 5_000.0
DELTA_S = 5.0
TIMEOUT_S = 600


def school_data() -> Iterator[Outcome]:
    """Persons for each CPU second of a full pull, and the CPU time of a delta after every hundredth pupil has moved."""
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.bench.school_data_worker", str(PUPILS)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT_S,
    )
    ran: dict[str, float] = json.loads(done.stdout)
    yield compared("school-data-full-pull", ran["persons_per_s"], "persons/CPU s", ("budget", PERSONS_PER_S), "more")
    yield compared("school-data-delta", ran["delta_s"], "CPU s", ("budget", DELTA_S), "less")
