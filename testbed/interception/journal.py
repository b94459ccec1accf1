"""The journal: what was played and every exchange, one JSON line each, written as it happens.

A recorder that dies loses what was under way and nothing else. Kinds of lines: ``journal`` (first), ``play``,
``exchange``, ``frame`` and ``frames-cut`` (of an exchange that became a WebSocket, after its own line), ``played``.
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
    frame_from_json,
    frame_to_json,
    moment,
    play_from_json,
    play_to_json,
    stamp,
)
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Frame, Request, Response

SCHEMA = "testbed.journal/1"
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of a longer body the journal keeps so much, and says so."""
MAX_FRAMES = 10_000
MAX_FRAMES_BYTES = MAX_BODY_BYTES
"""Of one WebSocket the journal keeps so many frames, and so much of them together; it says where it stops."""
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


@dataclass(slots=True)
class _Socket:
    """A WebSocket that is open."""

    spoke: float
    """When something was last said on it, or it was opened."""
    frames: int = 0
    size: int = 0
    cut: bool = False


class Journal:
    """Writes one journal. Not for several threads."""

    def __init__(self, path: Path, lab: str, now: Callable[[], datetime]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._now = now
        self._play = ""
        self._last = 0
        self._open: dict[int, _Open] = {}
        self._sockets: dict[int, _Socket] = {}
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

    def connect(self, number: int) -> None:
        """The exchange, which is closed, has become a WebSocket."""
        self._sockets[number] = _Socket(time.monotonic())

    def hang_up(self, number: int) -> None:
        """Nothing more will be said on this WebSocket."""
        self._sockets.pop(number, None)

    def silent(self, seconds: float) -> bool:
        """Whether every open WebSocket has been silent for so long."""
        since = time.monotonic() - seconds
        return all(socket.spoke <= since for socket in self._sockets.values())

    def frame(self, number: int, *, sent: bool, data: bytes, text: bool) -> None:
        """Something was said on an open WebSocket. From where it is too much, nothing more of it is kept."""
        socket = self._sockets[number]
        socket.spoke = time.monotonic()
        if socket.cut:
            return
        room = MAX_FRAMES_BYTES - socket.size
        socket.frames += 1
        socket.size += len(data)
        if socket.frames <= MAX_FRAMES:
            kept = data if len(data) <= room else _cut(data, room, text=text)
            frame = Frame(sent, self._now(), kept, text)
            self._write({"kind": "frame", **frame_to_json(number, frame)})
        if socket.frames > MAX_FRAMES or len(data) > room:
            socket.cut = True
            most = f"{MAX_FRAMES} frames or {MAX_FRAMES_BYTES} bytes"
            self._write({"kind": "frames-cut", "exchange": number, "error": f"WebSocket cut after {most}"})

    def _write(self, line: Line) -> None:
        self._file.write(_line(line))


def _bounded[Message: (Request, Response)](message: Message) -> tuple[Message, str]:
    if len(message.body) <= MAX_BODY_BYTES:
        return message, ""
    what = f"{type(message).__name__.lower()} body of {len(message.body)} bytes cut to {MAX_BODY_BYTES}"
    return replace(message, body=message.body[:MAX_BODY_BYTES]), what


def _cut(data: bytes, size: int, *, text: bool) -> bytes:
    """The beginning; of a text without the character that the cut goes through."""
    return data[:size].decode("utf-8", "ignore").encode() if text else data[:size]


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
            for frame in exchange.frames:
                file.write(_line({"kind": "frame", **frame_to_json(exchange.number, frame)}))


def _line(line: Line) -> bytes:
    # NOTE: every exchange waits for this; pydantic's serialiser takes a quarter of the standard library's time.
    try:
        return to_json(line) + b"\n"
    except PydanticSerializationError:
        # NOTE: a name or a value that was no UTF-8 on the wire holds lone surrogates, which it refuses.
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


class Reading:
    """A journal as far as it has been read."""

    def __init__(self) -> None:
        self.lab = ""
        self.started: datetime | None = None
        self.plays: dict[str, Play] = {}
        self._exchanges: dict[int, Exchange] = {}
        self._frames: dict[int, list[Frame]] = {}

    def take(self, line: Line) -> None:
        """The next line.

        Raises:
            ValueError, KeyError, TypeError: it is no line of a journal, or none that may stand here.
        """
        match line["kind"]:
            case "journal" if line["schema"] == SCHEMA:
                self.lab, self.started = str(line["lab"]), moment(line["started"])
            case "play":
                play = play_from_json(line)
                self.plays[play.id] = replace(play, error=CUT_SHORT)
            case "played":
                self.plays[str(line["play"])] = replace(
                    self.plays[str(line["play"])],
                    finished=moment(line["finished"]),
                    stopped=str(line["stopped"]),
                    error=str(line["error"]),
                )
            case "exchange":
                exchange = exchange_from_json(line)
                self._exchanges[exchange.number] = exchange
            case "frame":
                number, frame = frame_from_json(line)
                self._frames.setdefault(self._known(number), []).append(frame)
            case "frames-cut":
                number = self._known(int(str(line["exchange"])))
                exchange = self._exchanges[number]
                error = "; ".join(part for part in (exchange.error, str(line["error"])) if part)
                self._exchanges[number] = replace(exchange, error=error)
            case other:
                raise ValueError(f"a line of an unknown kind or schema: {other!r}")

    def _known(self, number: int) -> int:
        if number not in self._exchanges:
            raise ValueError(f"a frame of exchange {number}, which does not stand before it")
        return number

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """By number, each with its frames."""
        whole = (
            replace(exchange, frames=tuple(self._frames[number])) if number in self._frames else exchange
            for number, exchange in self._exchanges.items()
        )
        return tuple(sorted(whole, key=lambda exchange: exchange.number))


def read(path: Path) -> Recorded:
    """Read a journal.

    A last line that was cut is a problem, not an error: the recorder died while it wrote.

    Raises:
        JournalCorrupt: any other line cannot be read.
    """
    reading = Reading()
    problems: list[str] = []
    lines = path.read_bytes().split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if not raw:
            continue
        try:
            reading.take(json.loads(raw))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if number == len(lines):
                problems.append(f"the journal's last line (line {number}) was cut: the recorder ended while it wrote")
                break
            raise JournalCorrupt(path, number, str(error)[:200]) from error
    if reading.started is None:
        raise JournalCorrupt(path, 1, f"does not begin as {SCHEMA} does")
    return Recorded(reading.lab, reading.started, tuple(reading.plays.values()), reading.exchanges, tuple(problems))
