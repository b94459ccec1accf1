"""How a load run differs from an earlier one."""

from dataclasses import dataclass

from testbed.model.load_result import Interval, LoadReport
from testbed.model.strict import Bilingual


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two runs."""

    flow: str
    vendor: str
    """Both "" for all flows together."""
    figure: str
    """``right_share``, or ``latency_`` or ``service_`` with a name of
    :data:`~testbed.model.load_result.PERCENTILES`."""
    before: float | None
    after: float | None
    """None where there are too few flows to tell it."""
    low: float | None = None
    high: float | None = None
    """Between these the difference lies in 19 of 20 such pairs of runs."""

    @property
    def change(self) -> float | None:
        """After less before."""
        return None if self.before is None or self.after is None else round(self.after - self.before, 6)

    @property
    def may_be_chance(self) -> bool | None:
        """Whether there may be no difference at all; None where that cannot be told."""
        return None if self.low is None or self.high is None else self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class LoadComparison:
    """A run beside an earlier one."""

    before: LoadReport
    after: LoadReport
    differences: tuple[Difference, ...]
    interval_s: float
    intervals_before: tuple[Interval, ...]
    intervals_after: tuple[Interval, ...]
    """Of both runs, of one length, so that they can be laid over each other."""
    unlike: tuple[Bilingual, ...] = ()
    """In what the two runs were not asked the same."""
