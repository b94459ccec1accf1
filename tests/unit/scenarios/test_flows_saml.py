"""The SAML login flow, driven by hand."""

import pytest

from scenarios.flows.saml import login
from testbed.model.orders import SpoilNext
from testbed.model.pages import LOGIN_FORM, Ask, Cast, FlowStopped, Form, Page, Submit, Visit
from testbed.model.written import Person, Remove, Vendor

VENDOR = Vendor.model_validate(
    {
        "id": "v",
        "name": "V",
        "protocol": "saml",
        "metadata": "https://v.test/saml/metadata",
        "login": "https://v.test/login",
        "probe": {"url": "https://v.test/me"},
        "logout": "https://v.test/logout",
        "visit": ["https://v.test/start"],
    }
)
PERSON = Person(id="elev-0001", role="pupil", attributes={})
FORM = Form("https://idp.skola.test/login", "POST", (("key", "k"),), id=LOGIN_FORM)
LOGIN_PAGE = Page("https://idp.skola.test/login", 200, forms=(FORM,))
ANY_PAGE = Page("https://v.test/", 200)


def test_an_honest_login_looks_around_logs_out_and_looks_again() -> None:
    flow = login(Cast(VENDOR, PERSON))
    assert next(flow) == Visit("https://v.test/login")
    assert flow.send(LOGIN_PAGE) == Submit(FORM, (("person", "elev-0001"),))
    rest = [flow.send(ANY_PAGE) for _ in range(4)]
    assert rest == [Visit(f"https://v.test/{path}") for path in ("me", "start", "logout", "me")]
    with pytest.raises(StopIteration):
        flow.send(ANY_PAGE)


def test_a_spoiled_login_asks_the_school_first_and_only_probes() -> None:
    operations = (Remove(op="remove", xpath="//saml:Audience"),)
    flow = login(Cast(VENDOR, PERSON, operations))
    assert next(flow) == Ask(SpoilNext(entity_id="https://v.test/saml/metadata", operations=operations))
    assert flow.send(ANY_PAGE) == Visit("https://v.test/login")
    flow.send(LOGIN_PAGE)
    assert flow.send(ANY_PAGE) == Visit("https://v.test/me")
    with pytest.raises(StopIteration):
        flow.send(ANY_PAGE)


def test_without_the_schools_page_the_flow_says_what_came_instead() -> None:
    flow = login(Cast(VENDOR, PERSON))
    next(flow)
    with pytest.raises(FlowStopped, match=r"https://v.test/ answered 500 with the title 'Oj'"):
        flow.send(Page("https://v.test/", 500, title="Oj"))
