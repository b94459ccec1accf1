"""How a vendor fetches a school's data: to the last page, whole or by changes, at what pace, and what it reports."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from testbed.checks.core import PLAYED, Need, Observation, Outcome, Skip, check
from testbed.checks.terms import is_over
from testbed.model.exchange_messages import DataAnswer, DataReport
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import Exchange, Pointer
from testbed.privacy.fetched import is_agreed
from testbed.privacy.people import index_of
from testbed.privacy.search import find
from testbed.wire.ss12000 import call

HTTP_OK, FORBIDDEN, NOT_FOUND, TOO_MANY = 200, 403, 404, 429
GRACE = timedelta(milliseconds=50)
"""Of clocks, between the school's and the recorder's."""


def data_answers(evidence: Evidence) -> list[DataAnswer]:
    """What schools have answered; where there is an agreement, it says which hosts are theirs."""
    return [one for one in evidence.messages if isinstance(one, DataAnswer) and is_of_school(one.host, evidence)]


def is_of_school(host: str, evidence: Evidence) -> bool:
    """Whether a data API at this host is a school's: anybody may have paths like these."""
    return evidence.agreement is None or host in evidence.agreement.controller.hosts


def _fetches(evidence: Evidence) -> bool:
    return evidence.play.vendor.protocol == "ss12000"


FETCHES = Need(_fetches, "the vendor fetches no rosters")
ANSWERED = Need(lambda evidence: bool(data_answers(evidence)), "nothing was asked of a data API")
REPORTED = Need(
    lambda evidence: any(isinstance(m, DataReport) for m in evidence.messages), "nobody told a data API of their work"
)


@check(
    clause="SS 12000:2020, paging and errors",
    sv="Tjänsten får de uppgifter som den ber om",
    about="vendor",
    needs=(PLAYED, FETCHES),
)
def roster_is_fetched(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor gets what it asks for, to the last page.

    Classes that do not come are pupils who cannot begin, and a roster that stops in the middle looks like a whole one.
    """
    play, answers = evidence.play, data_answers(evidence)
    if play.stopped:
        yield Observation(play.stopped, "the vendor's page for administrators, and then what it holds")
        return
    asked_for = [one for one in evidence.exchanges if _asks(one, evidence)]
    # NOTE: a lookup says in its body whom it is about.
    last = {(one.receiver, one.request.method, one.request.url, one.request.body): one for one in asked_for}
    if not last:
        yield Observation("nothing was asked of a data API", "the vendor fetches the roster")
        return
    by_number, agreement = {answer.where.exchange: answer for answer in answers}, evidence.agreement
    for (_, method, url, _), exchange in last.items():
        # NOTE: that it was told to wait, or needed a fresh token, matters only where it did not come back.
        answer = by_number.get(exchange.number)
        if answer is not None and answer.status == FORBIDDEN and is_over(evidence, exchange.started):
            # NOTE: when the agreement has ended, that is how a vendor learns it.
            continue
        if answer is None or answer.status not in (HTTP_OK, NOT_FOUND if answer.asked == "one" else HTTP_OK):
            # NOTE: that it asks for what it may not have is another check's.
            if answer and agreement and not is_agreed(answer.collection, agreement):
                continue
            came = f"{answer.status}" if answer else "nothing that can be read"
            where = Pointer(exchange.number, "response")
            yield Observation(f"{method} {url} was answered with {came}", f"{HTTP_OK}", where=where, person="")
    asked = {value for answer in answers for name, value in answer.query if name == "pageToken"}
    for answer in answers:
        # NOTE: whichever page is asked for next, it is asked for by this token.
        if answer.following and answer.following not in asked:
            yield Observation(
                f"the page after this one of /{answer.collection} was never asked for",
                "every page, until there is no page token",
                where=answer.where,
                person="",
            )


def _asks(exchange: Exchange, evidence: Evidence) -> bool:
    """Whether it is a call of a school's data API."""
    return call(exchange) is not None and is_of_school(exchange.receiver, evidence)


@check(
    clause="SS 12000:2020, pageToken",
    sv="En sidnyckel skickas ensam, utan filter",
    about="vendor",
    needs=(FETCHES, ANSWERED),
)
def page_token_stands_alone(evidence: Evidence) -> Iterator[Outcome]:
    """A page token is sent without filters.

    It stands for the query that it came with. What a server makes of the two together nobody can know: another
    selection of pupils, say.
    """
    for answer in data_answers(evidence):
        names = {name for name, _ in answer.query}
        if "pageToken" in names and names - {"pageToken", "limit"}:
            beside = ", ".join(sorted(names - {"pageToken", "limit"}))
            yield Observation(
                f"pageToken was sent together with {beside}", "pageToken alone", where=answer.where, person=""
            )


@check(
    clause="GDPR Article 5(1)(c); SS 12000:2020, meta.modified.after",
    sv="Tjänsten hämtar det som har ändrats, inte allt om igen",
    about="vendor",
    needs=(FETCHES, ANSWERED),
    severity=Severity.SHOULD,
)
def changes_are_enough(evidence: Evidence) -> Iterator[Outcome]:
    """Once it has everything, the vendor fetches what has changed.

    Each full copy of the municipality's pupils is one more that can go astray on its way, and all schools are slower
    for it on the first morning of the term.
    """
    whole: set[tuple[str, str]] = set()
    again = False
    for answer in data_answers(evidence):
        if answer.asked != "list" or answer.status != HTTP_OK or any(name == "pageToken" for name, _ in answer.query):
            continue
        fetched = (answer.host, answer.collection)
        again = again or fetched in whole
        if answer.whole and fetched in whole:
            yield Observation(
                f"/{answer.collection} was fetched whole once more", "only what has changed", answer.where, person=""
            )
        if answer.whole:
            whole.add(fetched)
    if not again:
        yield Skip("everything was asked for once")


@check(
    clause="SS 12000:2020, 429 and X-RateLimit-Reset",
    sv="Tjänsten väntar när skolan ber den att vänta",
    about="vendor",
    needs=(FETCHES, ANSWERED),
    severity=Severity.SHOULD,
)
def waits_when_told(evidence: Evidence) -> Iterator[Outcome]:
    """A vendor that is told that it asks too often waits as long as it is told.

    One that goes on asking takes the time of all others: the school's systems were made for some thousand requests.
    """
    by_number = {exchange.number: exchange for exchange in evidence.exchanges}
    by_host: dict[str, list[tuple[DataAnswer | DataReport, Exchange]]] = {}
    for one in evidence.messages:
        if isinstance(one, DataAnswer | DataReport) and is_of_school(one.host, evidence):
            exchange = by_number.get(one.where.exchange)
            if exchange is not None:
                by_host.setdefault(one.host, []).append((one, exchange))
    told_to_wait = False
    for answers in by_host.values():
        told = sorted(_told(answers))
        told_to_wait = told_to_wait or bool(told)
        early = list(_early(answers, told))
        if early:
            by_s, wait_s, where = max(early, key=lambda one: one[0])
            yield Observation(
                f"it asked again before it was to, {by_s:.1f} s before at the most, {len(early)} times",
                f"{wait_s:g} s without asking",
                where=where,
                person="",
            )
    if not told_to_wait:
        yield Skip("nobody was told how long to wait")


def _told(answers: Iterable[tuple[DataAnswer | DataReport, Exchange]]) -> Iterator[tuple[datetime, float]]:
    """When somebody was told to wait, and for how many seconds."""
    for answer, exchange in answers:
        if answer.status == TOO_MANY and answer.wait_s is not None:
            yield exchange.started + timedelta(milliseconds=exchange.duration_ms), answer.wait_s


def _early(
    answers: Iterable[tuple[DataAnswer | DataReport, Exchange]], told: Sequence[tuple[datetime, float]]
) -> Iterator[tuple[float, float, Pointer]]:
    """By how many seconds each call came too early, and how long it was to wait; what was on its way already when the
    vendor was told did not ask again."""
    waiting = deque(told)
    until: tuple[datetime, float] | None = None
    for answer, exchange in sorted(answers, key=lambda one: one[1].started):
        while waiting and waiting[0][0] <= exchange.started:
            at, wait_s = waiting.popleft()
            ends = (at + timedelta(seconds=wait_s) - GRACE, wait_s)
            until = max(until, ends) if until else ends
        if until and exchange.started < until[0]:
            yield (until[0] - exchange.started).total_seconds(), until[1], answer.where


@check(
    clause="GDPR Article 5(1)(c) and 32",
    sv="Rapporter till skolan nämner inga personer",
    about="vendor",
    needs=(FETCHES, REPORTED),
)
def reports_name_nobody(evidence: Evidence) -> Iterator[Outcome]:
    """What a vendor reports of its work names nobody.

    Logs are read by people and programs that have no business with pupils, and are kept for longer than rosters.
    """
    index = index_of(evidence.people)
    for message in evidence.messages:
        if not isinstance(message, DataReport):
            continue
        for owner in find(message.text, index):
            yield Observation(
                f"/{message.path} was told {owner.attribute} of {owner.person or 'somebody'}",
                "numbers, kinds of records and what went wrong",
                where=message.where,
                attribute=owner.attribute,
                person=owner.person,
            )
