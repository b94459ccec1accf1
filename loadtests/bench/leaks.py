"""How fast the search for people's values is, and what its index weighs, beside the budget that the project set itself.

``leak-search``: 64 MB of traffic as ``loadtests.bench.bulk`` mixes it, 100,000 people loaded, one leak in 100 KB. The
speed counts bytes as they cross the wire, compressed where they are; the end pass, which resolves what may be digests
and takes a time that depends on the people alone, is told by itself. ``leak-index``: 1.6 million people. Every figure
is CPU time of one process; memory is all that the process ever held.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

from loadtests.bench.measure import Outcome, compared

PEOPLE, MANY_PEOPLE = 100_000, 1_600_000
MEGABYTES = 64
SPEED_MB_S, INDEX_S, INDEX_MB, END_PASS_S = 50.0, 15.0, 500.0, 60.0
MANY_S, MANY_MB = 240.0, 4096.0
FULL = 100.0
TIMEOUT_S = 3600.0


def leak_search() -> Iterator[Outcome]:
    """Index, speed, what was found, end pass."""
    made = _measured("index", PEOPLE)
    yield compared("leak-index-100k-time", made["index_s"], "CPU s", ("budget", INDEX_S), "less")
    yield compared("leak-index-100k-memory", made["peak_mb"], "MB", ("budget", INDEX_MB), "less")
    ran = _measured("search", PEOPLE, MEGABYTES)
    yield compared("leak-search", ran["wire_mb_s"], "MB/CPU s", ("budget", SPEED_MB_S), "more")
    yield compared("leak-search-decoded", ran["read_mb_s"], "MB/CPU s", ("budget", SPEED_MB_S), "more")
    yield compared("leak-search-recall", ran["recall"], "%", ("budget", FULL), "more")
    yield compared("leak-search-precision", ran["precision"], "%", ("budget", FULL), "more")
    yield compared("leak-end-pass", ran["end_pass_s"], "CPU s", ("budget", END_PASS_S), "less")
    keyed = _measured("digests", PEOPLE)
    yield compared("leak-end-pass-with-a-key", keyed["with_a_key_s"], "CPU s", ("budget", END_PASS_S), "less")


def leak_index() -> Iterator[Outcome]:
    """As many people as there are pupils in Swedish schools."""
    made = _measured("index", MANY_PEOPLE)
    yield compared("leak-index-1.6m-time", made["index_s"], "CPU s", ("budget", MANY_S), "less")
    yield compared("leak-index-1.6m-memory", made["peak_mb"], "MB", ("budget", MANY_MB), "less")


def _measured(*arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.bench.leak_worker", *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT_S,
    )
    return dict(json.loads(done.stdout))
