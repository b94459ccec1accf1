"""What certifying a vendor came to: each case, and the outcome for a purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from testbed.model.case import Case
from testbed.model.exchange_case import ExchangeCase
from testbed.model.strict import Bilingual
from testbed.model.verdict import RunRecord, Verdict
from testbed.model.written import Vendor


class Observed(StrEnum):
    """What a case came to, as the testbed saw it."""

    SESSION = "session"
    """Whoever logged in has a session."""
    NO_SESSION = "no-session"
    OTHER_USER = "other-user"
    """The session is someone else's."""
    FETCHED = "fetched"
    """The vendor fetched what the message named."""
    REDIRECTED = "redirected-off-site"
    SESSION_KEPT = "session-kept"
    """A session, or its cookie, outlived what should have ended it."""
    ATTRIBUTE_SHOWN = "attribute-shown"
    """A page shows what it must not."""
    REQUEST_LACKS = "request-lacks"
    """The vendor's own request lacks something, or its cookie does."""
    AS_ASKED = "as-asked"
    """The request, the cookie or the page has all that it must have, and nothing that it must not."""
    UNCLEAR = "unclear"
    """The probe shows neither nobody nor anybody who is known."""
    ERROR = "error"
    """It could not be observed."""
    NOT_RUN = "not-run"
    TAKEN = "taken"
    """Of an exchange of data: the call was answered as one that is taken."""
    REFUSED = "refused"
    """The call was turned away, and nothing came of it."""
    HELD = "held"
    """The vendor holds what it must not, whatever it answered."""
    LOST = "lost"
    """The vendor no longer holds, or does not show, what it must."""
    SHOWN = "shown"
    """An answer tells what it must not."""
    OTHER_ANSWER = "other-answer"
    """It was taken or refused by another answer than the protocol has for it."""
    BROKE_DOWN = "broke-down"
    """The service failed over it: an error of its own (5xx), or no answer."""


class Outcome(StrEnum):
    """Of a vendor, for the purpose of a profile."""

    COMPLIANT = "compliant"
    NOT_COMPLIANT = "not compliant"
    INCONCLUSIVE = "inconclusive"


type AnyCase = Annotated[Case | ExchangeCase, Field(discriminator="protocol")]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case, delivered and judged."""

    case: AnyCase
    verdict: Verdict
    observed: Observed
    reason: Bilingual
    """One sentence: why this verdict. Of a PASS too."""
    user: str = ""
    """Whom the probe showed in the end, as it wrote them; "" for nobody."""
    twin: Literal["logged in", "not run", "failed", "none"] = "none"
    """What the valid login by the same machinery came to, before and after; none where there is no message."""
    sent: str = ""
    """The message as it went out: XML, a token, JSON or a query."""
    answered: str = ""
    """Where the browser ended, and with which status."""
    reproduce: str = ""
    """A command."""
    required: bool = False
    """It counts as a MUST for the profile."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the probe's page that tells whose account is open."""

    place: str
    """A JSON pointer, the path of an HTML element, or the name of a line."""
    says: str
    """Which of the person's values stands there: a canonical attribute name, ``name-id`` or ``sub``."""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned of the probe before any case ran."""

    slots: tuple[Slot, ...] = ()
    trouble: Bilingual | None = None
    """Why no verdict can rest on the probe; None where it can."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigurationError:
    """Something that preflight found, and how to mend it; no case can run before."""

    what: Bilingual
    mend: Bilingual


@dataclass(frozen=True, slots=True)
class ProfileUsed:
    """For which purpose the outcome holds."""

    id: str
    version: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that is known of one vendor after a run."""

    vendor: Vendor
    profile: ProfileUsed
    outcome: Outcome
    why: tuple[Bilingual, ...]
    """What the outcome rests on, the gravest first."""
    started: datetime
    finished: datetime
    digest: str
    """SHA-256 of the evidence: cases, messages and verdicts, as ``cases.jsonl`` has them
    (:func:`testbed.model.certificate_file.sealed`)."""
    configuration: tuple[ConfigurationError, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    results: tuple[CaseResult, ...] = ()
    seed: int = 1
    people: tuple[str, ...] = ()
    """Ids of the persons who logged in: the honest one, then the other."""
    id: str = ""
    """Of the run: the name of its folder."""
    versions: Mapping[str, str] = field(default_factory=dict)
    data: RunRecord | None = None
    """The honest logins, judged for the data that moved; None where no traffic could be judged."""
    unjudged: Bilingual | None = None
    """Why they were not, where logins worked, and how to have them judged."""

    def with_verdict(self, *verdicts: Verdict) -> Sequence[CaseResult]:
        """The cases that came to one of these."""
        return [result for result in self.results if result.verdict in verdicts]

    def with_data(self, data: RunRecord) -> "Certificate":
        """The same with the honest logins."""
        return replace(self, data=data)

    @property
    def exit_status(self) -> int:
        """0 compliant, 1 not compliant, 2 inconclusive."""
        return {Outcome.COMPLIANT: 0, Outcome.NOT_COMPLIANT: 1, Outcome.INCONCLUSIVE: 2}[self.outcome]
