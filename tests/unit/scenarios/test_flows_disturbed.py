"""The login in the middle of which something breaks, driven by hand."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from scenarios.flows import FLOWS
from testbed.model.breaking import Disturbances, Kill, Mend, Pause
from testbed.model.orders import AnyOrder
from testbed.model.pages import LOGIN_FORM, STEP_UP_FORM, Ask, Break, Cast, Form, Page, Step, Submit, Visit, Witness
from testbed.model.rolling import RollKeys
from testbed.model.written import Person, Scenario, Vendor

VENDOR = Vendor.model_validate(
    {
        "id": "v",
        "name": "v",
        "protocol": "saml",
        "metadata": "https://v.test/saml/metadata",
        "login": "https://v.test/login",
        "probe": {"url": "https://v.test/me"},
        "logout": "https://v.test/logout",
    }
)
PERSON = Person(id="elev-0001", role="pupil", school_units=("00001101",), attributes={})
SCHOOL = "https://idp.skola.test/saml/metadata"
LOGIN = Page("https://idp.skola.test/login", 200, forms=(Form("https://idp.skola.test/login", "POST", (), LOGIN_FORM),))
ANSWER = Form("https://v.test/saml/acs", "POST", (("SAMLResponse", "x"),), auto_submit=True)
DELIVERY = Page("https://idp.skola.test/login", 200, forms=(ANSWER,))
HOME = Page("https://v.test/me", 200)
GONE = Page("https://idp.skola.test/", 0)
KILL, PAUSE = Kill(participant="school"), Pause(participant="vendor")


def steps(breaks: dict[str, tuple[Any, ...]], *pages: Page) -> list[Step]:
    """All steps of the flow; the pages are those that come while something is broken, one after the other."""
    flow = FLOWS["login-disturbed"](Cast(VENDOR, PERSON, school=SCHOOL, breaks=breaks))  # type: ignore[arg-type]
    coming, taken = iter(pages), [next(flow)]
    try:
        while True:
            match taken[-1]:
                case Witness():
                    page = next(coming)
                case Visit(url) if url == VENDOR.login:
                    page = LOGIN
                case _:
                    page = HOME
            taken.append(flow.send(page))
    except StopIteration:
        assert not list(coming)
        return taken


def witnessed(taken: list[Step]) -> list[str]:
    """What was attempted while something was broken, and what was broken, in words."""
    words = []
    for step in taken:
        match step:
            case Witness(Visit(url)):
                words.append(url)
            case Witness(Submit(form)):
                words.append(f"send {form.action}")
            case Break(order):
                words.append(order.order)
            case Ask(order):
                words.append(order.order)
    return words


def test_each_thing_breaks_at_its_moment() -> None:
    breaks = {"before-login": (PAUSE,), "at-login-page": (KILL,), "before-answer": (PAUSE,), "once-logged-in": (KILL,)}
    assert witnessed(steps(breaks, LOGIN, DELIVERY, HOME, HOME)) == [
        "pause",
        VENDOR.login,
        "kill",
        f"send {LOGIN.url}",
        "pause",
        f"send {ANSWER.action}",
        "kill",
        VENDOR.probe_url,
        "mend",
    ]


def test_an_answer_by_redirect_is_brought_to_its_address() -> None:
    callback = Page("https://v.test/oidc/callback?code=x", 303)
    assert witnessed(steps({"before-answer": (KILL,)}, LOGIN, callback, HOME, HOME))[3:5] == [
        callback.url,
        VENDOR.probe_url,
    ]


def test_the_person_confirms_where_the_school_asks() -> None:
    confirm = Page(LOGIN.url, 200, forms=(Form(f"{LOGIN.url}/confirm", "POST", (), STEP_UP_FORM),))
    assert f"send {LOGIN.url}/confirm" in witnessed(
        steps({"at-login-page": (KILL,)}, LOGIN, confirm, DELIVERY, HOME, HOME)
    )


def test_where_no_page_comes_the_person_looks_who_is_logged_in_and_tries_anew_when_all_is_mended() -> None:
    taken = steps({"before-login": (KILL,)}, GONE, HOME)
    assert witnessed(taken) == ["kill", VENDOR.login, VENDOR.probe_url, "mend"]
    after = taken[taken.index(Break(Mend())) + 1 :]
    assert [step.url for step in after if isinstance(step, Visit)] == [
        SCHOOL,
        VENDOR.login,
        VENDOR.probe_url,
        VENDOR.logout,
        VENDOR.probe_url,
    ]
    assert any(isinstance(step, Submit) for step in after)


def test_where_the_school_changes_its_key_what_it_published_is_looked_at_and_the_login_page_opened_again() -> None:
    order: AnyOrder = RollKeys(step="announce")
    taken = steps({"at-login-page": (order,)}, LOGIN, LOGIN, DELIVERY, HOME, HOME)
    place = taken.index(Ask(order))
    assert taken[place + 1 : place + 3] == [Visit(SCHOOL), Witness(Visit(LOGIN.url))]


@pytest.mark.parametrize(
    ("flow", "breaks", "told"),
    [
        ("login", {"before-login": [{"order": "kill", "participant": "school"}]}, "'breaks' goes with the flow"),
        ("login-disturbed", {}, "cannot do without it"),
        ("login-disturbed", {"before-answer": [{"order": "roll-keys", "step": "switch"}]}, "at-login-page"),
        ("login-disturbed", {"at-breakfast": [{"order": "mend"}]}, "at-breakfast"),
        ("login-disturbed", {"before-login": [{"order": "kill", "participant": "proxy"}]}, "participant"),
        ("login-disturbed", {"before-login": [{"order": "lock-database", "seconds": 0}]}, "seconds"),
        ("login-disturbed", {"before-login": []}, "at least 1 item"),
    ],
)
def test_a_scenario_that_breaks_what_it_cannot_is_refused_in_words(flow: str, breaks: Any, told: str) -> None:
    written = {
        "id": "x",
        "title": {"sv": "x", "en": "x"},
        "flow": flow,
        "vendor": "v",
        "breaks": breaks,
        "expect": {"login": "accepted"},
    }
    with pytest.raises(ValidationError) as refused:
        Scenario.model_validate(written)
    assert told in str(refused.value)


def test_what_may_break_is_read_as_it_was_written() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Disturbances)
    written = {"at-login-page": [{"order": "slow", "participant": "school", "delay_ms": 150, "kbit_s": 2000}]}
    (slow,) = adapter.validate_python(written)["at-login-page"]
    assert (slow.delay_ms, slow.kbit_s, slow.refused) == (150, 2000, 0.0)
