"""The flows of what changes between a school and a vendor that fetches, driven by hand: each puts the school back."""

from typing import Any, Literal

import pytest

from scenarios.flows import FLOWS
from testbed.model.orders import (
    ChangeMachine,
    ChangePerson,
    EndAgreement,
    HandOutPageTokens,
    Leave,
    LimitCalls,
    Return,
    SetAgreement,
    TellSubscribers,
)
from testbed.model.pages import ROTATE_FORM, SYNC_FORM, Ask, Cast, Flow, FlowStopped, Form, Page, Step, Submit, Visit
from testbed.model.written import Agreement, Person, Vendor

LISTS = Vendor.model_validate(
    {
        "id": "lists",
        "name": "lists",
        "protocol": "ss12000",
        "exchange": {
            "entity_id": "https://lists.test",
            "roster": "https://lists.test/roster",
            "rosters": {"api.a.test": "https://lists.test/roster/a", "api.b.test": "https://lists.test/roster/b"},
        },
        "login": "https://lists.test/login",
    }
)
AGREEMENT = Agreement.model_validate(
    {
        "id": "lists-2026",
        "controller": {"name": "Exempelkommun", "hosts": ["api.a.test"]},
        "processor": {"name": "lists", "hosts": ["lists.test"]},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "protected_identity": "withhold",
        "data": [{"subjects": ["pupil"], "required": ["givenName"]}],
    }
)
CLASS, OTHER = "http://skola.test/00001101/FA", "http://skola.test/00001101/MODERSMAL"


def pupil(number: int, *groups: str) -> Person:
    attributes: dict[str, str | tuple[str, ...]] = {
        "sisSchoolCourseStudent": groups,
        "sisSchoolUnitCode": ("00001101",),
    }
    return Person(id=f"elev-{number}", role="pupil", school_units=("00001101",), attributes=attributes)


CLASSMATES = (pupil(1, CLASS), pupil(2, CLASS), pupil(3, CLASS, OTHER))
CAST = Cast(LISTS, CLASSMATES[0], moves_to="00001102", agreement=AGREEMENT, classmates=CLASSMATES)
SYNC = Form("https://lists.test/sync", "POST", (), id=SYNC_FORM)
ROTATE = Form("https://lists.test/rotate", "POST", (), id=ROTATE_FORM)
LOOK = Visit("https://lists.test/roster")
FETCH = [Visit("https://lists.test/login"), Submit(SYNC), LOOK]
PRESS_KEY = [Visit("https://lists.test/login"), Submit(ROTATE)]
PARTY = "https://lists.test"


def steps(flow: Flow, *, refused: bool = False) -> list[Step]:
    """Every step, where the vendor's page has its buttons, and shows itself again where a school has refused it."""
    taken = [next(flow)]
    while True:
        last = taken[-1]
        buttons = (SYNC, ROTATE) if isinstance(last, Visit) or refused else ()
        try:
            taken.append(flow.send(Page("https://lists.test/login", 200, forms=buttons)))
        except StopIteration:
            return taken


def _noted(flow: Flow, taken: list[Step]) -> Flow:
    """The same flow, whose steps are written down as they come."""
    step = next(flow)
    while True:
        taken.append(step)
        page = yield step
        try:
            step = flow.send(page)
        except StopIteration:
            return


def asked(flow: str, **changes: Any) -> list[Any]:
    return [one.order for one in steps(FLOWS[flow](CAST), **changes) if isinstance(one, Ask)]


def test_every_other_pupil_of_a_class_is_put_into_a_new_one_and_back() -> None:
    new = f"{CLASS}2"
    assert asked("roster-class") == [
        ChangePerson(person="elev-1", attributes={"sisSchoolCourseStudent": (new,)}),
        ChangePerson(person="elev-3", attributes={"sisSchoolCourseStudent": (new, OTHER)}),
        ChangePerson(person="elev-1", attributes={"sisSchoolCourseStudent": (CLASS,)}),
        ChangePerson(person="elev-3", attributes={"sisSchoolCourseStudent": (CLASS, OTHER)}),
    ]
    with pytest.raises(FlowStopped, match="is in none"):
        next(FLOWS["roster-class"](Cast(LISTS, CLASSMATES[0])))


def test_a_person_leaves_and_is_there_again() -> None:
    taken = steps(FLOWS["roster-leaver"](CAST))
    assert taken == [*FETCH, Ask(Leave(person="elev-1")), *FETCH, Ask(Return(person="elev-1"))]


def test_an_agreement_ends_and_is_in_force_again() -> None:
    taken = steps(FLOWS["roster-agreement-ends"](CAST))
    ended, again = EndAgreement(party=PARTY), SetAgreement(party=PARTY, agreement=AGREEMENT)
    assert taken == [*FETCH, Ask(ended), *FETCH, Ask(again)]
    with pytest.raises(FlowStopped, match="has none"):
        next(FLOWS["roster-agreement-ends"](Cast(LISTS, CLASSMATES[0])))


@pytest.mark.parametrize(("flow", "times"), [("roster-told", 1), ("roster-storm", 50)])
def test_the_school_tells_of_somebody_who_moves_and_nobody_presses_anything(flow: str, times: int) -> None:
    taken = steps(FLOWS[flow](CAST))
    assert taken[:3] == FETCH
    moved, told, look, back = taken[3:]
    assert isinstance(moved, Ask)
    assert isinstance(back, Ask)
    assert (told, look) == (Ask(TellSubscribers(party=PARTY, times=times)), LOOK)
    assert [getattr(one.order, "school_units", None) for one in (moved, back)] == [("00001102",), ("00001101",)]


@pytest.mark.parametrize(
    ("flow", "shows"), [("roster-forged-notice", "no-token"), ("roster-replayed-token", "token-for-another")]
)
def test_somebody_else_tells(flow: str, shows: Literal["no-token", "token-for-another"]) -> None:
    assert steps(FLOWS[flow](CAST)) == [*FETCH, Ask(TellSubscribers(party=PARTY, shows=shows)), LOOK]


def test_a_key_is_announced_before_it_is_shown_and_the_old_one_taken_back_after_it() -> None:
    announced, retired, restored = (
        Ask(ChangeMachine(entity_id=PARTY, step=step)) for step in ("announce", "retire", "restore")
    )
    assert steps(FLOWS["roster-key"](CAST)) == [
        *FETCH,
        announced,
        *PRESS_KEY,
        *FETCH,
        retired,
        *FETCH,
        restored,
        *PRESS_KEY,
    ]


def test_a_key_is_withdrawn_and_restored_whatever_comes_of_it() -> None:
    revoked, restored = (ChangeMachine(entity_id=PARTY, step=step) for step in ("revoke", "restore"))
    assert asked("roster-revoked", refused=True) == [revoked, restored]
    let_in: list[Step] = []
    with pytest.raises(FlowStopped, match="was to refuse a key"):
        steps(_noted(FLOWS["roster-revoked"](CAST), let_in))
    assert let_in[-1] == Ask(restored)


def test_what_the_school_makes_odd_is_as_before_at_the_end() -> None:
    few, many = asked("roster-limited")
    assert isinstance(few, LimitCalls)
    assert few.requests < many.requests
    assert asked("roster-odd-pages") == [HandOutPageTokens(looks="address"), HandOutPageTokens(looks="opaque")]


def test_the_page_of_each_school_is_opened() -> None:
    pages = [Visit("https://lists.test/roster/a"), Visit("https://lists.test/roster/b")]
    assert steps(FLOWS["roster-schools"](CAST)) == [*FETCH, *pages]
