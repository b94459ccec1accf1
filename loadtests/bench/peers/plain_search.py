"""Peer: hyperscan, looking for the values as people.json has them. Runs in .venv-peers; prints one JSON line.

plain_search.py VALUES TEXTS

VALUES holds a JSON list of values, TEXTS a JSON string in base64 a line. Every value is a literal in any letter case
(of ASCII; hyperscan folds no more in octets). Printed are the CPU time of building and of the scan and, for each text,
the numbers of the values in it.
"""

import base64
import json
import resource
import sys
from pathlib import Path

import hyperscan


def cpu_seconds() -> float:
    """CPU time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Scan every text."""
    values = [value.encode() for value in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))]
    texts = [base64.b64decode(line) for line in Path(sys.argv[2]).read_bytes().splitlines()]
    before = cpu_seconds()
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(
        expressions=values, ids=range(len(values)), elements=len(values), flags=[flags] * len(values), literal=True
    )
    built = cpu_seconds()
    found: list[list[int]] = []

    def note(number: int, _start: int, _end: int, _flags: int, seen: set[int]) -> None:
        seen.add(number)

    for text in texts:
        seen: set[int] = set()
        database.scan(text, match_event_handler=note, context=seen)
        found.append(sorted(seen))
    print(json.dumps({"build_s": built - before, "cpu_s": cpu_seconds() - built, "found": found}))


if __name__ == "__main__":
    main()
