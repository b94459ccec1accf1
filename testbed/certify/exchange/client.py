"""Try a vendor that fetches rosters: the school's server misbehaves once, and it is looked at what the vendor asks, and
whom its page shows afterwards.

- ``told-to-wait``: 429 with X-RateLimit-Reset; it must not ask again before.
- ``unavailable-once``, ``cut-in-the-middle``, ``other-content-type``: of a list there comes an error, half of it, or a
  page of HTML; what it held stays, and what is missing is fetched the next time.
- ``odd-page-token``, ``page-token-as-address``: must come back as it was given, and lead nowhere else.
- ``led-elsewhere``: a redirect to another host, to which the token must not go.
- ``record-twice``: the first person of a page stands on the following page too.
- ``token-no-longer-good``, ``token-service-down-once``: it must ask for another token, at the next time at the latest.
- ``more-than-asked``, ``name-as-markup``: records hold a number that is not agreed, or a name that looks like code.
- ``person-gone``: a person stands in no list any more, and in deletedEntities.
- ``foreign-notice``: somebody who is not the school calls its webhook, and it must not fetch on their word.
- ``foreign-notice-with-token``: the same, with the token by which the school tells another vendor.
"""

import html
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType

from testbed.certify.desk import NotToBeSeen
from testbed.certify.engine import GONE, NO_TWIN, Certified, Progress, not_verified
from testbed.certify.exchange.looking import Seen
from testbed.certify.exchange.needs import lacking_of_client
from testbed.certify.exchange.verdicts import judged
from testbed.certify.exchange.world import ClientWorld, Question
from testbed.certify.needs import NO_LISTENER
from testbed.certify.profiles import left_out, requires
from testbed.model.certificate import Calibration, CaseResult, Observed, Slot
from testbed.model.exchange_case import ExchangeCase, Trick
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor

log = logging.getLogger("testbed.certify")

MARKUP = "<img src=x onerror=prov>"
NOT_AGREED = "20090127TF20"
"""A number of nobody's, which no agreement of a run has."""
FIELDS = ("eduPersonPrincipalName", "id", "name")
"""By which a person may be known on the vendor's page, the surest first."""
LAST = 3
"""So many questions tell why a vendor was given nobody."""
EARLY_S = 0.2
"""So much sooner than it was told may it ask again: two clocks do not agree to the hair."""
NEVER = NotToBeSeen(
    "Tjänsten frågade aldrig efter det som provet gäller.", "The service never asked for what the test is about."
)
NO_PAGE = NotToBeSeen(
    "Tjänstens sida (exchange.roster) gick inte att läsa, så ingen vet vilka den har.",
    "The service's page (exchange.roster) could not be read, so that nobody knows whom it holds.",
)
FAILS = frozenset({429, *range(500, 600)})
"""Answers for which the vendor is not to blame."""
SCHOOL_FAILED = NotToBeSeen(
    "Skolans egen server gick sönder när den skulle svara ärligt.",
    "The school's own server failed when it was to answer honestly.",
)
NOT_ANEW = NotToBeSeen(
    "Tjänsten startas inte av testmiljön, och kan inte prövas innan den har några elever: skriv 'process' eller "
    "'container' i dess fil.",
    "The testbed does not start the service, and cannot try it before it has any pupils: put 'process' or 'container' "
    "in its file.",
)
NO_ROSTER = Bilingual(
    sv="Tjänstens sida (exchange.roster) visar inte dem som den har hämtat.",
    en="The service's page (exchange.roster) does not show whom it has fetched.",
)


@dataclass(frozen=True, slots=True)
class Played:
    """What was seen of one trick."""

    asked: Sequence[Question]
    """What reached the school's servers, in order; the first that met the trick has ``tricked``."""
    elsewhere: Sequence[Question]
    """What reached a host that the vendor has no business with."""
    page: str
    """As it is read."""
    written: str
    """As it was sent."""
    known: int
    """So often a person stands on the page usually."""
    marks: Mapping[str, str]
    """The text by which each person is known there, by id."""
    gone: Sequence[str] = ()
    """Ids of those whom the school has taken back."""


@dataclass(slots=True)
class Clerk:
    """Certifies one client."""

    vendor: Vendor
    world: ClientWorld
    profile: CertificationProfile
    command: str
    progress: Progress
    marks: dict[str, str] = field(default_factory=dict)
    times: int = 1

    async def certify(self, cases: Sequence[ExchangeCase]) -> Certified:
        """Everything, in order: what an honest fetch looks like, the cases, each with an honest fetch after it."""
        calibration = await self._learn()
        if calibration.trouble is not None:
            why = calibration.trouble
            return Certified((), calibration, tuple(not_verified(c, why, self.profile, self.command) for c in cases))
        meant = [case for case in cases if self._left_out(case) is None]
        self.progress.cases(len(meant))
        results = []
        for case in cases:
            why_not = self._left_out(case)
            if why_not is not None:
                bare = not_verified(case, why_not, self.profile, self.command)
                results.append(replace(bare, verdict=Verdict.SKIPPED, twin="none"))
                continue
            results.append(await self._one(case))
            self.progress.done(results[-1])
        return Certified((), calibration, tuple(results))

    def _left_out(self, case: ExchangeCase) -> Bilingual | None:
        far = not self.world.elsewhere_is_near and case.trick in NEEDS_ELSEWHERE
        return left_out(self.profile, case) or lacking_of_client(self.vendor, case) or (NO_LISTENER if far else None)

    async def _learn(self) -> Calibration:
        try:
            self.world.play(None)
            await self.world.fetch()
            page, people = await self._page(), self.world.people
        except NotToBeSeen as trouble:
            return Calibration((), trouble.words)
        for name in FIELDS:
            marks = {one: texts[name] for one, texts in people.items() if texts.get(name)}
            if marks and len(marks) == len(people) and all(text in page for text in marks.values()):
                self.marks, self.times = marks, max(page.count(text) for text in marks.values())
                return Calibration((Slot("page", name),))
        return Calibration((), NO_ROSTER if people else _not_asked(self.world.asked()))

    async def _one(self, case: ExchangeCase) -> CaseResult:
        bare = not_verified(case, GONE, self.profile, self.command)
        try:
            seen, played = await self._tried(case)
        except NotToBeSeen as trouble:
            return replace(bare, reason=trouble.words)
        except Exception as error:
            # NOTE: one case that goes wrong in a way that nobody thought of must not cost the verdicts of all others.
            log.exception("%s went wrong", case.id)
            name = type(error).__name__
            words = Bilingual(sv=f"Testmiljöns eget fel: {name}.", en=f"A fault of the testbed itself: {name}.")
            return replace(bare, verdict=Verdict.ERROR, reason=words)
        strict = case.model_copy(update={"level": "MUST"}) if requires(self.profile, case) else case
        verdict, words = judged(strict, seen)
        told = "\n".join(f"{one.method} {one.path} {one.status}" for one in played.asked)
        done = replace(
            bare, verdict=verdict, observed=seen.observed, reason=words, twin="logged in", sent=case.trick or ""
        )
        done = replace(done, answered=told)
        # NOTE: else the case itself has ended with an honest fetch that brought everybody.
        if verdict is Verdict.PASS and case.trick in APART and not await self._everybody_afterwards():
            return replace(done, verdict=Verdict.NOT_VERIFIED, reason=NO_TWIN, twin="failed")
        return done

    async def _everybody_afterwards(self) -> bool:
        """The positive twin: a vendor that begins anew fetches everybody."""
        try:
            await self.world.restart()
            self.world.play(None)
            await self.world.fetch()
            return not missing(self.marks, await self._page())
        except NotToBeSeen:
            return False

    async def _tried(self, case: ExchangeCase) -> tuple[Seen, Played]:
        world = self.world
        if not (world.can_restart or case.holding or case.trick in JUDGED or case.trick in RENEWED):
            raise NOT_ANEW
        await world.restart()
        if case.holding or case.trick in FORGED:
            world.play(None)
            await world.fetch()
        world.play(case.trick)
        if case.trick in FORGED:
            await world.forge_notice(with_token=case.trick == REPLAYED)
        else:
            await world.fetch()
        # NOTE: what the vendor asked tells by itself whether it did wrong, also where its page cannot be read.
        shown = await self._shown()
        written = shown or ""
        asked, page = world.asked(), html.unescape(written)
        played = Played(asked, world.elsewhere(), page, written, self.times, self.marks, world.gone)
        if case.trick not in APART and not any(one.tricked for one in played.asked):
            raise NEVER
        if world.fell is not None:
            return Seen(Observed.BROKE_DOWN, world.fell), played
        judge = JUDGED.get(case.trick or "")
        found = judge(played) if judge else None
        if found is None and shown is None and self.world.roster:
            raise NO_PAGE
        if found is None and case.holding and case.trick not in APART and (lost := missing(self.marks, played.page)):
            found = _lost(lost)
        if found is None and case.trick not in APART:
            world.play(None)
            await world.fetch()
            lost = missing(self.marks, await self._page())
            if any(one.status in FAILS and not one.tricked for one in world.asked()):
                raise SCHOOL_FAILED
            found = _lost(lost) if lost else None
        if found is None and case.trick in RENEWED and not any(map(_given_people, (*asked, *world.asked()))):
            found = _lacks("hämtade inte med en ny token", "did not fetch by another token")
        return found or Seen(Observed.AS_ASKED), played

    async def _page(self) -> str:
        """As it is read, "" where the vendor has none.

        Raises:
            NotToBeSeen: it could not be read.
        """
        if not self.world.roster:
            return ""
        page = await self._shown()
        if page is None:
            raise NO_PAGE
        return html.unescape(page)

    async def _shown(self) -> str | None:
        return await self.world.page(self.world.roster) if self.world.roster else None


def _not_asked(asked: Sequence[Question]) -> Bilingual:
    """Why the school has told the vendor of nobody, as far as it knows."""
    told = ", ".join(f"{one.method} {one.path} {one.status}" for one in asked[-LAST:])
    return Bilingual(
        sv=f"Tjänsten fick inga personer av skolan. Det sista som den frågade: {told}.",
        en=f"The service was given no people by the school. The last that it asked: {told}.",
    )


def missing(marks: Mapping[str, str], page: str) -> tuple[str, ...]:
    """The ids of those who are not on the page."""
    return tuple(one for one, text in marks.items() if text not in page)


def _lost(ids: Sequence[str]) -> Seen:
    number = len(ids)
    return Seen(Observed.LOST, Bilingual(sv=f"{number} personer saknas", en=f"{number} people are missing"))


def _lacks(sv: str, en: str) -> Seen:
    return Seen(Observed.REQUEST_LACKS, Bilingual(sv=sv, en=en))


def _given_people(one: Question) -> bool:
    return one.method == "GET" and one.path == PERSONS and one.status == HTTPStatus.OK


def _waited(played: Played) -> Seen | None:
    for number, one in enumerate(played.asked):
        if one.tricked:
            again = next((later for later in played.asked[number + 1 :] if later.path != TOKENS), None)
            if again and again.at_s < one.at_s + one.told_to_wait_s - EARLY_S:
                waited = again.at_s - one.at_s
                return _lacks(
                    f"frågade igen efter {waited:.1f} s av {one.told_to_wait_s:.0f} s",
                    f"asked again after {waited:.1f} s of {one.told_to_wait_s:.0f} s",
                )
    return None


def _token_unchanged(played: Played) -> Seen | None:
    if played.elsewhere:
        return Seen(Observed.FETCHED, Bilingual(sv=played.elsewhere[0].path, en=played.elsewhere[0].path))
    if any(one.page_token_changed for one in played.asked):
        return _lacks("pageToken kom inte tillbaka som den var", "the page token did not come back as it was")
    given = any(one.gave_page_token for one in played.asked)
    if given and not any(one.carried_page_token for one in played.asked):
        return _lacks("frågade aldrig efter nästa sida", "never asked for the following page")
    return None


def _led_nowhere(played: Played) -> Seen | None:
    carried = next((one for one in played.elsewhere if one.authorised), None)
    if carried is None:
        return None
    words = Bilingual(sv="token gick till en annan server", en="the token went to another server")
    return Seen(Observed.SHOWN, words)


def _once(played: Played) -> Seen | None:
    twice = [one for one, text in played.marks.items() if played.page.count(text) > played.known]
    if not twice:
        return None
    return Seen(Observed.HELD, Bilingual(sv="samma person två gånger", en="the same person twice"))


def _no_more(played: Played) -> Seen | None:
    return Seen(Observed.SHOWN) if NOT_AGREED in played.page else None


def _as_text(played: Played) -> Seen | None:
    return Seen(Observed.SHOWN) if MARKUP in played.written else None


def _gone(played: Played) -> Seen | None:
    left = [one for one in played.gone if played.marks.get(one, "") in played.page]
    return Seen(Observed.HELD, Bilingual(sv="personen visas ännu", en="the person is still shown")) if left else None


def _no_fetch(played: Played) -> Seen | None:
    fetched = [one for one in played.asked if one.method == "GET"]
    return _lacks("hämtade på ordern av någon annan", "fetched on the word of somebody else") if fetched else None


TOKENS, PERSONS = "/transaction", "/persons"
REPLAYED: Trick = "foreign-notice-with-token"
FORGED: frozenset[Trick | None] = frozenset({"foreign-notice", REPLAYED})
"""Tricks of somebody who is not the school."""
APART = frozenset({*FORGED, "person-gone"})
"""Tricks after which the school's own next answer tells nothing of the vendor."""
RENEWED: frozenset[Trick | None] = frozenset({"token-no-longer-good", "token-service-down-once"})
"""Tricks after which a vendor must come to have another token."""
NEEDS_ELSEWHERE: frozenset[Trick | None] = frozenset({"led-elsewhere", "page-token-as-address"})
"""Tricks that want to lead the vendor to another host."""
JUDGED: Mapping[str, Callable[[Played], Seen | None]] = MappingProxyType(
    {
        "told-to-wait": _waited,
        "odd-page-token": _token_unchanged,
        "page-token-as-address": _token_unchanged,
        "led-elsewhere": _led_nowhere,
        "record-twice": _once,
        "more-than-asked": _no_more,
        "name-as-markup": _as_text,
        "person-gone": _gone,
        "foreign-notice": _no_fetch,
        REPLAYED: _no_fetch,
    }
)
"""What is looked at beside whom the page shows."""
