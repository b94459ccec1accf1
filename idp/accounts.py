"""The school's own account of what it released, kept until the lab asks for it."""

import logging

from pydantic import TypeAdapter

from idp.state import Queue, State
from testbed.model.release import ReleaseRecord

MAX_KEPT = 1_000
"""Records of logins: many more than a play has."""
LINE = "logins"

log = logging.getLogger("idp")


class Accounts:
    """Records in the order of the logins, of all workers; each is handed out once.

    Args:
        state: where they are kept.
        limit: how many are kept; when nobody has asked for so many, those that came before are forgotten.
    """

    def __init__(self, state: State, limit: int = MAX_KEPT) -> None:
        self._kept, self._limit = Queue(state, "release", TypeAdapter(ReleaseRecord), limit), limit

    def add(self, record: ReleaseRecord) -> None:
        """Keep the account of one login."""
        if not self._kept.add(LINE, record):
            log.warning("nobody has asked for the account of %d logins: it is forgotten", self._limit)
            self._kept.all(LINE)
            self._kept.add(LINE, record)

    def take(self) -> tuple[ReleaseRecord, ...]:
        """All that came since the last call; they are forgotten."""
        return self._kept.all(LINE)
