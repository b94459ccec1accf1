"""Flows of a load that went through the proxy, as plays that the judge knows, and everybody else who was there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from testbed.model.load import Arrival, Outcome, Record, flow_id
from testbed.model.release import ReleaseRecord
from testbed.model.scenario import ROSTER, Flow
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, Exchange
from testbed.model.written import Bilingual, Expect, Scenario, Vendor
from testbed.privacy.others import hosts_of
from testbed.runner.load_threads import Span

CUT_SHORT = frozenset({Outcome.GAVE_UP, Outcome.FAILED, Outcome.UNFINISHED})
"""The flow did not come to its end; the load counts it, and nobody can say what would have come of it."""


def beginning(records: Iterable[Record], exchanges: Iterable[Exchange]) -> datetime | None:
    """When the run began, by the recorder's clock; None where nothing was intercepted.

    A request reaches the recorder after it was sent and never before, so that the least of what the two clocks are
    apart is nearest to the truth.
    """
    sent = {flow_id(record): record.requests[0].began_s for record in records if record.intercepted and record.requests}
    firsts: dict[str, datetime] = {}
    for one in exchanges:
        if one.play in sent and one.sender == BROWSER:
            firsts[one.play] = min(one.started, firsts.get(one.play, one.started))
    return min((at - timedelta(seconds=sent[play]) for play, at in firsts.items()), default=None)


def plays_of(
    records: Sequence[Record], arrivals: Mapping[int, Arrival], vendors: Mapping[str, Vendor], spans: Sequence[Span]
) -> tuple[Play, ...]:
    """The flows that were intercepted, by number.

    Args:
        records: of everybody.
        arrivals: by number.
        vendors: by id.
        spans: of everybody, as :func:`spans_of` gives them.
    """
    own = {span.play: span for span in spans if span.play}
    return tuple(
        _play(record, arrivals[record.number], vendors, own[flow_id(record)])
        for record in sorted(records, key=lambda one: one.number)
        if record.intercepted
    )


def _play(record: Record, arrival: Arrival, vendors: Mapping[str, Vendor], span: Span) -> Play:
    vendor = vendors[record.vendor]
    return Play(
        id=flow_id(record),
        scenario=scenario_of(record.flow, arrival),
        vendor=vendor,
        person=record.person,
        agreement=vendor.agreement or "",
        started=span.begins,
        finished=span.ends,
        stopped=record.why or record.outcome.value if record.outcome is Outcome.STOPPED else "",
        also=tuple(vendors[name] for name in arrival.also),
        sees="all" if vendor.simulated else "nothing",
        lacking=f"the flow came to no end ({record.outcome.value}): {record.why}"
        if record.outcome in CUT_SHORT
        else "",
    )


def scenario_of(flow: Flow, arrival: Arrival) -> Scenario:
    """What is expected of each flow of a load: that it does what it is for, and that nothing is found."""
    return Scenario(
        id=f"load-{flow}-{arrival.vendor}",
        title=Bilingual(
            sv="Ett av många samtidiga flöden i ett belastningsprov",
            en="One of many flows under way at once in a load test",
        ),
        flow=flow,
        vendor=arrival.vendor,
        also=arrival.also,
        moves_to=arrival.moves_to or None,
        expect=Expect(login="none" if flow in ROSTER else "accepted"),
    )


def spans_of(
    records: Iterable[Record], arrivals: Mapping[int, Arrival], vendors: Mapping[str, Vendor], began: datetime
) -> Iterator[Span]:
    """Everybody who was there, and when; those who have gone back and forth, from the first time on."""
    for record in records:
        taking_part = (record.vendor, *arrivals[record.number].also)
        yield Span(
            play=flow_id(record) if record.intercepted else "",
            hosts=frozenset(host for name in taking_part for host in hosts_of(vendors[name])),
            person=record.person,
            begins=began + timedelta(seconds=record.due_s),
            ends=began + timedelta(seconds=record.ended_s),
        )


def accounts_of(
    releases: Iterable[ReleaseRecord], plays: Sequence[Play], exchanges: Iterable[Exchange]
) -> Mapping[str, Sequence[ReleaseRecord]]:
    """The school's account of each login, by play; those of other flows are left out.

    A login is a play's when the person and the vendor are, and it was decided while a request of that play was being
    answered by that school.
    """
    answered: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        answered.setdefault(exchange.play, []).append(exchange)
    by_person: dict[str, list[Play]] = {}
    for play in plays:
        by_person.setdefault(play.person, []).append(play)
    found: dict[str, list[ReleaseRecord]] = {}
    for release in releases:
        for play in by_person.get(release.person, ()):
            parties = {vendor.party for vendor in (play.vendor, *play.also)}
            if release.entity_id in parties and any(_decided_in(release, one) for one in answered.get(play.id, ())):
                found.setdefault(play.id, []).append(release)
                break
    return found


def _decided_in(release: ReleaseRecord, exchange: Exchange) -> bool:
    ended = exchange.started + timedelta(milliseconds=exchange.duration_ms)
    return exchange.receiver == release.school and exchange.started <= release.at <= ended
