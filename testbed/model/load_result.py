"""What a load run comes to: its figures, its verdict, and how it differs from another."""

from collections.abc import Mapping
from dataclasses import dataclass

from testbed.model.load import LoadAbout, Outcome
from testbed.model.strict import Bilingual
from testbed.model.verdict import Finding, Verdict

PERCENTILES: Mapping[str, float] = {"p50_s": 50, "p90_s": 90, "p95_s": 95, "p99_s": 99, "p99_9_s": 99.9}
"""Name of each field of :class:`Percentiles`, and what part of a hundred lies below it."""


GENERATOR, OTHERS = "generator", "others"
"""As samples call what makes the load, and every program of the machine that has no part in it."""
OTHERS_SHARE = 0.25
"""Of all cores: other programs that use more of a full machine took it from those who had a part."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of so many durations, in seconds; each percentile is one that was measured (the nearest rank).

    A percentile is None where there are too few to tell it: where it may well be, by more than one chance in twenty,
    that none of them lies above it.
    """

    count: int
    mean_s: float | None = None
    max_s: float | None = None
    p50_s: float | None = None
    p90_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    p99_9_s: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Flows of one kind at one vendor, or all of them (both names are "")."""

    flow: str
    vendor: str
    """Its id."""
    arrived: int
    outcomes: dict[Outcome, int]
    """Those that came."""
    latency: Percentiles
    """From the intended start until the right session; of the flows that got it."""
    service: Percentiles
    """Of the same flows from the beginning of their last attempt."""
    retried: int
    """So many tried more than once."""

    @property
    def right(self) -> int:
        """So many ended in the right session."""
        return self.outcomes.get(Outcome.RIGHT, 0)

    @property
    def other(self) -> int:
        """So many were shown somebody else."""
        return self.outcomes.get(Outcome.OTHER, 0)


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of the run. Durations are of the flows that were due in it, counts of what happened in it."""

    from_s: float
    due: int
    right: int
    """So many got the right session."""
    ended: int
    waiting: int
    """At its end: due, and neither let in nor gone away."""
    under_way: int
    """At its end: due, and not done."""
    errors: dict[Outcome, int]
    """Flows that ended otherwise than right."""
    latency_p50_s: float | None = None
    latency_p95_s: float | None = None
    """None where fewer than twenty were let in."""
    latency_max_s: float | None = None
    service_p50_s: float | None = None
    service_p95_s: float | None = None


@dataclass(frozen=True, slots=True)
class RequestKind:
    """All requests of one name."""

    name: str
    count: int
    unanswered: int
    refused: int
    """With a status from 400 to 499."""
    broken: int
    """With a status of 500 and more."""
    took: Percentiles
    """Of those that were answered."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Flows that ended otherwise than right, alike: how, where it went wrong, and why."""

    outcome: Outcome
    step: str
    """Name of the first request that had no answer or a bad one, else of the last; "" where there was none."""
    status: int
    """Of its answer; 0 where none came."""
    count: int
    why: str
    """Of the first of them."""


@dataclass(frozen=True, slots=True)
class Slow:
    """One of the flows that waited longest."""

    number: int
    flow: str
    vendor: str
    person: str
    due_s: float
    latency_s: float
    service_s: float
    attempts: int
    slowest_request: str
    slowest_took_s: float


@dataclass(frozen=True, slots=True)
class WrongPerson:
    """Somebody who was shown to another."""

    number: int
    """Of the flow."""
    vendor: str
    person: str
    """Who had logged in."""
    shown: str
    """"" where it is not known who it was."""
    due_s: float
    ended_s: float
    request: str
    """Name of the flow's last; "" where there was none."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one participant used while the load lasted; peaks of CPU are means of three samples one after another."""

    participant: str
    processes: int
    limit_cores: float
    """More than so many cores it cannot use."""
    cpu_mean_cores: float
    cpu_peak_cores: float
    machine_peak_share: float
    """Of all cores of the machine."""
    full_from_s: float | None
    """From when on it used nearly all that it can; None where it never did."""
    memory_first_bytes: int
    memory_last_bytes: int
    memory_peak_bytes: int
    handles_first: int
    handles_peak: int
    threads_peak: int

    @property
    def is_part(self) -> bool:
        """Whether it had a part in the load, and was not merely on the same machine."""
        return self.participant != OTHERS

    @property
    def peak_share(self) -> float:
        """Of what it can use."""
        return self.cpu_peak_cores / self.limit_cores


@dataclass(frozen=True, slots=True)
class UsageInterval:
    """What every participant used in one stretch of the run, as means of its samples."""

    from_s: float
    cpu_cores: dict[str, float]
    memory_bytes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Saturation:
    """Which part is the nearest to its limit, or reached it first."""

    usages: tuple[Usage, ...] = ()
    """The nearest to its limit first."""
    over_time: tuple[UsageInterval, ...] = ()
    machine_peak_share: float = 0.0
    """Of all cores, by all participants together."""
    machine_full_from_s: float | None = None
    first: str = ""
    """The participant that was full first; "" where none was."""


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """The figures of a run."""

    groups: tuple[Group, ...]
    """All together first."""
    intervals: tuple[Interval, ...]
    interval_s: float
    requests: tuple[RequestKind, ...]
    """Those of which there are most first."""
    requests_left_out: int
    """Of names that are rarer than those."""
    endings: tuple[Ending, ...]
    slowest: tuple[Slow, ...]
    wrong_persons: tuple[WrongPerson, ...]
    wrong_persons_left_out: int
    """So many more there were."""
    lag: Percentiles
    """Of the generator: from when a flow was due until its first request was about to be sent."""
    saturation: Saturation
    cannot_tell: tuple[Bilingual, ...]
    """What these figures do not say, and why."""

    @property
    def whole(self) -> Group:
        """All flows."""
        return self.groups[0]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one check says of a run."""

    check: str
    title: Bilingual
    verdict: Verdict
    reason: Bilingual
    of: str = ""
    """Which of several limits; "" where there is one thing to say."""
    see: str = ""
    """The file beside the report that tells more; "" where there is none."""

    @property
    def told(self) -> str:
        """Why, in English, and where more stands."""
        return f"{self.reason.en} See {self.see}." if self.see else self.reason.en


@dataclass(frozen=True, slots=True)
class LoadVerdict:
    """What all checks say of it."""

    results: tuple[LoadResult, ...]
    findings: tuple[Finding, ...] = ()
    """One for each person who was shown to another, as far as the summary names them."""

    @property
    def verdict(self) -> Verdict:
        """The worst: what failed is a failure also where something else cannot be told."""
        said = {result.verdict for result in self.results}
        order = (Verdict.FAIL, Verdict.ERROR, Verdict.NOT_VERIFIED)
        return next((one for one in order if one in said), Verdict.PASS)

    @property
    def exit_status(self) -> int:
        """0 as it must be, 1 not so, 2 inconclusive or our own error."""
        match self.verdict:
            case Verdict.PASS:
                return 0
            case Verdict.FAIL:
                return 1
            case _:
                return 2


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All that reports of a load are made of."""

    about: LoadAbout
    summary: LoadSummary
    verdict: LoadVerdict
