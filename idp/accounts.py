"""The school's own account of what it released and of what it forged, kept until the lab asks for it."""

import logging

from pydantic import TypeAdapter

from idp.state import Queue, State
from testbed.model.forgery import Made
from testbed.model.release import ReleaseRecord

MAX_KEPT = 1_000
"""Records of logins: many more than a play has."""
MAX_MADE = 200
"""Forged messages: many more than are made between two cases."""
LINE, MADE_LINE = "logins", "made"

log = logging.getLogger("idp")


class Kept[Record]:
    """Records in the order in which they came, of all workers; each is handed out once.

    Args:
        state: where they are kept.
        line: what they are.
        record: reads and writes them.
        limit: how many are kept; when nobody has asked for so many, those that came before are forgotten.
    """

    def __init__(self, state: State, line: str, record: TypeAdapter[Record], limit: int) -> None:
        self._kept, self._line, self._limit = Queue(state, "release", record, limit), line, limit

    def add(self, record: Record) -> None:
        """Keep one."""
        if not self._kept.add(self._line, record):
            log.warning("nobody has asked for the account of %d %s: it is forgotten", self._limit, self._line)
            self._kept.all(self._line)
            self._kept.add(self._line, record)

    def take(self) -> tuple[Record, ...]:
        """All that came since the last call; they are forgotten."""
        return self._kept.all(self._line)


class Accounts(Kept[ReleaseRecord]):
    """What was released in each login, and why."""

    def __init__(self, state: State, limit: int = MAX_KEPT) -> None:
        super().__init__(state, LINE, TypeAdapter(ReleaseRecord), limit)


class Makings(Kept[Made]):
    """What was forged, as it went out."""

    def __init__(self, state: State, limit: int = MAX_MADE) -> None:
        super().__init__(state, MADE_LINE, TypeAdapter(Made), limit)
