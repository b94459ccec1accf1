"""The flows of rosters, driven by hand."""

import pytest

from scenarios.flows import FLOWS
from testbed.model.orders import ChangePerson
from testbed.model.pages import SYNC_FORM, Ask, Cast, Flow, FlowStopped, Form, Page, Step, Submit, Visit
from testbed.model.written import Person, Vendor

LISTS = Vendor.model_validate(
    {
        "id": "lists",
        "name": "lists",
        "protocol": "ss12000",
        "exchange": {"entity_id": "https://lists.test", "roster": "https://lists.test/roster"},
        "login": "https://lists.test/login",
        "probe": {"url": "https://lists.test/me"},
    }
)
PERSON = Person(
    id="elev-0001", role="pupil", school_units=("00001101",), attributes={"sisSchoolUnitCode": ("00001101",)}
)
FORM = Form("https://lists.test/sync", "POST", (), id=SYNC_FORM)
FETCH = [Visit("https://lists.test/login"), Submit(FORM), Visit("https://lists.test/roster")]


def steps(flow: Flow) -> list[Step]:
    """Every step, where each page has the form."""
    taken = [next(flow)]
    while True:
        try:
            taken.append(flow.send(Page("https://lists.test/login", 200, forms=(FORM,))))
        except StopIteration:
            return taken


def test_it_is_fetched_twice() -> None:
    assert steps(FLOWS["roster"](Cast(LISTS, PERSON))) == [*FETCH, *FETCH]


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("GET", Visit("https://lists.test/hook")),
        ("POST", Submit(Form("https://lists.test/hook", "POST", ()))),
    ],
)
def test_a_vendor_with_a_hook_is_called_in_place_of_pressing_a_button(method: str, call: Step) -> None:
    party = {"entity_id": "https://lists.test", "roster": "https://lists.test/roster"}
    fetch = {"url": "https://lists.test/hook", "method": method}
    hooked = Vendor.model_validate(
        {**LISTS.model_dump(by_alias=True, exclude_none=True), "exchange": {**party, "fetch": fetch}}
    )
    assert steps(FLOWS["roster"](Cast(hooked, PERSON))) == [call, Visit("https://lists.test/roster")] * 2


def test_a_person_moves_in_between_and_is_back_at_the_end() -> None:
    taken = steps(FLOWS["roster-change"](Cast(LISTS, PERSON, moves_to="00001102")))
    moved, back = (
        ChangePerson(person=PERSON.id, school_units=(unit,), attributes={"sisSchoolUnitCode": (unit,)})
        for unit in ("00001102", "00001101")
    )
    assert taken == [*FETCH, Ask(moved), *FETCH, Ask(back)]


def test_a_person_comes_to_have_a_protected_identity_in_between_and_has_none_at_the_end() -> None:
    taken = steps(FLOWS["roster-protect"](Cast(LISTS, PERSON)))
    marked, as_before = (
        ChangePerson(person=PERSON.id, security_marking="Skyddad folkbokföring"),
        ChangePerson(person=PERSON.id, security_marking="Ingen"),
    )
    assert taken == [*FETCH, Ask(marked), *FETCH, Ask(as_before)]


def test_a_page_without_the_button_stops_it() -> None:
    flow = FLOWS["roster"](Cast(LISTS, PERSON))
    next(flow)
    with pytest.raises(FlowStopped, match="page for administrators"):
        flow.send(Page("https://lists.test/login", 404, title="Nothing here"))
