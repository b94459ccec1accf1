"""A journal that is read: what was played and every exchange, as :mod:`testbed.interception.journal` wrote them."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from testbed.interception.encoding import (
    Line,
    broken_from_json,
    exchange_from_json,
    frame_from_json,
    moment,
    ordered_from_json,
    play_from_json,
    seen_from_json,
)
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Frame

SCHEMA = "testbed.journal/1"
CUT_SHORT = "the recording ended during this play"


class JournalCorrupt(ValueError):
    """A line in the middle of a journal cannot be read: names the file, the line and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}: line {line}: {reason}. The journal is damaged there; judge a whole copy of it.")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A journal that was read."""

    lab: str
    started: datetime
    plays: tuple[Play, ...]
    exchanges: tuple[Exchange, ...]
    """By number."""
    problems: tuple[str, ...]


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
                    lacking=str(line.get("lacking", "")),
                )
            case "ordered":
                name, ordered = ordered_from_json(line)
                self.plays[name] = replace(self.plays[name], orders=(*self.plays[name].orders, ordered))
            case "broken":
                name, broken = broken_from_json(line)
                self.plays[name] = replace(self.plays[name], broken=(*self.plays[name].broken, broken))
            case "seen":
                name, seen = seen_from_json(line)
                self.plays[name] = replace(self.plays[name], seen=(*self.plays[name].seen, seen))
            case "exchange":
                self.add(exchange_from_json(line))
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

    def add(self, exchange: Exchange) -> None:
        """An exchange, as if its line had been read."""
        self._exchanges[exchange.number] = exchange

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
            take_line(reading, raw, path, number)
        except JournalCorrupt:
            if number != len(lines):
                raise
            problems.append(f"the journal's last line (line {number}) was cut: the recorder ended while it wrote")
    if reading.started is None:
        raise JournalCorrupt(path, 1, f"does not begin as {SCHEMA} does")
    return Recorded(reading.lab, reading.started, tuple(reading.plays.values()), reading.exchanges, tuple(problems))


def take_line(reading: Reading, line: bytes, path: Path, number: int) -> None:
    """The next line of this file.

    Raises:
        JournalCorrupt: it cannot be read.
    """
    try:
        reading.take(json.loads(line))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JournalCorrupt(path, number, str(error)[:200]) from error
