"""Journals that come from elsewhere, read in spite of damage; those that are too large to be held, read line by line;
and exchanges that were read elsewhere, as a journal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from testbed.interception.encoding import (
    Line,
    exchange_from_json,
    exchange_to_json,
    frame_to_json,
    ordered_to_json,
    play_to_json,
    stamp,
)
from testbed.interception.recorded import SCHEMA, JournalCorrupt, Reading, Recorded
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Headers

MAX_LINE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Lenient:
    """What could be read of a journal."""

    exchanges: tuple[Exchange, ...]
    plays: tuple[Play, ...]
    unreadable: tuple[str, ...]
    """One line each: which line of the file, and why."""


def read_leniently(file: BinaryIO) -> Lenient:
    """Read a journal; a line that cannot be read costs itself alone."""
    reading, problems, numbers = Reading(), list[str](), _Numbers()
    for number, raw in enumerate(_lines(file), start=1):
        if not raw.strip():
            continue
        try:
            line = _read(raw)
            numbers.hold_against(line)
            reading.take(line)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            problems.append(f"line {number} is no line of a journal ({type(error).__name__})")
    exchanges = tuple(_with_texts(exchange) for exchange in reading.exchanges)
    return Lenient(exchanges, tuple(reading.plays.values()), tuple(problems))


class _Numbers:
    """Those of the exchanges so far: in two journals that were joined they stand twice, and nobody can tell whose
    frames are whose.
    """

    def __init__(self) -> None:
        self._seen: set[object] = set()
        self._twice: set[object] = set()

    def hold_against(self, line: Line) -> None:
        """Take note of the next line.

        Raises:
            ValueError, KeyError, TypeError: it belongs to an exchange whose number was there before.
        """
        if line["kind"] == "exchange" and line["number"] in self._seen:
            self._twice.add(line["number"])
        if line["kind"] == "exchange":
            self._seen.add(line["number"])
        if line.get("number", line.get("exchange")) in self._twice:
            raise ValueError("the number stands twice")


def _with_texts(exchange: Exchange) -> Exchange:
    """JSON can write lone surrogates, which are no text and cannot be shown."""
    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=replace(request, method=_text(request.method), url=_text(request.url), headers=_texts(request.headers)),
        response=replace(response, headers=_texts(response.headers)) if response else None,
        sender=_text(exchange.sender),
        receiver=_text(exchange.receiver),
        error=_text(exchange.error),
        led_by=_text(exchange.led_by),
        shown=_text(exchange.shown),
    )


def _texts(headers: Headers) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers)


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE):
        yield line


def _read(raw: bytes) -> Line:
    line = json.loads(raw)
    if not isinstance(line, dict):
        raise TypeError("a line of a journal is an object")
    return line


def scan(path: Path) -> Iterator[Line]:
    """The lines of a journal, one after the other. A last line that was cut is left out: its recorder died meanwhile.

    Raises:
        JournalCorrupt: any other line cannot be read.
    """
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = json.loads(raw)
                if not isinstance(line, dict):
                    raise TypeError("a line of a journal is an object")
            except (ValueError, TypeError, RecursionError) as error:
                if not raw.endswith(b"\n"):
                    return
                raise JournalCorrupt(path, number, str(error)[:200]) from error
            yield line


def exchanges_in(path: Path) -> Iterator[Exchange]:
    """Every exchange of a journal, without its frames, in the order in which they were answered.

    Raises:
        JournalCorrupt: a line cannot be read.
    """
    for number, line in enumerate(scan(path), start=1):
        if line.get("kind") == "exchange":
            try:
                yield exchange_from_json(line)
            except (ValueError, KeyError, TypeError) as error:
                raise JournalCorrupt(path, number, str(error)[:200]) from error


def dump(recorded: Recorded) -> Iterator[str]:
    """The lines of a journal that gives the same when it is read.

    Exchanges that belong to a play stand between its beginning and its end, as if they had been recorded there.
    """
    yield _line({"kind": "journal", "schema": SCHEMA, "lab": recorded.lab, "started": stamp(recorded.started)})
    for play in recorded.plays:
        yield _line({"kind": "play", **play_to_json(play), "started": stamp(play.started or recorded.started)})
        yield from (_line({"kind": "ordered", **ordered_to_json(play.id, one)}) for one in play.orders)
        yield from _exchanges(one for one in recorded.exchanges if one.play == play.id)
        if play.finished is not None:
            yield _line(_ended(play, play.finished))
    known = {play.id for play in recorded.plays}
    yield from _exchanges(one for one in recorded.exchanges if one.play not in known)


def _ended(play: Play, finished: datetime) -> Line:
    ended: Line = {"kind": "played", "play": play.id, "finished": stamp(finished)}
    lacking: Line = {"lacking": play.lacking} if play.lacking else {}
    return {**ended, "stopped": play.stopped, "error": play.error, **lacking}


def _exchanges(exchanges: Iterator[Exchange]) -> Iterator[str]:
    for exchange in exchanges:
        yield _line({"kind": "exchange", **exchange_to_json(exchange)})
        for frame in exchange.frames:
            yield _line({"kind": "frame", **frame_to_json(exchange.number, frame)})


def _line(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"
