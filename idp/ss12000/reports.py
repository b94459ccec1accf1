"""What callers have said of their transfers: log entries and statistics, kept for the lab and for nobody else."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter

from idp.ss12000.bodies import LogEntry, StatisticsEntry
from idp.ss12000.caller import Caller
from idp.state import Shelf, State

REMEMBERED_FOR = timedelta(days=30)
MAX_REPORTS = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """One of them."""

    caller: str
    text: str
    """The entry as JSON."""


class Reports:
    """What all callers have said, for all workers of a school; of too much the oldest makes room."""

    def __init__(self, state: State) -> None:
        self._kept = Shelf(state, "ss12000-report", TypeAdapter(Report), REMEMBERED_FOR, MAX_REPORTS)

    def add(self, caller: Caller, entry: LogEntry | StatisticsEntry) -> None:
        """Keep an entry."""
        self._kept.add(Report(caller.name, entry.model_dump_json()))

    def all(self) -> tuple[Report, ...]:
        """Those that are kept, in no order."""
        found = (self._kept.get(name) for name in self._kept.names(""))
        return tuple(report for report in found if report is not None)
