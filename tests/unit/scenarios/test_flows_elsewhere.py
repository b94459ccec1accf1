"""An answer that turns up in another browser, driven by hand."""

import pytest

from scenarios.flows import FLOWS
from testbed.model.pages import LOGIN_FORM, Cast, ChangeBrowser, FlowStopped, Form, Page, Submit, Visit
from testbed.model.written import Person, Vendor

CALLBACK = "https://v.test/oidc/callback"
VENDOR = Vendor.model_validate(
    {
        "id": "v",
        "name": "v.test",
        "protocol": "oidc",
        "client": {"client_id": "v", "redirect_uris": [CALLBACK]},
        "login": "https://v.test/login",
        "probe": {"url": "https://v.test/me"},
    }
)
PERSON = Person(id="elev-0001", role="pupil", attributes={})
FORM = Form("https://idp.skola.test/login", "POST", (("key", "k"),), id=LOGIN_FORM)
LOGIN_PAGE = Page("https://idp.skola.test/login", 200, forms=(FORM,))
ANSWER = Page(f"{CALLBACK}?code=c&state=s", 302)


def test_the_answer_is_held_back_and_opened_in_another_browser() -> None:
    flow = FLOWS["answer-elsewhere"](Cast(VENDOR, PERSON))
    assert next(flow) == Visit("https://v.test/login")
    assert flow.send(LOGIN_PAGE) == Submit(FORM, (("person", "elev-0001"),), CALLBACK)
    assert flow.send(ANSWER) == ChangeBrowser()
    assert flow.send(ANSWER) == Visit(ANSWER.url)
    assert flow.send(Page(ANSWER.url, 403)) == Visit("https://v.test/me")
    with pytest.raises(StopIteration):
        flow.send(Page("https://v.test/me", 200))


def test_without_the_schools_page_or_an_answer_the_flow_says_what_came_instead() -> None:
    flow = FLOWS["answer-elsewhere"](Cast(VENDOR, PERSON))
    next(flow)
    with pytest.raises(FlowStopped, match="login page was looked for"):
        flow.send(Page("https://v.test/", 500))
    flow = FLOWS["answer-elsewhere"](Cast(VENDOR, PERSON))
    next(flow)
    flow.send(LOGIN_PAGE)
    with pytest.raises(FlowStopped, match="an answer to the vendor was looked for"):
        flow.send(Page("https://idp.skola.test/refused", 400))
