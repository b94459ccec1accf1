"""The flows of rosters that schools send, driven by hand."""

import pytest

from scenarios.flows import FLOWS
from testbed.model.orders import CallAsStranger, ChangeMachine, ChangePerson, Leave, PushRoster, Return
from testbed.model.pages import Ask, Cast, Flow, FlowStopped, Link, Page, Step, Visit
from testbed.model.scenario import PUSHED
from testbed.model.written import Person, Vendor

ROSTER = "https://accounts.test/roster"
ACCOUNTS = Vendor.model_validate(
    {
        "id": "accounts",
        "name": "accounts",
        "protocol": "scim",
        "exchange": {"entity_id": "https://accounts.test", "roster": ROSTER, "receives": "https://accounts.test/egil"},
        "login": "https://accounts.test/login",
    }
)
CLASS = "http://skola.test/00001101/F1A"
PERSON = Person(
    id="elev-0001",
    role="pupil",
    school_units=("00001101",),
    attributes={"sisSchoolUnitCode": ("00001101",), "sisSchoolCourseStudent": (CLASS,)},
)
SENT, LOOKED = Ask(PushRoster(party="https://accounts.test")), Visit(ROSTER)
PUSH: list[Step] = [SENT, LOOKED]
AS_BEFORE = Ask(
    ChangePerson(
        person=PERSON.id,
        school_units=PERSON.school_units,
        attributes={"sisSchoolUnitCode": ("00001101",), "sisSchoolCourseStudent": (CLASS,)},
    )
)


def steps(flow: Flow, pages: int = 1) -> list[Step]:
    """Every step, where so many pages show whom the vendor holds."""
    taken = [next(flow)]
    while True:
        last = taken[-1]
        asked = int(last.url.rpartition("=")[2]) if isinstance(last, Visit) and "?page=" in last.url else 1
        links = (Link("Next", f"{ROSTER}?page={asked + 1}"),) if asked < pages else ()
        try:
            taken.append(flow.send(Page(ROSTER, 200, links=links)))
        except StopIteration:
            return taken


def cast(moves_to: str = "") -> Cast:
    return Cast(ACCOUNTS, PERSON, moves_to=moves_to)


def test_it_is_sent_twice() -> None:
    assert steps(FLOWS["push"](cast())) == [*PUSH, *PUSH]


def test_every_page_that_shows_whom_the_vendor_holds_is_opened() -> None:
    looked: list[Step] = [LOOKED, Visit(f"{ROSTER}?page=2"), Visit(f"{ROSTER}?page=3")]
    assert steps(FLOWS["push"](cast()), 3) == [SENT, *looked, SENT, *looked]


def test_pages_without_an_end_stop_it() -> None:
    with pytest.raises(FlowStopped, match="there are more"):
        steps(FLOWS["push"](cast()), 10_000)


@pytest.mark.parametrize(
    ("flow", "moves_to", "order", "back"),
    [
        (
            "push-change",
            "00001102",
            ChangePerson(
                person=PERSON.id,
                school_units=("00001102",),
                attributes={
                    "sisSchoolUnitCode": ("00001102",),
                    "sisSchoolCourseStudent": ("http://skola.test/00001102/F1A",),
                },
            ),
            AS_BEFORE,
        ),
        (
            "push-reform",
            "",
            ChangePerson(person=PERSON.id, attributes={"sisSchoolCourseStudent": ("http://skola.test/00001101/F1B",)}),
            AS_BEFORE,
        ),
        (
            "push-protect",
            "",
            ChangePerson(person=PERSON.id, security_marking="Skyddad folkbokföring"),
            Ask(ChangePerson(person=PERSON.id, security_marking="Ingen")),
        ),
        ("push-leave", "", Leave(person=PERSON.id), Ask(Return(person=PERSON.id))),
    ],
)
def test_something_changes_in_between_and_is_as_before_at_the_end(
    flow: str, moves_to: str, order: ChangePerson | Leave, back: Ask
) -> None:
    assert steps(FLOWS[flow](cast(moves_to))) == [*PUSH, Ask(order), *PUSH, back]


def test_it_is_looked_whose_results_some_teachers_see() -> None:
    written = ACCOUNTS.model_dump()
    written["exchange"]["results"] = "https://accounts.test/results"
    flow = FLOWS["push"](Cast(Vendor.model_validate(written), PERSON, moves_to=""))
    taken = [next(flow)]
    links = tuple(Link("x", f"https://accounts.test/{path}") for path in ("login", *(f"results/{n}" for n in range(9))))
    results = [Visit(f"https://accounts.test/{path}") for path in ("results", *(f"results/{n}" for n in range(3)))]
    while len(taken) < len(PUSH) + len(results):
        taken.append(flow.send(Page("https://accounts.test/results", 200, links=links)))
    assert taken == [*PUSH, *results]


def test_a_stranger_calls_when_the_vendor_knows_the_school() -> None:
    register = Visit("https://machines.federation.test/machines.jws")
    assert steps(FLOWS["push-strangers"](cast())) == [
        *PUSH,
        register,
        Ask(CallAsStranger(party="https://accounts.test")),
        LOOKED,
    ]


def test_a_key_that_is_withdrawn_counts_again_at_the_end() -> None:
    taken = steps(FLOWS["push-revoked"](cast()))
    changed = [step.order.step for step in taken if isinstance(step, Ask) and isinstance(step.order, ChangeMachine)]
    assert changed == ["revoke", "restore"]
    assert Ask(PushRoster(party="https://accounts.test", rebuild=True)) in taken


def test_both_schools_send_and_then_ask_what_is_held() -> None:
    asked = [step.order for step in steps(FLOWS["push-two-schools"](cast())) if isinstance(step, Ask)]
    assert [(one.school, one.rebuild) for one in asked if isinstance(one, PushRoster)] == [
        ("skola", False),
        ("granne", False),
        ("skola", True),
        ("granne", True),
    ]


def test_every_flow_of_sending_is_there() -> None:
    assert set(PUSHED) <= set(FLOWS)
