"""What came of a call: what the vendor answered, and what it holds and shows afterwards."""

from dataclasses import dataclass

from testbed.certify.exchange.calling import Answer, Caller
from testbed.certify.exchange.eyes import Eyes
from testbed.certify.exchange.names import Names
from testbed.model.certificate import Observed
from testbed.model.exchange_case import Call, ExchangeCase
from testbed.model.strict import Bilingual

BUSY = frozenset({429, 503})
"""Neither taken nor refused (RFC 6585, 4; RFC 9110, 15.6.4)."""
NOT_OFFERED = 501
CLIENT_ERROR, SERVER_ERROR = 400, 500
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
NO_EYES = Bilingual(
    sv="inget visar vad tjänsten har kvar: varken GET eller dess sida (exchange.roster)",
    en="nothing shows what the service holds: neither GET nor its page (exchange.roster)",
)
TOO_BUSY = Bilingual(
    sv="tjänsten svarade att den fick för många frågor eller inte var redo",
    en="the service answered that it was asked too much, or was not ready",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one case."""

    observed: Observed
    why: Bilingual | None = None


UNSEEN = Seen(Observed.UNCLEAR, NO_EYES)


@dataclass(frozen=True, slots=True)
class Look:
    """A case, its answer, and what there is to see it by."""

    case: ExchangeCase
    answer: Answer
    names: Names
    caller: Caller
    eyes: Eyes

    async def seen(self) -> Seen:
        """What came of it, the gravest first."""
        for one in (self._told, self._lacked, self._held, self._left, self._written, self._shown):
            found = await one()
            if found is not None:
                return found
        return answered(self.case, self.answer)

    async def _told(self) -> Seen | None:
        """What the answer says."""
        case, answer = self.case, self.answer
        if case.expect == "accept" and not answer.taken:
            return answered(case, answer)
        for text in case.then.silent:
            if answer.has(self.names.fill(text)):
                return Seen(Observed.SHOWN, _both(text, answer))
        lacking = [text for text in case.then.says if not answer.has(self.names.fill(text))]
        lacking += [place for place, text in case.then.at.items() if answer.at(place) != self.names.fill(text)]
        return Seen(Observed.LOST, _both(lacking[0], answer)) if lacking and answer.taken else None

    async def _lacked(self) -> Seen | None:
        """What the vendor must not hold."""
        for item in self.case.then.lacks:
            held, where = await self._holds(item)
            if held is not False:
                return Seen(Observed.HELD, _both(f"{item}: {where}", self.answer)) if held else UNSEEN
        return None

    async def _held(self) -> Seen | None:
        """What it must hold."""
        for item in self.case.then.holds:
            held, _ = await self._holds(item)
            if not held:
                return UNSEEN if held is None else Seen(Observed.LOST, _both(item, self.answer))
        return None

    async def _left(self) -> Seen | None:
        """Who must no longer be in a group."""
        for group, person in self.case.then.members.items():
            inside = await self.eyes.member(group, person, self.names)
            if inside is not False:
                return Seen(Observed.HELD, _both(f"{person} in {group}", self.answer)) if inside else UNSEEN
        return None

    async def _written(self) -> Seen | None:
        """What must not stand on its page as it was sent."""
        if not self.case.then.page_hides or not self.answer.taken:
            return None
        page = await self.eyes.world.page(self.eyes.world.roster) or ""
        found = [text for text in self.case.then.page_hides if self.names.fill(text) in page]
        if found:
            return Seen(Observed.SHOWN, _both(found[0], None))
        # NOTE: a page that does not show the pupil at all has not shown that it writes the name safely.
        return None if self.names.fill("{mark:person}") in page else UNSEEN

    async def _shown(self) -> Seen | None:
        """What must be shown of a person, and what must not."""
        then = self.case.then
        if not (then.shows or then.hides):
            return None
        texts = await self.eyes.texts("person", self.names.id_of("person"))
        if not texts:
            return UNSEEN
        shown = [text for text in then.hides if self.names.fill(text) in texts]
        lost = [text for text in then.shows if self.names.fill(text) not in texts]
        if shown or lost:
            return Seen(Observed.SHOWN if shown else Observed.LOST, _both((shown or lost)[0], self.answer))
        return None

    async def _holds(self, item: str) -> tuple[bool | None, str]:
        """Whether something is held, None where that cannot be seen; and where it is seen."""
        if not item.startswith("/"):
            return await self.eyes.held(item, self.names)
        answer = await self.caller.call(Call(path=item), self.names)
        return (None if answer.tells_nothing else answer.taken), f"GET {answer.status}"


def answered(case: ExchangeCase, answer: Answer) -> Seen:
    """What the status alone says."""
    why = _both("", answer)
    if not answer.status:
        refused = answer.turned_away and _may_hang_up(case)
        return Seen(Observed.REFUSED if refused else Observed.BROKE_DOWN, why)
    honest = case.call is not None and case.call.by == "own" and not case.published
    if answer.status in BUSY and honest and answer.status not in case.then.answers:
        return Seen(Observed.UNCLEAR, TOO_BUSY)
    return Seen(_by_status(case, answer), why)


def _by_status(case: ExchangeCase, answer: Answer) -> Observed:
    if answer.status >= SERVER_ERROR and answer.status not in {NOT_OFFERED, *BUSY}:
        return Observed.BROKE_DOWN
    if answer.taken and (case.expect == "reject" or not case.then.answers or answer.status in case.then.answers):
        return Observed.TAKEN
    named = not case.then.answers or answer.status in case.then.answers
    right = answer.status >= CLIENT_ERROR and named and (not case.then.problem or _is_problem(case, answer))
    return Observed.REFUSED if right else Observed.OTHER_ANSWER


def _may_hang_up(case: ExchangeCase) -> bool:
    """Who is nobody may be refused by TLS, and what is too large need not be read to its end (RFC 9110, 15.5.14)."""
    call = case.call
    return call is not None and (call.by != "own" or bool(case.published) or case.exhausts)


def _is_problem(case: ExchangeCase, answer: Answer) -> bool:
    document = answer.json
    if not isinstance(document, dict):
        return False
    if case.protocol == "ss12000":
        return isinstance(document.get("code"), str | int) and isinstance(document.get("message"), str)
    schemas = document.get("schemas")
    return isinstance(schemas, list) and SCIM_ERROR in schemas


def _both(what: str, answer: Answer | None) -> Bilingual:
    status = (str(answer.status) if answer.status else answer.why) if answer else ""
    told = "; ".join(part for part in (what, status) if part)
    return Bilingual(sv=told, en=told)
