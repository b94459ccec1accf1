"""How a load goes, while it does: a table that renews itself in a terminal, a line every so often in a log."""

from types import TracebackType
from typing import Self

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from testbed.cli.console import err
from testbed.lab.loading import Taken
from testbed.model.load import Profile, Sample
from testbed.runner.load_tally import Tally

LINE_S = 10.0
"""How often a log gets a line."""
BUSY, FULL = 0.7, 0.95
"""Of one core, from which a participant is shown in yellow and in red: a process of Python has no more than one."""


class LoadProgress:
    """Looks on, and ends a load that has broken.

    Args:
        profile: whose threshold ends it.
        arrivals: so many are to come.
    """

    def __init__(self, profile: Profile, arrivals: int) -> None:
        self._profile, self._arrivals = profile, arrivals
        self._tally, self._counted, self._said_s = Tally(profile.thresholds.stop_below), 0, 0.0
        self._live = Live(console=err, auto_refresh=False, transient=True) if err.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, taken: Taken) -> str:
        """See :class:`testbed.lab.loading.Watch`."""
        self._tally.add(taken.records[self._counted :])
        self._counted = len(taken.records)
        if self._live:
            self._live.update(self._shown(taken), refresh=True)
        elif taken.at_s - self._said_s >= LINE_S:
            self._said_s = taken.at_s
            err.print(self._line(taken))
        return self._tally.why_end

    def _line(self, taken: Taken) -> str:
        tally = self._tally.standing(taken.at_s)
        busiest = max(_latest(taken), key=lambda one: one.cpu, default=None)
        slow = "" if tally.latency_p95_s is None else f", 95 of 100 within {tally.latency_p95_s:.2f} s"
        used = "" if busiest is None else f"; {busiest.participant} uses {busiest.cpu:.0%} of a core"
        return (
            f"{taken.at_s:.0f} s: {taken.arrived} of {self._arrivals} have come, {taken.under_way} under way, "
            f"{tally.right} right, {tally.other} with another's session, {tally.failed} failed{slow}{used}"
        )

    def _shown(self, taken: Taken) -> Group:
        tally = self._tally.standing(taken.at_s)
        counts = Table.grid(padding=(0, 2))
        for name, value, style in (
            ("come", f"{taken.arrived} of {self._arrivals}", ""),
            ("under way", str(taken.under_way), ""),
            ("in the right session", str(tally.right), "green"),
            ("in another's session", str(tally.other), "bold red" if tally.other else ""),
            ("failed, or went away", str(tally.failed), "red" if tally.failed else ""),
            ("lately half within", _seconds(tally.latency_p50_s), ""),
            ("lately 95 of 100 within", _seconds(tally.latency_p95_s), ""),
        ):
            counts.add_row(name, Text(value, style=style))
        used = Table("", "CPU of a core", "memory, MB", "handles", "threads", box=None)
        for one in _latest(taken):
            style = "red" if one.cpu >= FULL else "yellow" if one.cpu >= BUSY else ""
            cells = (one.participant, f"{one.cpu:.0%}", f"{one.memory / 1e6:.0f}", str(one.handles), str(one.threads))
            used.add_row(*(Text(cell, style=style) for cell in cells))
        bar = ProgressBar(total=max(1, self._arrivals), completed=taken.arrived, width=60)
        return Group(Text(f"{self._profile.title.en}, {taken.at_s:.0f} s"), bar, counts, used)


def _latest(taken: Taken) -> list[Sample]:
    """The newest sample of each participant."""
    if not taken.samples:
        return []
    return [sample for sample in taken.samples[-20:] if sample.at_s == taken.samples[-1].at_s]


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f} s"
