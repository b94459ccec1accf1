"""A journal that is written on where another recorder left it."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from testbed.interception.journal import Journal
from testbed.interception.recorded import CUT_SHORT, Reading, take_line
from testbed.interception.underway import read_underway


def resumed(path: Path, lab: str, now: Callable[[], datetime], underway: Path | None = None) -> Journal:
    """The journal of this name, begun anew where there is nothing in it.

    Exchanges are numbered on, and belong to the play that was under way. A line that the other one was writing when
    it ended is taken away: what stood in it had not been answered yet. What was under way is told, where that was kept.

    Raises:
        JournalCorrupt: another line cannot be read.
        ValueError, KeyError, TypeError: what was kept of what was under way is none that a recorder wrote.
    """
    raw = path.read_bytes() if path.exists() else b""
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    reading = Reading()
    for number, line in enumerate(whole.split(b"\n"), start=1):
        if line:
            take_line(reading, line, path, number)
    known = {exchange.number for exchange in reading.exchanges}
    lost = () if underway is None else read_underway(underway)
    under_way = [play.id for play in reading.plays.values() if play.finished is None and play.error == CUT_SHORT]
    last = max(known, default=0)
    journal = Journal(path, lab, now, last, under_way[-1] if under_way else "", underway)
    journal.lost(exchange for exchange in lost if exchange.number not in known)
    return journal
