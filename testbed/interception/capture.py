"""Captures made elsewhere: HAR, flow files of mitmproxy and journals, told by their content, as exchanges.

Nothing in such a file is trusted and nothing is lost in silence: what cannot be read is named by its number and the
rest is read; what is no traffic of the web is left out and counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from testbed.interception.har import LeftOut, Taken, Unusable, made_by, read_entry
from testbed.interception.har_entries import NO_LIST, Entries
from testbed.interception.journals import read_leniently
from testbed.model.files import ScenarioInvalid
from testbed.model.verdict import Play
from testbed.model.wire import Exchange

type Kind = Literal["HAR", "flow file", "journal"]

MAX_BYTES = 1024 * 1024 * 1024
"""A larger capture is refused; so much is held in memory, and as much again while it is judged."""
MAX_LINES = 200
"""So many lines of what could not be read; the rest are counted."""
HEAD = 64 * 1024
JOURNAL = re.compile(rb'^\s*\{[^{}]{0,200}"kind"\s*:\s*"(?:journal|play|exchange|played|frame)"')
HAR = re.compile(rb'\{.{0,1000}"(?:log|entries|startedDateTime)"', re.DOTALL)
FLOWS = re.compile(rb"[0-9]{1,12}:(?:[0-9]{1,12}:|[0-9]{0,12}$)")
FOREIGN = (
    (b"PK\x03\x04", "is a zip archive", "unpack it and name the HAR that is in it"),
    (b"\x1f\x8b", "is compressed with gzip", "unpack it first (gunzip)"),
    (b"\x78\x9c", "is compressed with zlib, as mitmproxy writes .zhar", "write it as .har"),
    (b"\x78\xda", "is compressed with zlib, as mitmproxy writes .zhar", "write it as .har"),
    (b"\xd4\xc3\xb2\xa1", "is a packet capture", "record with mitmproxy: packets hold TLS that nobody can read"),
    (b"\x0a\x0d\x0d\x0a", "is a packet capture", "record with mitmproxy: packets hold TLS that nobody can read"),
)
"""Files that people take for captures: how they begin, what they are, and the mend."""
CHROMIUM = "WebInspector"
SANITIZED = "cookies, of which the capture holds none: Chromium leaves them out unless sensitive data is exported too"
MEND = "name a HAR, a flow file of mitmproxy, a journal (exchanges.jsonl), or a run's folder"


@dataclass(frozen=True, slots=True)
class Capture:
    """What one file holds."""

    name: str
    """Of the file, without its folder."""
    kind: Kind
    made_by: str
    """The tool that wrote it, "" where it does not say."""
    exchanges: tuple[Exchange, ...]
    """In the order in which they left, numbered from 1 (a journal keeps its own numbers)."""
    plays: tuple[Play, ...] = ()
    """Of a journal."""
    unreadable: tuple[str, ...] = ()
    """What could not be read, one line each: of which entry, and why."""
    left_out: tuple[str, ...] = ()
    """What was not read on purpose, one line for each kind, with a count."""


@dataclass(slots=True)
class _Gathered:
    """A capture while it is read."""

    one: str
    """What the file calls a part: entry, flow."""
    exchanges: list[Exchange] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    bodiless: int = 0
    hints: list[str] = field(default_factory=list)

    @property
    def last(self) -> datetime | None:
        return self.exchanges[-1].started if self.exchanges else None

    def take(self, number: int, read: Callable[[], Taken]) -> None:
        """The next part."""
        try:
            taken = read()
        except LeftOut as reason:
            self.left_out[str(reason)] += 1
        except Unusable as reason:
            self.unreadable.append(f"{self.one} {number} {reason}")
        else:
            self.exchanges.append(taken.exchange)
            self.bodiless += taken.bodiless
            self.unreadable += [f"{self.one} {number}: {problem}" for problem in taken.problems]

    def lines(self) -> tuple[str, ...]:
        """What was left out, in words."""
        plural = {"entry": "entries", "flow": "flows"}[self.one]
        named = [
            f"{count} {self.one if count == 1 else plural} {kind}" for kind, count in sorted(self.left_out.items())
        ]
        if self.bodiless:
            named.append(f"the bodies of {self.bodiless} answers, which the capture does not hold")
        return (*named, *self.hints)

    def in_order(self) -> tuple[Exchange, ...]:
        """By the time when they left, numbered."""
        ordered = sorted(self.exchanges, key=lambda exchange: exchange.started)
        return tuple(replace(exchange, number=number) for number, exchange in enumerate(ordered, start=1))


def read_capture(path: Path, file: BinaryIO, sender: str) -> Capture:
    """Read one capture.

    Args:
        path: of the file, for what is said of it.
        file: opened and at its beginning.
        sender: host of whoever was recorded: the browser, unless a server was put behind the proxy. A journal knows.

    Raises:
        ScenarioInvalid: it is no capture, or too large.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ScenarioInvalid(path, "", f"is larger than {MAX_BYTES // 2**20} MiB", "record less at a time")
    kind = _kind(path, file)
    if kind == "journal":
        read = read_leniently(file)
        return Capture(path.name, kind, "", read.exchanges, read.plays, _bounded(read.unreadable))
    gathered, maker = _har(file, sender) if kind == "HAR" else _flows(file, size, sender)
    if not gathered.exchanges and gathered.unreadable == [f"entry 1 {NO_LIST}"]:
        raise ScenarioInvalid(path, "", "holds no list of entries: it is no HAR, or was cut before the first", MEND)
    return Capture(
        path.name,
        kind,
        maker,
        gathered.in_order(),
        unreadable=_bounded(gathered.unreadable),
        left_out=gathered.lines(),
    )


def _kind(path: Path, file: BinaryIO) -> Kind:
    head = file.read(HEAD)
    file.seek(0)
    for beginning, what, mend in FOREIGN:
        if head.startswith(beginning):
            raise ScenarioInvalid(path, "", what, mend)
    plain = head.replace(b"\x00", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
    if JOURNAL.match(plain):
        return "journal"
    if FLOWS.match(plain):
        return "flow file"
    if HAR.search(plain):
        return "HAR"
    raise ScenarioInvalid(path, "", "is no capture that can be read" if head else "is empty", MEND)


def _har(file: BinaryIO, sender: str) -> tuple[_Gathered, str]:
    gathered, entries = _Gathered("entry"), Entries(file)
    for number, found in entries:
        if found.problem:
            gathered.unreadable.append(f"entry {number} {found.problem}")
            continue
        if found.foreign:
            gathered.unreadable.append(f"entry {number}: octets that are not UTF-8 stand in it")
        gathered.take(number, lambda found=found: read_entry(found.value, sender, gathered.last))  # type: ignore[misc]
    maker = made_by(entries.head)
    if maker.startswith(CHROMIUM) and gathered.exchanges and not any(map(_has_cookies, gathered.exchanges)):
        gathered.hints.append(SANITIZED)
    return gathered, maker


def _has_cookies(exchange: Exchange) -> bool:
    answered = exchange.response is not None and bool(exchange.response.header("set-cookie"))
    return answered or bool(exchange.request.header("cookie"))


def _flows(file: BinaryIO, size: int, sender: str) -> tuple[_Gathered, str]:
    # NOTE: mitmproxy is large, and every other command does without it.
    from testbed.interception import flows  # noqa: PLC0415

    gathered = _Gathered("flow")
    for number, piece in enumerate(flows.pieces(file, size), start=1):
        gathered.take(number, lambda piece=piece: flows.read_flow(piece, sender))  # type: ignore[misc]
    return gathered, "mitmproxy"


def _bounded(lines: Iterable[str]) -> tuple[str, ...]:
    whole = tuple(lines)
    if len(whole) <= MAX_LINES:
        return whole
    return (*whole[:MAX_LINES], f"and {len(whole) - MAX_LINES} more, each like one of these")
