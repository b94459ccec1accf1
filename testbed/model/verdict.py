"""What was found: evidence, findings, results, and the run that gathers them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from testbed.model.breaking import AnyBreaking
from testbed.model.messages import Message
from testbed.model.orders import AnyOrder
from testbed.model.privacy import Disclosure, Issued, Unreadable
from testbed.model.release import ReleaseRecord
from testbed.model.wire import Exchange
from testbed.model.written import Agreement, Person, Scenario, Vendor

CAPTURE = "capture"
"""What stands for the lab where there was none: the recording was made elsewhere."""


class Verdict(StrEnum):
    """No evidence is never a pass; everything but PASS and FAIL carries its reason."""

    PASS = "PASS"
    FAIL = "FAIL"
    WARNING = "WARNING"
    SKIPPED = "SKIPPED"
    NOT_VERIFIED = "NOT_VERIFIED"
    ERROR = "ERROR"


class Severity(StrEnum):
    """What breaking the rule means: a MUST fails, a SHOULD warns (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"


type Sees = Literal["all", "proxied", "nothing"]
"""What of a vendor's server's own calls is seen: all of them, for it has no other road; those that heed the proxy that
it was asked to use; or none but its calls to the school, for it runs where nobody looks."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that the school was given during a play, of those that a journal keeps."""

    at: datetime
    """When it had been carried out."""
    order: AnyOrder


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that the lab broke or mended during a play."""

    began: datetime
    done: datetime
    """When it had been carried out."""
    order: AnyBreaking


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person was shown at one moment of a play in which something breaks."""

    at: datetime
    url: str
    status: int
    """0 where no page came."""
    title: str = ""
    text: str = ""
    """The beginning of what could be read on it, or why there was none."""


@dataclass(frozen=True, slots=True)
class Play:
    """One playing of one scenario by one person."""

    id: str
    scenario: Scenario
    vendor: Vendor
    person: str
    agreement: str = ""
    """Id of the vendor's agreement, "" where there is none."""
    started: datetime | None = None
    finished: datetime | None = None
    """None when the play was cut short."""
    stopped: str = ""
    """Why the flow could not go on (FlowStopped): a fact about the vendor or the school."""
    error: str = ""
    """Why we could not see it through (proxy gone, participant gone): our own fault."""
    also: tuple[Vendor, ...] = ()
    """Other vendors that the person logs in to; what they do is judged in plays of their own."""
    captured: bool = False
    """Nobody played a scenario in it alone: it was recorded elsewhere, and what is not in it may have happened all the
    same; or it holds what many did at once under load, of which nobody can say what was before what."""
    sees: Sees = "all"
    orders: tuple[Ordered, ...] = ()
    """In their order; a recording from outside has none."""
    broken: tuple[Broken, ...] = ()
    """In their order."""
    seen: tuple[Seen, ...] = ()
    """In their order."""
    lacking: str = ""
    """What this lab cannot do, without which the play cannot be played; "" where it lacks nothing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a check may look at."""

    play: Play
    exchanges: tuple[Exchange, ...]
    """Those of this play, by number."""
    messages: tuple[Message, ...]
    """Those of this play, and the metadata of its parties from anywhere in the journal."""
    disclosures: tuple[Disclosure, ...]
    people: Mapping[str, Person]
    agreement: Agreement | None
    releases: tuple[ReleaseRecord, ...] = ()
    """The school's own account of the logins of this play, in their order; none in a recording from outside."""
    issued: tuple[Issued, ...] = ()
    """The identifiers by which the person of the play became known to vendors, in this play and in all others."""
    unreadable: tuple[Unreadable, ...] = ()
    """What was sent in this play and cannot be read: it is no evidence of anything, and hides what it holds."""

    @property
    def person(self) -> Person | None:
        """The person who plays; None where a capture does not tell who it was."""
        return self.people.get(self.play.person)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a finding, as run.json writes it."""

    exchange: int
    locator: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be."""

    check: str
    title: str
    clause: str
    severity: Severity
    vendor: str
    observed: str
    expected: str
    where: Where | None = None
    attribute: str = ""
    person: str = ""
    sender: str = ""
    recipient: str = ""
    channel: str = ""
    form: str = ""
    reproduce: str = ""
    """A command."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check said of one play."""

    check: str
    verdict: Verdict
    severity: Severity
    reason: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """How one play compares with what its scenario expects."""

    met: bool
    missing: tuple[str, ...] = ()
    """Expected findings that did not come, one line each."""
    unexpected: tuple[str, ...] = ()
    """Findings that no one expected, one line each."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A play judged: a line of ``scenarios[]`` in run.json."""

    play: Play
    verdict: Verdict
    reason: str
    expected: Verdict
    expectation: Expectation
    results: tuple[Result, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all checks, in their order."""
        return tuple(finding for result in self.results for finding in result.findings)


@dataclass(frozen=True, slots=True)
class Run:
    """All judgements of one run: what run.json holds."""

    id: str
    started: datetime
    finished: datetime
    lab: str
    seed: int
    versions: Mapping[str, str]
    judgements: tuple[Judgement, ...]
    problems: tuple[str, ...] = ()
    """What went wrong with the lab itself; any makes the run inconclusive."""
    unreadable: tuple[str, ...] = ()
    """What of captures, and of the people file beside them, could not be read, one line each: no play that lacks some
    of its recording can pass."""
    left_out: tuple[str, ...] = ()
    """What captures hold and nobody judged, because it is no traffic of the web, one line for each kind."""

    @property
    def exit_status(self) -> int:
        """0 as expected, 1 not as expected, 2 inconclusive or our own error."""
        played = [judgement for judgement in self.judgements if not judgement.play.lacking]
        if (
            self.problems
            or not played
            or any(j.verdict in (Verdict.ERROR, Verdict.NOT_VERIFIED) for j in self.judgements)
        ):
            return 2
        return 0 if all(judgement.expectation.met for judgement in played) else 1


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with all that a report shows beside the verdicts."""

    run: Run
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """By play id."""
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    """By agreement id."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """All that are known, with the identifiers that they were given."""
    masked: bool = False
    """Nobody's values stand in it."""

    @property
    def captured(self) -> bool:
        """Whether it was recorded elsewhere, and may hold real people."""
        return self.run.lab == CAPTURE

    @property
    def unplayed(self) -> bool:
        """Whether none of it was played by a scenario: then nothing is expected but that nothing is found."""
        return self.captured and all(judgement.play.captured for judgement in self.run.judgements)

    @property
    def releases(self) -> Mapping[str, tuple[ReleaseRecord, ...]]:
        """The school's own account of its logins, by play id."""
        return {name: evidence.releases for name, evidence in self.evidence.items()}
