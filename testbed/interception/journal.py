"""The journal: what was played and every exchange, one JSON line each, written as it happens.

A recorder that dies loses what was under way and nothing else. Kinds of lines: ``journal`` (first), ``play``,
``ordered`` (of what the school was asked for), ``broken`` (of what the lab broke), ``seen`` (of what a person was shown
meanwhile), ``exchange``, ``frame`` and ``frames-cut`` (of an exchange that became a
WebSocket, after its own line), ``played``.
"""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from testbed.interception.encoding import (
    Line,
    broken_to_json,
    exchange_to_json,
    frame_to_json,
    ordered_to_json,
    play_to_json,
    seen_to_json,
    stamp,
    text_of,
)
from testbed.interception.recorded import SCHEMA
from testbed.interception.underway import Underway, write_whole
from testbed.model.orders import KEPT, AnyOrder
from testbed.model.verdict import Broken, Ordered, Play, Seen
from testbed.model.wire import KILLED, Exchange, Frame, Request, Response

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of a longer body the journal keeps so much, and says so."""
MAX_FRAMES = 10_000
MAX_FRAMES_BYTES = MAX_BODY_BYTES
"""Of one WebSocket the journal keeps so many frames, and so much of them together; it says where it stops."""


@dataclass(frozen=True, slots=True)
class _Open:
    request: Request
    sender: str
    play: str
    started: datetime
    clock: float
    shown: str

    def exchange(self, number: int, error: str) -> Exchange:
        """As long as nothing has come of it."""
        return Exchange(
            number=number,
            play=self.play,
            sender=self.sender,
            receiver=self.request.host,
            request=self.request,
            response=None,
            started=self.started,
            duration_ms=0.0,
            error=error,
            shown=self.shown,
        )


@dataclass(slots=True)
class _Socket:
    """A WebSocket that is open."""

    spoke: float
    """When something was last said on it, or it was opened."""
    frames: int = 0
    size: int = 0
    cut: bool = False


class Journal:
    """Writes one journal. Not for several threads.

    Args:
        path: its file, its owner's alone; what stands in it already stays there.
        lab: name of the carrier.
        now: the time, in aware UTC.
        last: number of the last exchange that stands there already.
        play: the play that is under way there.
        underway: the file beside it of what has left and is not answered; None where nobody kills the recorder.
    """

    def __init__(
        self,
        path: Path,
        lab: str,
        now: Callable[[], datetime],
        last: int = 0,
        play: str = "",
        underway: Path | None = None,
    ) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._now = now
        self._play, self._last = play, last
        self._open: dict[int, _Open] = {}
        self._sockets: dict[int, _Socket] = {}
        self._underway = None if underway is None else Underway(underway)
        if not os.fstat(descriptor).st_size:
            self._write({"kind": "journal", "schema": SCHEMA, "lab": lab, "started": stamp(now())})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._underway is not None:
            self._underway.close()

    def lost(self, exchanges: Iterable[Exchange]) -> None:
        """These were under way when the recorder before this one was killed."""
        for exchange in exchanges:
            self._last = max(self._last, exchange.number)
            self._write({"kind": "exchange", **exchange_to_json(exchange)})
        if self._underway is not None:
            self._underway.clear()

    @property
    def in_flight(self) -> int:
        """How many exchanges have left and not been answered."""
        return len(self._open)

    def begin(self, play: Play) -> None:
        """From now on exchanges belong to this play."""
        self._play = play.id
        self._write({"kind": "play", **play_to_json(play), "started": stamp(self._now())})

    def ordered(self, order: AnyOrder) -> None:
        """The school has carried out an order in the play under way; kept where it is of :data:`KEPT`."""
        if self._play and isinstance(order, KEPT):
            self._write({"kind": "ordered", **ordered_to_json(self._play, Ordered(self._now(), order))})

    def broke(self, broken: Broken) -> None:
        """The lab has broken or mended something in the play under way."""
        if self._play:
            self._write({"kind": "broken", **broken_to_json(self._play, broken)})

    def saw(self, seen: Seen) -> None:
        """The person was shown this in the play under way."""
        if self._play:
            self._write({"kind": "seen", **seen_to_json(self._play, seen)})

    def end(self, play_id: str, stopped: str = "", error: str = "", lacking: str = "") -> None:
        """The play is over; see :class:`testbed.model.verdict.Play` for ``stopped``, ``error`` and ``lacking``."""
        self._play = ""
        line: Line = {"kind": "played", "play": play_id, "finished": stamp(self._now()), "stopped": stopped}
        self._write({**line, "error": error, **({"lacking": lacking} if lacking else {})})

    def open(self, sender: str, request: Request, shown: str = "", play: str = "") -> int:
        """A request leaves; returns its number.

        Args:
            sender: who sends it.
            request: what it is.
            shown: see :class:`testbed.model.wire.Exchange`.
            play: which it is of, where that is not the one that is under way.
        """
        self._last += 1
        of = play or self._play
        opened = self._open[self._last] = _Open(request, sender, of, self._now(), time.monotonic(), shown)
        if self._underway is not None:
            kept, cut = _bounded(request)
            error = "; ".join(part for part in (KILLED, cut) if part)
            self._underway.left(replace(opened.exchange(self._last, error), request=kept))
        return self._last

    def close(self, number: int, response: Response | None, error: str = "") -> None:
        """It was answered, or never will be; an exchange that is closed already stays as it is."""
        opened = self._open.pop(number, None)
        if opened is None:
            return
        request, cut_request = _bounded(opened.request)
        answer, cut_answer = _bounded(response) if response else (None, "")
        exchange = replace(
            opened.exchange(number, "; ".join(part for part in (error, cut_request, cut_answer) if part)),
            request=request,
            response=answer,
            duration_ms=(time.monotonic() - opened.clock) * 1000,
        )
        self._write({"kind": "exchange", **exchange_to_json(exchange)})
        if self._underway is not None:
            self._underway.over(number)

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
        """Raises OSError where not all of it can be written."""
        write_whole(self._file, text_of(line))


def _bounded[Message: (Request, Response)](message: Message) -> tuple[Message, str]:
    if len(message.body) <= MAX_BODY_BYTES:
        return message, ""
    what = f"{type(message).__name__.lower()} body of {len(message.body)} bytes cut to {MAX_BODY_BYTES}"
    return replace(message, body=message.body[:MAX_BODY_BYTES]), what


def _cut(data: bytes, size: int, *, text: bool) -> bytes:
    """The beginning; of a text without the character that the cut goes through."""
    return data[:size].decode("utf-8", "ignore").encode() if text else data[:size]


def write(path: Path, lab: str, started: datetime, exchanges: Iterable[Exchange]) -> None:
    """A whole journal of exchanges that belong to no play."""
    with path.open("wb") as file:
        file.write(text_of({"kind": "journal", "schema": SCHEMA, "lab": lab, "started": stamp(started)}))
        for exchange in exchanges:
            file.write(text_of({"kind": "exchange", **exchange_to_json(exchange)}))
            for frame in exchange.frames:
                file.write(text_of({"kind": "frame", **frame_to_json(exchange.number, frame)}))
