"""Those whom a school has taken back: whether a vendor asks who they are, and forgets them."""

from collections.abc import Iterator

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.exchange import data_answers
from testbed.checks.exchange_held import held_at
from testbed.checks.rosters import Look, looks
from testbed.checks.sent import calls, taken
from testbed.checks.terms import over_for_good
from testbed.model.vendor import FED
from testbed.model.verdict import Evidence
from testbed.model.wire import Pointer, host_of
from testbed.privacy.references import given_out


def _fetches(evidence: Evidence) -> bool:
    return evidence.play.vendor.protocol == "ss12000"


ACCOUNT = "eduPersonPrincipalName"
IS_FED = Need(lambda evidence: evidence.play.vendor.protocol in FED, "the vendor is fed with no rosters")
SPOKE = Need(
    lambda evidence: bool(data_answers(evidence) if _fetches(evidence) else calls(evidence)),
    "nothing was asked of a data API, and nothing was sent",
)


@check(
    clause="GDPR Article 5(1)(e), 17 and 28(3)(g); SS 12000:2020, deletedEntities; RFC 7644, 3.6",
    sv="Den som skolan har tagit bort finns inte kvar hos tjänsten",
    about="vendor",
    needs=(PLAYED, IS_FED, SPOKE),
)
def deleted_persons_forgotten(evidence: Evidence) -> Iterator[Outcome]:
    """Whoever the school has taken back is no longer held.

    A pupil who has moved, or has come to need a protected identity, is otherwise found where somebody looks for them.
    And where the agreement has ended, and what it lets the vendor keep for a while has run out, nobody is left there.
    """
    vendor, answers, seen = host_of(evidence.play.vendor.login), data_answers(evidence), looks(evidence)
    changes = [one for one in answers if one.asked == "list" and not one.whole and not _goes_on(one.query)]
    if _fetches(evidence) and changes and not any(one.asked == "deleted" for one in answers):
        yield Observation(
            "the vendor asked for what has changed, and never for who is gone",
            "/deletedEntities is asked for too",
            where=changes[0].where,
            person="",
            recipient=vendor,
        )
        return
    last = max((exchange.number for exchange in evidence.exchanges), default=0)
    ever = _gone_at(evidence, last) | _left_by_agreement(evidence, None)
    if not ever and not (_fetches(evidence) and changes):
        yield Skip("the school has taken nobody back")
        return
    if not seen:
        yield NotVerified("the page that shows whom the vendor holds was not opened")
        return
    yield from _still_there(evidence, seen, vendor)


def _still_there(evidence: Evidence, seen: tuple[Look, ...], vendor: str) -> Iterator[Outcome]:
    told: set[str] = set()
    for look in seen:
        gone = _gone_at(evidence, look.begun) | _left_by_agreement(evidence, look)
        if gone and look.lacking:
            yield NotVerified(f"not all that the vendor holds was seen: {look.lacking}")
        shown = {name: account for name, account in _accounts(evidence, gone) if account in look.shown}
        shown |= {name: name for name in gone & look.shown}
        for name, word in sorted(shown.items()):
            if name in told:
                continue
            told.add(name)
            page = look.at(word)
            yield Observation(
                f"{page.request.url} shows {name if word == name else f'the account of {name}'}, whom the school has "
                "taken back",
                "nothing of those who are gone",
                where=Pointer(page.number, "response.body"),
                person="",
                recipient=vendor,
            )


def _accounts(evidence: Evidence, gone: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The ids of those who are gone, each with an account that is nobody's who is not."""
    records = [record for _, record in given_out(evidence.messages)]
    there = {value for one in records if one.id not in gone for name, value in one.identifiers if name == ACCOUNT}
    for one in records:
        for name, value in one.identifiers:
            if one.id in gone and name == ACCOUNT and value not in there:
                yield one.id, value


def _gone_at(evidence: Evidence, exchange: int) -> frozenset[str]:
    """The ids of which the vendor knows by then that they are gone."""
    if not _fetches(evidence):
        held = held_at(taken(evidence), exchange)
        # NOTE: another school may have sent the same person.
        return frozenset(one for _, one in held.gone) - frozenset(one for _, one in held.persons)
    gone: set[tuple[str, str]] = set()
    there: set[tuple[str, str]] = set()
    for answer in data_answers(evidence):
        if answer.where.exchange < exchange:
            for record in answer.records:
                # NOTE: somebody may come back.
                left, come = (gone, there) if answer.asked == "deleted" else (there, gone)
                left.add((answer.host, record.id))
                come.discard((answer.host, record.id))
    # NOTE: another school may tell of the same person.
    return frozenset(one for _, one in gone) - frozenset(one for _, one in there)


def _left_by_agreement(evidence: Evidence, look: Look | None) -> frozenset[str]:
    """All that the vendor was ever told of, where by this look nothing of it may be there any more; without a look
    where that ever came to be so."""
    ended = over_for_good(evidence, look.pages[0].started if look else None)
    if ended is None:
        return frozenset()
    spoke = {one.where.exchange for one in data_answers(evidence)} | {one.where.exchange for one in calls(evidence)}
    learnt = [one for one in evidence.exchanges if one.number in spoke and one.started >= ended]
    if not any(look is None or one.number < look.begun for one in learnt):
        return frozenset()
    return frozenset(record.id for _, record in given_out(evidence.messages))


def _goes_on(query: tuple[tuple[str, str], ...]) -> bool:
    return any(name == "pageToken" for name, _ in query)
