"""From records of a load to plays: when they were, what is expected of them, and what cannot be judged."""

from datetime import UTC, datetime, timedelta

import pytest

from testbed.model.load import Arrival, Outcome, Record
from testbed.model.load import Request as Made
from testbed.model.release import ReleaseRecord
from testbed.model.scenario import Flow
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.load_plays import accounts_of, beginning, plays_of, spans_of
from testbed.runner.load_together import Together, together

VENDORS = load_catalogue().vendors
BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
TESTS = "national-tests"


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def record(
    number: int,
    outcome: Outcome = Outcome.RIGHT,
    due_s: float = 1.0,
    flow: Flow = "login",
    vendor: str = TESTS,
    intercepted: bool = True,
) -> Record:
    request = Made("GET prov.test/login", due_s + 0.1, 0.1, 200)
    return Record(
        number=number,
        flow=flow,
        vendor=vendor,
        person=f"pupil-{number}",
        due_s=due_s,
        began_s=due_s + 0.1,
        right_s=None,
        ended_s=due_s + 2,
        outcome=outcome,
        why="" if outcome is Outcome.RIGHT else "it hung",
        intercepted=intercepted,
        requests=(request,),
    )


def made(*records: Record) -> tuple[Play, ...]:
    arrivals = {one.number: Arrival(one.number, one.due_s, one.flow, one.vendor, one.person) for one in records}
    return plays_of(records, arrivals, VENDORS, tuple(spans_of(records, arrivals, VENDORS, BEGAN)))


def exchange(play: str, at_s: float, receiver: str = "idp.skola.test", sender: str = BROWSER) -> Exchange:
    request, response = Request("GET", f"https://{receiver}/"), Response(200)
    return Exchange(1, play, sender, receiver, request, response, after(at_s), 500.0)


def test_a_play_is_the_flow_that_was_intercepted_with_its_times() -> None:
    (play,) = made(record(3), record(4, intercepted=False))
    assert (play.id, play.person, play.vendor.id, play.agreement) == (
        "login-3", "pupil-3", TESTS, "national-tests-2025",
    )  # fmt: skip
    assert (play.started, play.finished, play.sees) == (after(1), after(3), "all")
    assert (play.stopped, play.error, play.lacking) == ("", "", "")
    assert play.scenario.expect.login == "accepted"


def test_where_a_page_was_not_the_one_to_go_on_from_is_a_fact_and_one_that_did_not_come_is_no_play() -> None:
    stopped, *others = made(
        record(1, Outcome.STOPPED),
        record(2, Outcome.GAVE_UP),
        record(3, Outcome.FAILED),
        record(4, Outcome.UNFINISHED),
        record(5, Outcome.OTHER),
        record(6, Outcome.NOBODY),
    )
    assert (stopped.stopped, stopped.lacking) == ("it hung", "")
    assert [bool(play.lacking) for play in others] == [True, True, True, False, False]
    assert "it hung" in others[0].lacking


def put(*records: Record) -> Together:
    arrivals = {one.number: Arrival(one.number, one.due_s, one.flow, one.vendor, one.person) for one in records}
    return together(made(*records), tuple(spans_of(records, arrivals, VENDORS, BEGAN)))


def fetched(number: int, due_s: float, intercepted: bool = True, outcome: Outcome = Outcome.RIGHT) -> Record:
    return record(number, outcome, due_s, "roster", "class-lists", intercepted)


@pytest.mark.parametrize(("due_s", "at_once"), [(2.0, True), (4.5, True), (60.0, False)])
def test_rosters_that_are_exchanged_at_once_are_judged_together(due_s: float, at_once: bool) -> None:
    first = fetched(1, 1.0)
    both = put(first, fetched(2, due_s))
    assert both.stands_for == ({"roster-2": "roster-1"} if at_once else {})
    assert [play.captured for play in both.plays] == [at_once, False]
    assert [bool(play.lacking) for play in both.plays] == [False, at_once]
    assert len(both.spans) == (1 if at_once else 2)
    elsewhere = put(first, record(2, flow="push", vendor="pupil-accounts", due_s=due_s))
    assert (elsewhere.stands_for, {play.captured for play in elsewhere.plays}) == ({}, {False})


def test_one_beside_others_who_were_not_intercepted_has_their_calls_too_and_is_not_judged_as_alone() -> None:
    grouped = put(fetched(1, 5.0), fetched(2, 1.0, intercepted=False))
    (play,), (span,) = grouped.plays, grouped.spans
    assert (play.captured, play.lacking, play.started, play.finished) == (True, "", after(1), after(7))
    assert (span.play, span.begins, span.ends) == ("roster-1", after(1), after(7))


def test_those_who_met_through_another_are_one_group() -> None:
    grouped = put(fetched(1, 0.0), fetched(2, 10.0), fetched(3, 5.0), fetched(4, 60.0))
    assert grouped.stands_for == {"roster-2": "roster-1", "roster-3": "roster-1"}
    assert [play.captured for play in grouped.plays] == [True, False, False, False]


def test_one_that_came_to_no_end_stands_for_nobody_and_what_it_called_is_the_groups() -> None:
    grouped = put(fetched(1, 1.0, outcome=Outcome.GAVE_UP), fetched(2, 1.0))
    assert grouped.stands_for == {"roster-1": "roster-2"}
    hung, judged = grouped.plays
    assert "came to no end" in hung.lacking
    assert judged.captured
    assert put(fetched(1, 1.0, outcome=Outcome.GAVE_UP), fetched(2, 1.0, intercepted=False)).stands_for == {}


def test_logins_at_once_stay_apart() -> None:
    grouped = put(record(1), record(2))
    assert (grouped.stands_for, [play.captured for play in grouped.plays]) == ({}, [False, False])
    assert [span.play for span in grouped.spans] == ["login-1", "login-2"]


def test_the_beginning_is_the_earliest_that_a_request_can_have_been_sent() -> None:
    records = (record(1), record(2, due_s=5.0), record(3, intercepted=False))
    seen = [exchange("login-1", 1.15), exchange("login-1", 1.9), exchange("login-2", 5.4)]
    assert beginning(records, seen) == after(1.15 - 1.1)
    assert beginning(records, []) is None
    assert beginning(records, [exchange("login-1", 0.0, sender="prov.test")]) is None


def release(person: str, at_s: float, entity_id: str = "https://prov.test/saml/metadata") -> ReleaseRecord:
    return ReleaseRecord(after(at_s), "idp.skola.test", entity_id, person, "agreement", "", ())


def test_an_account_is_the_plays_in_whose_request_it_was_decided() -> None:
    plays = made(record(1), record(2))
    answered = [exchange("login-1", 1.2), exchange("login-2", 1.2), exchange("", 1.2)]
    mine, other = release("pupil-1", 1.4), release("pupil-2", 1.5)
    strangers = (
        release("pupil-1", 1.1),
        release("pupil-1", 1.8),
        release("pupil-9", 1.4),
        release("pupil-1", 1.4, "https://other.test/saml/metadata"),
    )
    assert accounts_of((mine, *strangers, other), plays, answered) == {"login-1": [mine], "login-2": [other]}
