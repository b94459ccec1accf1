"""What a vendor makes of notices that something has changed (SS 12000, webhooks): whom it believes, how it fetches."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.exchange import FETCHES, GRACE, data_answers
from testbed.checks.sent import KNOWN, Standing, is_below, out_of_time
from testbed.model.exchange_messages import ChangeNotice, DataAnswer
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import BROWSER, Exchange, host_of

HTTP_OK, REDIRECT = 200, 300
OF_NOTICES = "ss12000-client"
"""The type of access of a token that opens webhooks."""
MANY = 10
"""From so many notices on, fetching for every other one is fetching for each."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A notice that the vendor got."""

    notice: ChangeNotice
    exchange: Exchange
    standing: Standing
    """Of whoever sent it."""


def _notices(evidence: Evidence) -> list[_Told]:
    """Those that the vendor got."""
    own = _own_hosts(evidence)
    by_number = {exchange.number: exchange for exchange in evidence.exchanges}
    found = [one for one in evidence.messages if isinstance(one, ChangeNotice) and one.host in own]
    told = [(one, by_number[one.where.exchange]) for one in found]
    return [_Told(one, exchange, _standing(one, exchange)) for one, exchange in told]


def _own_hosts(evidence: Evidence) -> frozenset[str]:
    vendor = evidence.play.vendor
    return frozenset({host_of(vendor.login), *(vendor.simulated.hosts if vendor.simulated else ())})


NOTICED = Need(lambda evidence: bool(_notices(evidence)), "nobody told the vendor that something has changed")


@check(
    clause="GDPR Article 32(1)(b); SS 12000:2020, webhooks",
    sv="Tjänsten tror bara på skolans besked om ändringar",
    about="vendor",
    needs=(PLAYED, FETCHES, NOTICED),
)
def webhook_is_authentic(evidence: Evidence) -> Iterator[Outcome]:
    """A notice counts only when it is the school's.

    Whoever can make a vendor fetch can make it do so all day, and stop the school's systems by another's hand. A token
    is not enough: the one by which a school tells another vendor is in that vendor's hands.
    """
    notices = _notices(evidence)
    if not any(one.standing.stranger is not False for one in notices):
        yield Skip("nobody but the school said that something has changed")
    starts, reasons = _fetches(evidence), _reasons(notices, evidence)
    for one in notices:
        fetched = one.standing.stranger is not False and _is_fetched_on(one.exchange, starts, reasons)
        if not (fetched or HTTP_OK <= one.notice.status < REDIRECT):
            continue
        if one.standing.stranger:
            yield Observation(
                f"a notice of somebody who {one.standing.why} was answered with {one.notice.status or 'nothing'}"
                f"{', and a round of fetching followed' if fetched else ''}",
                "a refusal, and no round of fetching",
                where=one.notice.where,
                person="",
            )
        elif one.standing.stranger is None:
            yield NotVerified(f"whether a notice that was heeded is the school's cannot be told: {one.standing.why}")


def _standing(notice: ChangeNotice, told: Exchange) -> Standing:
    """Whether the school may have sent a notice, by what its token says; the signature is not looked at."""
    token = notice.token
    if token is None:
        return Standing(stranger=True, why="shows no token")
    if token.ends is not None and (why := out_of_time(token, told.started)):
        return Standing(stranger=True, why=why)
    if not token.opens:
        # NOTE: how a school and a vendor agree on tokens is outside the standard, and recorders put stars for them.
        return Standing(None, "its token does not say what it opens")
    if not any(kind == OF_NOTICES and is_below(told.request.url, place) for kind, place in token.opens):
        return Standing(stranger=True, why="shows a token that opens something else")
    return KNOWN


def _fetches(evidence: Evidence) -> list[Exchange]:
    """Where rounds of fetching begin, in order; none of a vendor that fetches by itself, for nobody knows why."""
    exchange = evidence.play.vendor.exchange
    if exchange and exchange.fetch and exchange.fetch.every_s:
        return []
    numbers = {one.where.exchange for one in _rounds(evidence)}
    return sorted((one for one in evidence.exchanges if one.number in numbers), key=_number)


def _reasons(notices: list[_Told], evidence: Evidence) -> list[Exchange]:
    """What else may have made the vendor fetch: notices that may be the school's, and buttons that somebody pressed."""
    told = (one.exchange for one in notices if not one.standing.stranger)
    return [*told, *(one for one in evidence.exchanges if _is_pressed(one, evidence))]


def _is_fetched_on(told: Exchange, starts: list[Exchange], reasons: list[Exchange]) -> bool:
    """Whether a round of fetching followed a notice, with no other reason for it since the round before."""
    place = bisect_right(starts, told.number, key=_number)
    if place == len(starts):
        return False
    after, before = starts[place], starts[place - 1].started if place else None
    return not any(
        one.started <= after.started + GRACE and (before is None or one.started >= before or _ended(one) > told.started)
        for one in reasons
        if one is not told
    )


def _number(exchange: Exchange) -> int:
    return exchange.number


@check(
    clause="SS 12000:2020, webhooks",
    sv="Tjänsten hämtar när skolan säger att något har ändrats",
    about="vendor",
    needs=(PLAYED, FETCHES, NOTICED),
    severity=Severity.SHOULD,
)
def fetches_when_told(evidence: Evidence) -> Iterator[Outcome]:
    """A vendor that has asked to be told fetches when it is.

    A pupil who has moved, or needs a protected identity, is otherwise shown until somebody happens to fetch.
    """
    told = [one for one in _notices(evidence) if not one.standing.stranger]
    if not told:
        yield Skip("the school did not say that anything has changed")
        return
    last = told[-1].notice
    if not any(start.where.exchange > last.where.exchange for start in _rounds(evidence)):
        yield Observation(
            f"{len(told)} notices came, and nothing was fetched after them",
            "a round of fetching",
            where=last.where,
            person="",
        )


@check(
    clause="SS 12000:2020, webhooks; RFC 9110, 9.2.1",
    sv="Många besked på en gång leder till en hämtning, inte lika många",
    about="vendor",
    needs=(PLAYED, FETCHES, NOTICED),
    severity=Severity.SHOULD,
)
def one_fetch_for_many_notices(evidence: Evidence) -> Iterator[Outcome]:
    """Notices that come together lead to one round of fetching.

    On the first day of the term a school changes everything, and tells of it as often: fifty rounds at once would take
    its systems from all others. A round is needless when nothing was told since the one before it began.
    """
    notices, starts = _notices(evidence), _rounds(evidence)
    first = min(one.exchange.number for one in notices)
    by_number = {exchange.number: exchange for exchange in evidence.exchanges}
    reasons = [_ended(one.exchange) for one in notices]
    reasons += [_ended(exchange) for exchange in evidence.exchanges if _is_pressed(exchange, evidence)]
    later = [by_number[one.where.exchange] for one in starts if one.where.exchange > first]
    if len(notices) == 1 and len(later) <= 1:
        yield Skip("there was one notice, and no more than one round of fetching")
        return
    reasons.sort()
    needless = [start for before, start in pairwise(later) if not _any_between(before, start, reasons)]
    if needless or (len(notices) >= MANY and 2 * len(later) > len(notices)):
        yield Observation(
            f"{len(notices)} notices led to {len(later)} rounds of fetching, {len(needless)} of them with nothing new "
            "to come for",
            "one round for all that came before it",
            where=starts[-1].where,
            person="",
        )


def _any_between(before: Exchange, start: Exchange, reasons: list[datetime]) -> bool:
    """Whether any of these moments, in order, lies between two exchanges."""
    return bisect_left(reasons, before.started - GRACE) < bisect_right(reasons, start.started + GRACE)


def _rounds(evidence: Evidence) -> list[DataAnswer]:
    """Where rounds of fetching begin: at the first page of the collection that is asked for first."""
    lists = [one for one in data_answers(evidence) if one.asked == "list" and one.status == HTTP_OK]
    firsts = [one for one in lists if "pageToken" not in dict(one.query)]
    return [one for one in firsts if (one.host, one.collection) == (firsts[0].host, firsts[0].collection)]


def _is_pressed(exchange: Exchange, evidence: Evidence) -> bool:
    """Somebody has pressed a button at the vendor."""
    own = exchange.receiver in _own_hosts(evidence)
    return own and exchange.sender == BROWSER and exchange.request.method == "POST"


def _ended(exchange: Exchange) -> datetime:
    return exchange.started + timedelta(milliseconds=exchange.duration_ms)
