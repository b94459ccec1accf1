"""``python -m loadtests.bench.leak_worker index|search|digests PEOPLE [MEGABYTES]``: one measurement.

A process each, so that the memory is that of one index. It prints one JSON line.
"""

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from unittest.mock import patch

from loadtests.bench.bulk import bulk
from loadtests.bench.crowd import crowd
from loadtests.bench.measure import cpu_seconds
from testbed.model.written import Person
from testbed.privacy.digests import SIZES, Tokens
from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.scoring import score, searched
from testbed.privacy.search import search

LEAKING = 2000
"""Of the people, those whose values leak."""
KEY = b"peppar"
LOADING, PASSES = 50, 3
"""Exchanges that are searched first, so that every loop is loaded; and how often all are searched then, of which the
best counts, for what else the machine does makes every pass dearer and none cheaper. Between them nothing is kept but
spellings of characters, entities and names."""


def index(count: int) -> dict[str, float]:
    """Time and memory of an index; the people are made as they are asked for, and that time is taken away."""
    before = cpu_seconds()
    for _ in crowd(count):
        pass
    making = cpu_seconds() - before
    made = PeopleIndex.of(crowd(count))
    spent = cpu_seconds() - before - 2 * making
    return {"people": len(made), "index_s": spent, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def searching(count: int, megabytes: int) -> dict[str, float]:
    """Speed of the search, its end pass apart, and what it found; its compiled loops are loaded before."""
    people = {person.id: _without_name(person) for person in crowd(min(LEAKING, count))}
    traffic = bulk(people, megabytes * 1_000_000)
    known = PeopleIndex.of(crowd(count))
    end_pass: list[float] = []
    spent: list[float] = []
    resolved = Tokens.resolved

    def timed(self: Tokens, of: PeopleIndex, keys: Sequence[bytes]) -> Iterator[tuple[int, tuple[str, ...], Owner]]:
        before = cpu_seconds()
        done = list(resolved(self, of, keys))
        end_pass.append(cpu_seconds() - before)
        yield from done

    with patch.object(Tokens, "resolved", timed):
        for some in (traffic.exchanges[:LOADING], *(traffic.exchanges for _ in range(PASSES))):
            before = cpu_seconds()
            found = searched(some, known, ())
            spent.append(cpu_seconds() - before - end_pass[-1])
    best = min(spent[1:])
    result = score(traffic.truth, found)
    return {
        "wire_mb_s": traffic.wire_bytes / 1e6 / best,
        "read_mb_s": traffic.read_bytes / 1e6 / best,
        "end_pass_s": min(end_pass[1:]),
        "leaks": result.total.seeded,
        "recall": 100 * result.total.recall,
        "precision": 100 * result.total.precision,
    }


def digests(count: int) -> dict[str, float]:
    """The end pass with a digest of every size to look for: without keys, and with one."""
    known = PeopleIndex.of(crowd(count))
    tokens = [b"id=" + (b"0123456789abcdef" * 8)[: 2 * n] for n in SIZES.values()]
    times: list[float] = []
    for keys in ((), (KEY,)):
        before = cpu_seconds()
        search(tokens, known, keys)
        times.append(cpu_seconds() - before)
    return {"end_pass_s": times[0], "with_a_key_s": times[1]}


def _without_name(person: Person) -> Person:
    """NOTE: full names are shared by many here, so they are nobody's; all other values belong to one person."""
    kept = {name: value for name, value in person.attributes.items() if name != "displayName"}
    return person.model_copy(update={"attributes": kept})


def main() -> None:
    """Do as the command line says."""
    what, count = sys.argv[1], int(sys.argv[2])
    match what:
        case "index":
            print(json.dumps(index(count)))
        case "search":
            print(json.dumps(searching(count, int(sys.argv[3]))))
        case "digests":
            print(json.dumps(digests(count)))
        case _:
            sys.exit(f"there is no measurement {what}")


if __name__ == "__main__":
    main()
