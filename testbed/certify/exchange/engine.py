"""Run every case against a vendor that takes calls: calibration, cases between twins, verdicts.

A case counts only between two honest calls by the same machinery, its positive twins: at the start, at the end, and
every twenty cases.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from urllib.parse import urlsplit

from testbed.certify.desk import NotToBeSeen
from testbed.certify.engine import BETWEEN_TWINS, GONE, NO_PREFLIGHT, NO_TWIN, Certified, Progress, not_verified
from testbed.certify.exchange.calibrating import Learnt, drop, learn_receiver, learn_server, twin
from testbed.certify.exchange.calling import Answer, Caller
from testbed.certify.exchange.eyes import Eyes
from testbed.certify.exchange.looking import Look, Seen
from testbed.certify.exchange.names import NEW, Names
from testbed.certify.exchange.needs import lacking
from testbed.certify.exchange.verdicts import judged
from testbed.certify.exchange.world import ExchangeWorld
from testbed.certify.profiles import left_out, requires
from testbed.model.certificate import CaseResult, Observed
from testbed.model.exchange_case import Call, ExchangeCase, Publication
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor

log = logging.getLogger("testbed.certify")

UNHEARD: tuple[Publication, ...] = ("gone",)
"""Publications that no vendor can read."""
NOT_READ = NotToBeSeen(
    "Tjänsten läste inte registret på nytt inom rimlig tid, så ingen vet vad den gör med det nya.",
    "The service did not read the register again in time, so that nobody knows what it makes of the new one.",
)
OWN = Call(path="/Users")
"""By which a vendor is made to look who calls."""


async def certify_calls(
    vendor: Vendor,
    world: ExchangeWorld,
    cases: Sequence[ExchangeCase],
    purpose: tuple[CertificationProfile, str],
    progress: Progress,
    answer_s: float,
) -> Certified:
    """Everything, in order, for a receiver or a server.

    Args:
        vendor: under test.
        world: where it is, and who calls it.
        cases: of its side.
        purpose: the profile, and the command that certifies this vendor again; ``--case ID`` is added to it.
        progress: is told.
        answer_s: that the vendor may take for one answer.
    """
    profile, command = purpose
    side = "server" if vendor.protocol == "ss12000" else "receiver"
    caller = Caller(world, vendor.protocol, answer_s)
    eyes = Eyes(caller, world)
    learnt = await (learn_server(caller) if side == "server" else learn_receiver(caller, eyes))
    why = NO_PREFLIGHT if learnt.configuration else learnt.calibration.trouble
    if why is not None:
        nothing = tuple(not_verified(case, why, profile, command) for case in cases)
        return Certified(learnt.configuration, learnt.calibration, nothing)
    run = _Run(vendor, world, profile, command, progress, caller, eyes, learnt, side)
    return Certified((), learnt.calibration, await run.all(cases))


@dataclass(slots=True)
class _Run:
    vendor: Vendor
    world: ExchangeWorld
    profile: CertificationProfile
    command: str
    progress: Progress
    caller: Caller
    eyes: Eyes
    learnt: Learnt
    side: str

    async def all(self, cases: Sequence[ExchangeCase]) -> tuple[CaseResult, ...]:
        """Every case that means something, in batches between twins."""
        results: dict[str, CaseResult] = {}
        meant = []
        for case in cases:
            why = left_out(self.profile, case) or lacking(self.vendor, self.world, case)
            if why is not None:
                skipped = not_verified(case, why, self.profile, self.command)
                results[case.id] = replace(skipped, verdict=Verdict.SKIPPED, twin="none")
            else:
                meant.append(case)
        self.progress.cases(len(meant))
        up = await self._twin()
        for batch in _batches(meant):
            seen = [await self._one(case) if up else self._gone(case) for case in batch]
            up = up and (await self._twin() or await self._twin())
            results |= {one.case.id: one if up else _without_twin(one) for one in seen}
        await self._clean(Names(dict(self.learnt.known)), ("unit", "organisation"))
        return tuple(results[case.id] for case in cases)

    async def _twin(self) -> bool:
        return await twin(self.side, self.caller, self.eyes, self.learnt.known)

    def _gone(self, case: ExchangeCase) -> CaseResult:
        return not_verified(case, GONE, self.profile, self.command)

    async def _one(self, case: ExchangeCase) -> CaseResult:
        address = f"{self.world.listener.url}/{case.id}-{token_hex(4)}"
        names = Names({**self.world.facts, **self.learnt.known, "listener": address}, self.world.now)
        bare = not_verified(case, GONE, self.profile, self.command)
        try:
            seen, answer = await self._tried(case, names)
            path = urlsplit(address).path
            if any(call.path.startswith(path) for call in self.world.listener.calls()):
                seen = Seen(Observed.FETCHED)
        except NotToBeSeen as trouble:
            result = replace(bare, reason=trouble.words)
        except Exception as error:
            # NOTE: one case that goes wrong in a way that nobody thought of must not cost the verdicts of all others.
            log.exception("%s went wrong", case.id)
            words = Bilingual(
                sv=f"Testmiljöns eget fel: {type(error).__name__}.",
                en=f"A fault of the testbed itself: {type(error).__name__}.",
            )
            result = replace(bare, verdict=Verdict.ERROR, reason=words)
        else:
            strict = case.model_copy(update={"level": "MUST"}) if requires(self.profile, case) else case
            verdict, words = judged(strict, seen)
            result = replace(
                bare,
                verdict=verdict,
                observed=seen.observed,
                reason=words,
                twin="logged in",
                sent=answer.sent,
                answered=answer.told,
            )
        await self._clean(names, tuple(name for name in names.known if name not in self.learnt.known))
        self.progress.done(result)
        return result

    async def _tried(self, case: ExchangeCase, names: Names) -> tuple[Seen, Answer]:
        for call in case.first:
            answer = await self.caller.call(call, names)
            if not answer.taken:
                raise NotToBeSeen(
                    f"Ett ärligt anrop före provet togs inte emot: {answer.told}",
                    f"An honest call before the test was not taken: {answer.told}",
                )
        await self._must_be_seen(case, names)
        if case.call is None:
            agreed = await self.world.weak_tls()
            answer = Answer("TLS 1.1", why=agreed)
            return Seen(Observed.TAKEN if agreed else Observed.REFUSED), answer
        try:
            for what in case.published:
                await self._publish(what)
            if case.outlived:
                await self.world.until_expired()
            answer = await self.caller.call(case.call, names)
        finally:
            if case.published:
                await self._publish("honest")
        return await Look(case, answer, names, self.caller, self.eyes).seen(), answer

    async def _publish(self, what: Publication) -> None:
        await self.world.publish(what)
        if what not in UNHEARD and not await self.world.until_read(self._nudge):
            raise NOT_READ

    async def _nudge(self) -> Answer:
        return await self.caller.call(OWN if self.side == "receiver" else Call(path="/persons"), Names())

    async def _must_be_seen(self, case: ExchangeCase, names: Names) -> None:
        """What the case says to be gone, or still there, must be seen to be there before it.

        Raises:
            NotToBeSeen: it is not.
        """
        then = case.then
        # NOTE: what an honest call has put in and that is not seen then is just what a case of honest calls is about.
        named = then.lacks if case.expect == "accept" else (*then.holds, *then.lacks)
        made = [name for name in named if name in names.known and name not in self.learnt.known]
        for name in made:
            held, _ = await self.eyes.held(name, names)
            # NOTE: where no eye is open at all, what the case's answer says may still be judged.
            if not held and self.eyes.sees(name):
                raise NotToBeSeen("Det som lades in före provet syns inte.", "What was put in before it is not seen.")
        for group, person in then.members.items():
            if not await self.eyes.member(group, person, names) and self.eyes.sees(group):
                raise NotToBeSeen("Gruppens medlem syns inte.", "The group's member is not seen.")

    async def _clean(self, names: Names, made: Sequence[str]) -> None:
        """Take back what the case put in, last first; whether that is done is no verdict of this case."""
        if self.side != "receiver":
            return
        for name in reversed(made):
            kind = NEW.match(name)
            if kind is None or kind[1] == "nothing":
                continue
            call = drop(kind[1])
            for by in ("own", "other"):
                await self.caller.call(
                    call.model_copy(update={"by": by, "path": call.path.replace(f"{{{kind[1]}}}", f"{{{name}}}")}),
                    names,
                )


def _batches(cases: Sequence[ExchangeCase]) -> Sequence[Sequence[ExchangeCase]]:
    """In their order; what may leave a vendor weak comes last, each alone."""
    usual = [case for case in cases if not case.exhausts]
    alone = [[case] for case in cases if case.exhausts]
    return [*(usual[at : at + BETWEEN_TWINS] for at in range(0, len(usual), BETWEEN_TWINS)), *alone]


def _without_twin(result: CaseResult) -> CaseResult:
    """A vendor that takes no honest call has refused nothing; that it took what it must not stands."""
    case = result.case
    if isinstance(case, ExchangeCase) and case.exhausts and result.observed is not Observed.NOT_RUN:
        words = Bilingual(
            sv="Efter anropet tar tjänsten inte emot ärliga anrop längre.",
            en="After the call the service takes no honest call any longer.",
        )
        return replace(result, verdict=Verdict.FAIL, observed=Observed.BROKE_DOWN, reason=words, twin="failed")
    if result.verdict not in (Verdict.PASS, Verdict.NOT_VERIFIED) and result.observed is not Observed.REFUSED:
        return replace(result, twin="failed")
    return replace(result, verdict=Verdict.NOT_VERIFIED, reason=NO_TWIN, twin="failed")
