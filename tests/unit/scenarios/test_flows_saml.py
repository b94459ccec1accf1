"""The SAML flows, driven by hand."""

from collections.abc import Iterable
from typing import Any

import pytest

from scenarios.flows import FLOWS
from testbed.model.orders import ChangePerson, SpoilNext
from testbed.model.pages import (
    LOGIN_FORM,
    LOGOUT_FORM,
    SCHOOL_FORM,
    STEP_UP_FORM,
    Ask,
    Cast,
    Flow,
    FlowStopped,
    Form,
    Page,
    Step,
    Submit,
    Visit,
)
from testbed.model.rolling import RollKeys
from testbed.model.written import Person, Remove, Vendor


def vendor(host: str, **more: Any) -> Vendor:
    return Vendor.model_validate(
        {
            "id": host.partition(".")[0],
            "name": host,
            "protocol": "saml",
            "metadata": f"https://{host}/saml/metadata",
            "login": f"https://{host}/login",
            "probe": {"url": f"https://{host}/me"},
            "logout": f"https://{host}/logout",
            "visit": [f"https://{host}/start"],
            **more,
        }
    )


VENDOR, OTHER = vendor("v.test"), vendor("w.test")
GROUP = "http://skola.test/{}/5A"
PERSON = Person(
    id="elev-0001",
    role="pupil",
    school_units=("00001101", "00001102"),
    attributes={
        "sisSchoolUnitCode": ("00001101", "00001102"),
        "sisSchoolCourseStudent": (GROUP.format("00001101"), "http://skola.test/choir"),
    },
)
SCHOOL = "https://idp.skola.test/saml/metadata"


def page(form_id: str, action: str = "https://idp.skola.test/login") -> Page:
    return Page(action, 200, forms=(Form(action, "POST", (("key", "k"),), id=form_id),))


LOGIN_PAGE, STEP_UP_PAGE = page(LOGIN_FORM), page(STEP_UP_FORM)
SCHOOL_PAGE = page(SCHOOL_FORM, "https://ds.federation.test/ds")
LOGOUT_PAGE = page(LOGOUT_FORM, "https://idp.skola.test/logout")
ANY_PAGE = Page("https://v.test/", 200)
SAYS_WHO = Submit(LOGIN_PAGE.forms[0], (("person", "elev-0001"),))
LOGGED_IN = (LOGIN_PAGE, ANY_PAGE)
"""What comes of a visit to a vendor's login: the login page, and the vendor's page once it is sent."""


def steps(flow: Flow, pages: Iterable[Page]) -> list[Step]:
    """All that a flow asks for when these pages come, one for each step; then only ordinary ones."""
    coming, taken = iter(pages), [next(flow)]
    while True:
        try:
            taken.append(flow.send(next(coming, ANY_PAGE)))
        except StopIteration:
            return taken


def visits(host: str, *paths: str) -> list[Step]:
    return [Visit(f"https://{host}/{path}") for path in paths]


def test_an_honest_login_looks_around_logs_out_and_looks_again() -> None:
    taken = steps(FLOWS["login"](Cast(VENDOR, PERSON)), LOGGED_IN)
    assert taken == [*visits("v.test", "login"), SAYS_WHO, *visits("v.test", "me", "start", "logout", "me")]


def test_a_spoiled_login_asks_the_school_first_and_only_probes() -> None:
    operations = (Remove(op="remove", xpath="//saml:Audience"),)
    taken = steps(FLOWS["login"](Cast(VENDOR, PERSON, operations)), (ANY_PAGE, *LOGGED_IN))
    order = Ask(SpoilNext(entity_id="https://v.test/saml/metadata", operations=operations))
    assert taken == [order, *visits("v.test", "login"), SAYS_WHO, *visits("v.test", "me")]


def test_without_the_schools_page_the_flow_says_what_came_instead() -> None:
    flow = FLOWS["login"](Cast(VENDOR, PERSON))
    next(flow)
    with pytest.raises(FlowStopped, match=r"https://v.test/ answered 500 with the title 'Oj'"):
        flow.send(Page("https://v.test/", 500, title="Oj"))


def test_the_person_chooses_a_school_where_a_discovery_page_asks() -> None:
    taken = steps(FLOWS["login"](Cast(VENDOR, PERSON, school=SCHOOL)), (SCHOOL_PAGE, *LOGGED_IN))
    assert taken[1:3] == [Submit(SCHOOL_PAGE.forms[0], (("entityID", SCHOOL),)), SAYS_WHO]
    alone = FLOWS["login"](Cast(VENDOR, PERSON))
    next(alone)
    with pytest.raises(FlowStopped, match="asks for a school"):
        alone.send(SCHOOL_PAGE)


def test_the_person_shows_a_second_factor_where_the_school_asks() -> None:
    taken = steps(FLOWS["login"](Cast(VENDOR, PERSON)), (LOGIN_PAGE, STEP_UP_PAGE))
    assert taken[1:4] == [SAYS_WHO, Submit(STEP_UP_PAGE.forms[0]), *visits("v.test", "me")]


def test_an_unsolicited_login_begins_at_school() -> None:
    taken = steps(FLOWS["unsolicited"](Cast(VENDOR, PERSON, school=SCHOOL)), LOGGED_IN)
    place = "https://idp.skola.test/saml/unsolicited?providerId=https%3A%2F%2Fv.test%2Fsaml%2Fmetadata&target=%2Fstart"
    assert taken == [Visit(place), SAYS_WHO, *visits("v.test", "me", "start", "logout", "me")]
    with pytest.raises(FlowStopped, match="which school"):
        next(FLOWS["unsolicited"](Cast(VENDOR, PERSON)))


@pytest.mark.parametrize("asked_again", [(), (STEP_UP_PAGE,), (LOGIN_PAGE,)])
def test_logout_everywhere_from_a_vendor_looks_at_every_vendor_before_and_after(asked_again: tuple[Page, ...]) -> None:
    taken = steps(FLOWS["logout-from-vendor"](Cast(VENDOR, PERSON, also=(OTHER,))), (*LOGGED_IN, *asked_again))
    again = [Submit(one.forms[0], SAYS_WHO.values if one is LOGIN_PAGE else ()) for one in asked_again]
    probes = [*visits("v.test", "me"), *visits("w.test", "me")]
    begun = [*visits("v.test", "login"), SAYS_WHO, *visits("w.test", "login"), *again]
    assert taken == [*begun, *probes, *visits("v.test", "logout"), *probes]


def test_logout_everywhere_from_school_uses_the_page_of_the_school_that_asked() -> None:
    pages = (*LOGGED_IN, ANY_PAGE, ANY_PAGE, ANY_PAGE, LOGOUT_PAGE)
    taken = steps(FLOWS["logout-from-school"](Cast(VENDOR, PERSON, also=(OTHER,))), pages)
    probes = [*visits("v.test", "me"), *visits("w.test", "me")]
    assert taken[3:] == [*probes, *visits("idp.skola.test", "logout"), Submit(LOGOUT_PAGE.forms[0]), *probes]


def test_logout_from_school_stops_where_there_is_no_page_for_it() -> None:
    flow = FLOWS["logout-from-school"](Cast(VENDOR, PERSON))
    with pytest.raises(FlowStopped, match="page to log out"):
        steps(flow, LOGGED_IN)


def test_a_key_rollover_is_a_login_before_and_after_each_step() -> None:
    taken = steps(FLOWS["key-rollover"](Cast(VENDOR, PERSON)), LOGGED_IN)
    orders = [step.order for step in taken if isinstance(step, Ask)]
    assert orders == [RollKeys(step="announce"), RollKeys(step="switch"), RollKeys(step="retire")]
    assert taken[2:5] == visits("v.test", "me", "logout", "me")
    for order in orders:
        at = taken.index(Ask(order))
        assert taken[at + 1 : at + 5] == visits("v.test", "login", "me", "logout", "me")
    assert len(taken) == 5 + 3 * 5


def test_the_journal_gets_what_the_school_publishes_after_each_step() -> None:
    school = "https://idp.skola.test/saml/metadata"
    taken = steps(FLOWS["key-rollover"](Cast(VENDOR, PERSON, school=school)), LOGGED_IN)
    after = [taken[at + 1] for at, step in enumerate(taken) if isinstance(step, Ask)]
    assert after == [Visit(school)] * 3


def test_a_pupil_changes_school_and_belongs_where_they_did_at_the_end() -> None:
    taken = steps(FLOWS["change-school"](Cast(VENDOR, PERSON, moves_to="00009901")), LOGGED_IN)
    orders = [step.order for step in taken if isinstance(step, Ask)]
    groups = {unit: (GROUP.format(unit), "http://skola.test/choir") for unit in ("00009901", "00001101")}
    assert orders == [
        ChangePerson(
            person="elev-0001",
            school_units=units,
            attributes={"sisSchoolUnitCode": units, "sisSchoolCourseStudent": groups[units[0]]},
        )
        for units in (("00009901",), ("00001101", "00001102"))
    ]
    at = taken.index(Ask(orders[0]))
    assert taken[at + 1 :][:4] == visits("v.test", "login", "me", "logout", "me")
    assert taken[-1] == Ask(orders[1])
