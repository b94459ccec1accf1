"""Typed readings of what a school's data API (SS 12000:2020) and its callers say to each other."""

from dataclasses import dataclass
from typing import Literal

from testbed.model.wire import Pointer

type Asked = Literal["list", "one", "lookup", "deleted"]


OF_NO_PERSON = frozenset({"organisations", "programmes", "studyplans", "syllabuses", "schoolUnitOfferings", "rooms"})
"""Collections whose records are about schools and not about people: a school unit's code is nobody's there."""


@dataclass(frozen=True, slots=True)
class DataRecord:
    """One record of an answer."""

    where: Pointer
    id: str
    """"" where it has none."""


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """What was asked for at a data API, and what came."""

    where: Pointer
    host: str
    """That answered."""
    collection: str
    """As it stands in the path: persons, groups ..."""
    asked: Asked
    query: tuple[tuple[str, str], ...]
    """Of the request, in its order."""
    status: int
    records: tuple[DataRecord, ...] = ()
    """Those that came; of deletedEntities what is gone."""
    following: str = ""
    """The page token to go on with, "" on the last page."""
    wait_s: float | None = None
    """How long the school asks to wait (X-RateLimit-Reset); None where it does not say."""

    @property
    def whole(self) -> bool:
        """It was the first page of all that there is: no filter, and no page token."""
        free = {"limit", "expand", "expandReferenceNames", "sortkey"}
        return self.asked == "list" and all(name in free for name, _ in self.query)


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a client tells the school of its work: ``POST /log`` or ``/statistics``."""

    where: Pointer
    path: Literal["log", "statistics"]
    text: str
    """The body."""


type ExchangeMessage = DataAnswer | DataReport
