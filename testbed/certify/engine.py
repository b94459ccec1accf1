"""Run every case against one vendor: preflight, calibration, cases between twins, verdicts.

A case counts only between two valid logins by the same machinery, its positive twins: at the start, at the end, and
every twenty cases.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Protocol
from urllib.parse import urlsplit

from testbed.certify.calibrating import Learnt, calibrate
from testbed.certify.desk import Desk, NotToBeSeen, Observation
from testbed.certify.manners import MANNERS
from testbed.certify.manners.logins import login
from testbed.certify.needs import lacking
from testbed.certify.preflight import Cleared, preflight
from testbed.certify.profiles import left_out, requires
from testbed.certify.verdicts import judged
from testbed.interception import ParticipantUnavailable
from testbed.model.case import Case
from testbed.model.certificate import Calibration, CaseResult, ConfigurationError, Observed
from testbed.model.exchange_case import ExchangeCase
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.wire.browsing import BrowserError

log = logging.getLogger("testbed.certify")

BETWEEN_TWINS = 20
"""So many cases at most share a twin before and after them."""
LAST = ("exhaustion",)
"""Manners that may leave a vendor weak: they come last, each with a twin of its own."""
LEADING_ON = ("relay-state", "return-to")
"""Manners that find out by themselves whether a browser was led to the listener."""
FIRST = ("key-change", "fresh-start")
"""Manners that a vendor's earlier vain search for a key would spoil: they come first."""


class Progress(Protocol):
    """Whoever shows how far it has come."""

    def cases(self, count: int) -> None:
        """So many cases are going to run."""

    def done(self, result: CaseResult) -> None:
        """One has."""


@dataclass(frozen=True, slots=True)
class Certified:
    """What came of one vendor."""

    configuration: tuple[ConfigurationError, ...]
    calibration: Calibration
    results: tuple[CaseResult, ...]


async def certify(
    desk: Desk, cases: Sequence[Case], profile: CertificationProfile, command: str, progress: Progress
) -> Certified:
    """Everything, in order.

    Args:
        desk: the vendor, two persons, the world.
        cases: of the vendor's protocol.
        profile: for which purpose.
        command: that certifies this vendor again; ``--case ID`` is added to it.
        progress: is told.

    Raises:
        ParticipantUnavailable: the school is gone: our own fault.
    """
    run = _Run(desk, profile, command, progress)
    cleared = await preflight(desk)
    if cleared.errors:
        return Certified(cleared.errors, Calibration(), run.not_verified(cases, NO_PREFLIGHT))
    try:
        learnt = await calibrate(desk)
    except (NotToBeSeen, BrowserError) as trouble:
        words = trouble.words if isinstance(trouble, NotToBeSeen) else Bilingual(sv=str(trouble), en=str(trouble))
        return Certified((), Calibration((), words), run.not_verified(cases, words))
    if learnt.calibration.trouble is not None:
        return Certified((), learnt.calibration, run.not_verified(cases, learnt.calibration.trouble))
    return Certified((), learnt.calibration, await run.all(cases, cleared, learnt))


NO_PREFLIGHT = Bilingual(
    sv="En inställning är fel, så inget fall kunde köras.", en="A setting is wrong, so no case could run."
)
GARBAGE_OPENS = Bilingual(
    sv="Rent skräp i stället för skolans svar öppnade en session: vem som helst kommer in.",
    en="Plain garbage in the place of the school's answer opened a session: anyone gets in.",
)
NO_TWIN = Bilingual(
    sv="En giltig inloggning på samma sätt lyckades inte före och efter: ingen vet varför den här nekades.",
    en="A valid login by the same means did not succeed before and after, so nobody knows why this one was refused.",
)
GONE = Bilingual(
    sv="Tjänsten släppte inte in någon längre, så fallet kördes inte.",
    en="The service let nobody in any longer, so the case was not run.",
)


@dataclass(slots=True)
class _Run:
    desk: Desk
    profile: CertificationProfile
    command: str
    progress: Progress
    addresses: dict[str, str] = field(default_factory=dict)
    """Of the listener, for one case alone: the case, by how its path begins."""
    fetched: set[str] = field(default_factory=set)
    """Cases whose address something has called."""

    def not_verified(self, cases: Sequence[Case], why: Bilingual) -> tuple[CaseResult, ...]:
        """All of them, for one reason."""
        return tuple(not_verified(case, why, self.profile, self.command) for case in cases)

    async def all(self, cases: Sequence[Case], cleared: Cleared, learnt: Learnt) -> tuple[CaseResult, ...]:
        """Every case that means something, in batches between twins."""
        results: dict[str, CaseResult] = {}
        meant = []
        for case in cases:
            why = left_out(self.profile, case) or lacking(self.desk, case, cleared.asked)
            if why is not None:
                results[case.id] = self._result(case, Verdict.SKIPPED, Observed.NOT_RUN, why)
            else:
                meant.append(case)
        self.progress.cases(len(meant))
        up = await self._twin()
        for batch in _batches(meant):
            if not up:
                results |= {one.case.id: one for one in self.not_verified(batch, GONE)}
                continue
            seen = [await self._one(case) for case in batch]
            up = await self._twin() or await self._twin()
            for result in seen:
                results[result.case.id] = result if up else _without_twin(result)
        self._listen()
        results = {name: self._fetched_late(result) for name, result in results.items()}
        if learnt.garbage_opens:
            results |= {name: _opened_by_garbage(result) for name, result in results.items() if _is_message(result)}
        return tuple(results[case.id] for case in cases)

    async def _twin(self) -> bool:
        """Whether a valid login by the same machinery opens a session of whoever logs in."""
        try:
            seen = await login(self.desk, TWIN, "")
        except (NotToBeSeen, BrowserError):
            return False
        return seen.observed is Observed.SESSION

    async def _one(self, case: Case) -> CaseResult:
        address = f"{self.desk.world.listener.url}/{case.id}-{token_hex(4)}"
        self.addresses[_first(urlsplit(address).path)] = case.id
        try:
            seen = await MANNERS[case.manner](self.desk, case, address)
        except NotToBeSeen as trouble:
            result = self._result(case, Verdict.NOT_VERIFIED, Observed.NOT_RUN, trouble.words)
        except BrowserError as error:
            words = Bilingual(sv=f"Tjänsten gav inget svar: {error}", en=f"The service gave no answer: {error}")
            result = self._result(case, Verdict.NOT_VERIFIED, Observed.ERROR, words)
        except ParticipantUnavailable as error:
            # NOTE: a forgery that does not fit this vendor's message is our own fault, and no verdict about it.
            words = Bilingual(sv=f"Testmiljöns fel: {error}", en=f"The testbed's own fault: {error}")
            result = self._result(case, Verdict.ERROR, Observed.NOT_RUN, words)
        except Exception as error:
            # NOTE: one case that goes wrong in a way that nobody thought of must not cost the verdicts of all others.
            log.exception("%s went wrong", case.id)
            name = type(error).__name__
            words = Bilingual(sv=f"Testmiljöns eget fel: {name}.", en=f"A fault of the testbed itself: {name}.")
            result = self._result(case, Verdict.ERROR, Observed.NOT_RUN, words)
        else:
            self._listen()
            if case.id in self.fetched and case.manner not in LEADING_ON:
                seen = replace(seen, observed=Observed.FETCHED)
            result = self._judged(case, seen)
        await self.desk.clear()
        self.progress.done(result)
        return result

    def _listen(self) -> None:
        """Keep for which case a server has called the listener; a browser goes where a page leads it."""
        paths = {_first(call.path) for call in self.desk.world.listener.calls() if not call.own}
        self.fetched |= {case for path, case in self.addresses.items() if path in paths}

    def _fetched_late(self, result: CaseResult) -> CaseResult:
        """A vendor may fetch what a message named by a worker of its own, when the next cases run already."""
        case = result.case
        if (
            not isinstance(case, Case)
            or case.id not in self.fetched
            or case.manner in LEADING_ON
            or result.observed in (Observed.NOT_RUN, Observed.FETCHED)
        ):
            return result
        late = self._judged(case, Observation(Observed.FETCHED, result.user))
        return replace(late, sent=result.sent, answered=result.answered, twin=result.twin)

    def _judged(self, case: Case, seen: Observation) -> CaseResult:
        required = requires(self.profile, case)
        strict = case.model_copy(update={"level": "MUST"}) if required else case
        verdict, words = judged(strict, seen)
        return CaseResult(
            case=case,
            verdict=verdict,
            observed=seen.observed,
            reason=words,
            user=seen.user,
            twin="logged in",
            sent="\n".join(one.document for one in seen.sent),
            answered=seen.answered,
            reproduce=f"{self.command} --case {case.id}",
            required=required,
        )

    def _result(self, case: Case, verdict: Verdict, observed: Observed, why: Bilingual) -> CaseResult:
        bare = not_verified(case, why, self.profile, self.command)
        return replace(bare, verdict=verdict, observed=observed)


def not_verified(case: Case | ExchangeCase, why: Bilingual, profile: CertificationProfile, command: str) -> CaseResult:
    """A case that was not run."""
    return CaseResult(
        case=case,
        verdict=Verdict.NOT_VERIFIED,
        observed=Observed.NOT_RUN,
        reason=why,
        twin="not run" if case.message else "none",
        reproduce=f"{command} --case {case.id}",
        required=requires(profile, case),
    )


TWIN = Case.model_validate(
    {
        "id": "twin",
        "protocol": "saml",
        "catalogue": "S01",
        "title": {"sv": "Giltig inloggning", "en": "A valid login"},
        "harm": {"sv": "-", "en": "-"},
        "clause": "-",
        "expect": "accept",
    }
)
"""The positive twin: nothing is wrong with it."""


def _first(path: str) -> str:
    return "/" + path.strip("/").partition("/")[0]


def _batches(cases: Sequence[Case]) -> Sequence[Sequence[Case]]:
    """In their order; what may leave a vendor weak comes last, each alone."""
    usual = [case for case in cases if case.manner not in LAST]
    usual.sort(key=lambda case: case.manner not in FIRST)
    alone = [[case] for case in cases if case.manner in LAST]
    return [*(usual[at : at + BETWEEN_TWINS] for at in range(0, len(usual), BETWEEN_TWINS)), *alone]


def _without_twin(result: CaseResult) -> CaseResult:
    """A vendor that lets nobody in has refused nothing; that it let someone wrong in stands."""
    undecided = result.verdict is Verdict.NOT_VERIFIED and result.observed is not Observed.NOT_RUN
    last = isinstance(result.case, Case) and result.case.manner in LAST
    if last and (result.verdict is Verdict.PASS or undecided):
        words = Bilingual(
            sv="Efter meddelandet släpper tjänsten inte in någon längre.",
            en="After the message the service lets nobody in any longer.",
        )
        return replace(result, verdict=Verdict.FAIL, observed=Observed.ERROR, reason=words, twin="failed")
    if result.verdict is not Verdict.PASS and result.observed is not Observed.NO_SESSION:
        return replace(result, twin="failed")
    return replace(result, verdict=Verdict.NOT_VERIFIED, reason=NO_TWIN, twin="failed")


def _is_message(result: CaseResult) -> bool:
    return result.verdict is Verdict.PASS and bool(result.case.message) and result.case.expect == "reject"


def _opened_by_garbage(result: CaseResult) -> CaseResult:
    return replace(result, verdict=Verdict.FAIL, observed=Observed.SESSION, reason=GARBAGE_OPENS)
