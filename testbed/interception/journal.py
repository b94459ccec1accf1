"""The journal: what was played and every exchange, one JSON line each, written as it happens.

A recorder that dies loses what was under way and nothing else. Kinds of lines: ``journal`` (first), ``play``,
``exchange``, ``played``.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic_core import PydanticSerializationError, to_json

from testbed.interception.encoding import (
    Line,
    exchange_from_json,
    exchange_to_json,
    moment,
    play_from_json,
    play_to_json,
    stamp,
)
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Request, Response

SCHEMA = "testbed.journal/1"
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of a longer body the journal keeps so much, and says so."""
CUT_SHORT = "the recording ended during this play"


class JournalCorrupt(ValueError):
    """A line in the middle of a journal cannot be read: names the file, the line and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}: line {line}: {reason}. The journal is damaged there; judge a whole copy of it.")


@dataclass(frozen=True, slots=True)
class _Open:
    request: Request
    sender: str
    play: str
    started: datetime
    clock: float


class Journal:
    """Writes one journal. Not for several threads."""

    def __init__(self, path: Path, lab: str, now: Callable[[], datetime]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._now = now
        self._play = ""
        self._last = 0
        self._open: dict[int, _Open] = {}
        self._write({"kind": "journal", "schema": SCHEMA, "lab": lab, "started": stamp(now())})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def in_flight(self) -> int:
        """How many exchanges have left and not been answered."""
        return len(self._open)

    def begin(self, play: Play) -> None:
        """From now on exchanges belong to this play."""
        self._play = play.id
        self._write({"kind": "play", **play_to_json(play), "started": stamp(self._now())})

    def end(self, play_id: str, stopped: str = "", error: str = "") -> None:
        """The play is over; see :class:`testbed.model.verdict.Play` for ``stopped`` and ``error``."""
        self._play = ""
        self._write(
            {"kind": "played", "play": play_id, "finished": stamp(self._now()), "stopped": stopped, "error": error}
        )

    def open(self, sender: str, request: Request) -> int:
        """A request leaves; returns its number."""
        self._last += 1
        self._open[self._last] = _Open(request, sender, self._play, self._now(), time.monotonic())
        return self._last

    def close(self, number: int, response: Response | None, error: str = "") -> None:
        """It was answered, or never will be; an exchange that is closed already stays as it is."""
        opened = self._open.pop(number, None)
        if opened is None:
            return
        request, cut_request = _bounded(opened.request)
        answer, cut_answer = _bounded(response) if response else (None, "")
        exchange = Exchange(
            number=number,
            play=opened.play,
            sender=opened.sender,
            receiver=opened.request.host,
            request=request,
            response=answer,
            started=opened.started,
            duration_ms=(time.monotonic() - opened.clock) * 1000,
            error="; ".join(part for part in (error, cut_request, cut_answer) if part),
        )
        self._write({"kind": "exchange", **exchange_to_json(exchange)})

    def _write(self, line: Line) -> None:
        self._file.write(_line(line))


def _bounded[Message: (Request, Response)](message: Message) -> tuple[Message, str]:
    if len(message.body) <= MAX_BODY_BYTES:
        return message, ""
    what = f"{type(message).__name__.lower()} body of {len(message.body)} bytes cut to {MAX_BODY_BYTES}"
    return replace(message, body=message.body[:MAX_BODY_BYTES]), what


@dataclass(frozen=True, slots=True)
class Recorded:
    """A journal that was read."""

    lab: str
    started: datetime
    plays: tuple[Play, ...]
    exchanges: tuple[Exchange, ...]
    """By number."""
    problems: tuple[str, ...]


def write(path: Path, lab: str, started: datetime, exchanges: Iterable[Exchange]) -> None:
    """A whole journal of exchanges that belong to no play."""
    with path.open("wb") as file:
        file.write(_line({"kind": "journal", "schema": SCHEMA, "lab": lab, "started": stamp(started)}))
        for exchange in exchanges:
            file.write(_line({"kind": "exchange", **exchange_to_json(exchange)}))


def _line(line: Line) -> bytes:
    # NOTE: every exchange waits for this; pydantic's serialiser takes a quarter of the standard library's time.
    try:
        return to_json(line) + b"\n"
    except PydanticSerializationError:
        # NOTE: a name or a value that was no UTF-8 on the wire holds lone surrogates, which it refuses.
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def read(path: Path) -> Recorded:
    """Read a journal.

    A last line that was cut is a problem, not an error: the recorder died while it wrote.

    Raises:
        JournalCorrupt: any other line cannot be read.
    """
    lab, started = "", None
    plays: dict[str, Play] = {}
    exchanges: list[Exchange] = []
    problems: list[str] = []
    content = path.read_bytes()
    lines = content.split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if not raw:
            continue
        try:
            line = json.loads(raw)
            match line["kind"]:
                case "journal" if line["schema"] == SCHEMA:
                    lab, started = str(line["lab"]), moment(line["started"])
                case "play":
                    play = play_from_json(line)
                    plays[play.id] = replace(play, error=CUT_SHORT)
                case "played":
                    plays[line["play"]] = replace(
                        plays[line["play"]],
                        finished=moment(line["finished"]),
                        stopped=str(line["stopped"]),
                        error=str(line["error"]),
                    )
                case "exchange":
                    exchanges.append(exchange_from_json(line))
                case other:
                    raise ValueError(f"a line of an unknown kind or schema: {other!r}")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if number == len(lines):
                problems.append(f"the journal's last line (line {number}) was cut: the recorder ended while it wrote")
                break
            raise JournalCorrupt(path, number, str(error)[:200]) from error
    if started is None:
        raise JournalCorrupt(path, 1, f"does not begin as {SCHEMA} does")
    ordered = tuple(sorted(exchanges, key=lambda exchange: exchange.number))
    return Recorded(lab, started, tuple(plays.values()), ordered, tuple(problems))
