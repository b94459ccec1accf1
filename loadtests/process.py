"""``python -m loadtests.process``: a process that makes load, alone or as one of several, told by lines what to do.

The first line says what it is (:class:`testbed.model.load.Process`), and it answers when it is ready. Then each line is
an order and is answered by a line: ``{"order": ...}`` what is to be done, ``{"go": seconds}`` when it begins,
``{"take": true}`` what became of whom since the last one, ``{"stop": true}`` end what is under way. It ends when
standard input does. An order that cannot be taken is answered by ``{"failed": why}``. Where the first line names a
port, the orders come there (:mod:`loadtests.ordered`).
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import gevent
from gevent.fileobject import FileObjectPosix

from loadtests.ordered import orders_at
from loadtests.parts import Part, make_part
from testbed.model.load import ORDER, PROCESS, RECORDS, Order

log = logging.getLogger("testbed.load")


TAKEN = 1000
"""So many records an answer holds."""


def serve(part: Part, lines: Iterator[bytes], say: Callable[[str], None]) -> None:
    """Do as each line says, and answer it."""
    for line in lines:
        told: dict[str, Any] = json.loads(line)
        answer: dict[str, object]
        match told:
            case {"order": order}:
                answer = _given(part, ORDER.validate_python(order))
            case {"go": in_s}:
                part.begin(float(in_s))
                answer = {"begun": True}
            case {"take": _}:
                records = RECORDS.dump_python(tuple(part.take(TAKEN)), mode="json")
                # NOTE: the state is taken after the records, and says that it is over only when none are left.
                answer = {"records": records, **asdict(part.state())}
            case {"stop": _}:
                part.stop()
                answer = {"stopped": True}
            case _:
                raise ValueError(f"nobody knows what this means: {line[:200]!r}")
        say(json.dumps(answer))


def _given(part: Part, order: Order) -> dict[str, object]:
    try:
        part.give(order)
    except TimeoutError as error:
        return {"failed": str(error)}
    return {"given": True}


@contextmanager
def _standard_input() -> Iterator[Iterator[bytes]]:
    # NOTE: Python's own would keep everything else waiting for a line.
    with FileObjectPosix(sys.stdin.fileno(), "rb", close=False) as lines:
        yield iter(lines)


def _print(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Be that process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with _standard_input() as lines:
        process = PROCESS.validate_json(next(lines))
        part = make_part(process)
        _print(json.dumps({"ready": True}))
        try:
            if process.orders:
                with orders_at(process.orders, process.token) as (orders, say):
                    serve(part, orders, say)
            else:
                serve(part, lines, _print)
        finally:
            part.quit()
            gevent.sleep(0)


if __name__ == "__main__":
    main()
