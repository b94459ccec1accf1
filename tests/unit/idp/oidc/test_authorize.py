"""The authorization endpoint: what is refused where, and what becomes of what is not."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

pytestmark = pytest.mark.anyio
CALLBACK = "https://lasning.test/oidc/callback"
TWO_FACTORS = "http://id.skolfederation.se/loa/2fa"
BASIC = "http://id.skolfederation.se/loa/bas"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "å" * 300},
        {"client_id": ["reading", "reading"]},
        {"redirect_uri": None},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": "https://lasning.test.evil.test/oidc/callback"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": [CALLBACK, CALLBACK]},
        {"redirect_uri": "https://annan.test/oidc/callback"},
    ],
)
async def test_whoever_is_not_known_or_sends_elsewhere_gets_a_page_and_nobody_is_redirected(
    oidc: Any, changes: Any
) -> None:
    fields = {
        "client_id": "reading",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
    } | changes
    query = urlencode({name: value for name, value in fields.items() if value is not None}, doseq=True)
    answer = await oidc.browser.get(f"/oidc/authorize?{query}")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid phone"}, "invalid_scope"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://lasning.test/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"nonce": "n" * 2000}, "invalid_request"),
        ({"login_hint": "n" * 2000}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": "[" * 4000}, "invalid_request"),
        ({"claims": "{}" + " " * 9000}, "invalid_request"),
        ({"claims": '{"id_token": {"acr": {"values": 3}}}'}, "invalid_request"),
        ({"id_token_hint": "made.up.token"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        (
            {"claims": '{"id_token": {"acr": {"essential": true, "value": "urn:x"}}}'},
            "unmet_authentication_requirements",
        ),
    ],
)
async def test_errors_go_back_to_the_vendor_with_state_and_iss(oidc: Any, changes: Any, error: str) -> None:
    answer = await oidc.ask(**changes)
    back = oidc.returned(answer)
    assert (back["error"], back["state"], back["iss"]) == (error, "st&te", "https://idp.skola.test")
    assert "code" not in back
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "prompt", "unheard-of"])
async def test_a_parameter_that_stands_there_twice(oidc: Any, name: str) -> None:
    answer = await oidc.browser.get(f"/oidc/authorize?{oidc.query()}&{name}=a&{name}=b")
    back = oidc.returned(answer)
    assert back["error"] == "invalid_request"
    assert ("state" in back) == (name != "state")


async def test_a_state_that_is_too_long_is_not_sent_back(oidc: Any) -> None:
    back = oidc.returned(await oidc.ask(state="s" * 5000))
    assert back["error"] == "invalid_request"
    assert "state" not in back


async def test_a_public_client_needs_a_challenge_and_others_do_not(oidc: Any) -> None:
    without = {"code_challenge": None, "code_challenge_method": None}
    assert oidc.returned(await oidc.ask("public", **without))["error"] == "invalid_request"
    assert "code" in await oidc.log_in("reading", **without)
    assert "code" in await oidc.log_in("public")


async def test_a_request_by_form(oidc: Any) -> None:
    answer = await oidc.browser.post(
        "/oidc/authorize", content=oidc.query(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    page = await oidc.within(answer)
    assert "code" in oidc.returned(await oidc.choose(page))


async def test_an_answer_by_form(oidc: Any) -> None:
    page = await oidc.choose(await oidc.ask(response_mode="form_post"))
    assert page.status_code == 200
    assert f'<form method="post" action="{CALLBACK}">' in page.text
    for name in ("code", "state", "iss"):
        assert f'name="{name}"' in page.text
    assert 'value="st&amp;te"' in page.text
    refused = await oidc.ask(response_mode="form_post", scope="phone")
    assert 'name="error" value="invalid_scope"' in refused.text


async def test_a_redirect_uri_keeps_its_own_query(open_oidc: Any, make_party: Any) -> None:
    place = "https://lasning.test/cb?tenant=%C3%A5&x"
    async with open_oidc(clients=(make_party("reading", None, redirect_uris=(place,)),)) as lab:
        answer = await lab.choose(await lab.ask(redirect_uri=place))
        assert answer.headers["location"].startswith(f"{place}&code=")


async def test_a_login_page_that_is_answered_by_a_redirect_forbids_none(oidc: Any) -> None:
    """Browsers hold redirects that follow a post against form-action."""
    page = await oidc.ask()
    assert "form-action" not in page.headers["content-security-policy"]
    page = await oidc.ask(response_mode="form_post")
    assert "form-action 'self'" in page.headers["content-security-policy"]


async def test_the_login_page_says_who_asks_in_the_wanted_language_and_searches_for_the_hint(oidc: Any) -> None:
    page = await oidc.ask(ui_locales="fi en-GB sv", login_hint="nurul-tanud@skola.test")
    assert "Log in to Läsappen" in page.text
    assert 'value="nurul-tanud@skola.test"' in page.text
    assert "Logga in till Läsappen" in (await oidc.ask(ui_locales="sv")).text


async def test_a_session_spares_the_login_page_unless_the_vendor_wants_it(oidc: Any) -> None:
    await oidc.log_in()
    assert "code" in oidc.returned(await oidc.ask())
    assert "code" in oidc.returned(await oidc.ask(prompt="none"))
    assert "code" in oidc.returned(await oidc.ask(prompt="consent"))
    for asking in ({"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}, {"prompt": "login consent"}):
        assert 'id="testbed-login"' in (await oidc.ask(**asking)).text


async def test_max_age(oidc: Any) -> None:
    first = await oidc.tokens()
    oidc.now += timedelta(seconds=100)
    assert "code" in oidc.returned(await oidc.ask(max_age="100"))
    assert 'id="testbed-login"' in (await oidc.ask(max_age="99")).text
    assert oidc.returned(await oidc.ask(max_age="99", prompt="none"))["error"] == "login_required"
    second = await oidc.tokens(max_age="99")
    before, after = [(await oidc.read(one["id_token"])).claims["auth_time"] for one in (first, second)]
    assert after == before + 100


async def test_voluntary_context_classes_are_met_where_they_can_be(oidc: Any) -> None:
    pupil = await oidc.tokens(acr_values=f"{TWO_FACTORS} urn:unheard-of")
    assert (await oidc.read(pupil["id_token"])).claims["acr"].endswith(":PasswordProtectedTransport")
    page = await oidc.choose(await oidc.ask(acr_values=TWO_FACTORS, prompt="login"), "larare-2")
    assert 'id="testbed-step-up"' in page.text
    assert "form-action" not in page.headers["content-security-policy"]
    key = page.text.partition('name="key" value="')[2].partition('"')[0]
    back = oidc.returned(await oidc.browser.post("/login/confirm", data={"key": key}))
    claims = (await oidc.read((await oidc.redeem(back["code"])).json()["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == (TWO_FACTORS, ["pwd", "mfa"])


async def test_voluntary_context_classes_ask_nobody_who_may_not_be_asked(oidc: Any) -> None:
    await oidc.log_in(person="larare-2")
    assert "code" in oidc.returned(await oidc.ask(acr_values=TWO_FACTORS, prompt="none"))


async def test_essential_context_classes_are_met_or_the_login_fails(oidc: Any, claims_parameter: Any) -> None:
    essential = claims_parameter(id_token={"acr": {"essential": True, "values": [TWO_FACTORS]}})
    back = oidc.returned(await oidc.choose(await oidc.ask(claims=essential), "elev-1"))
    assert back["error"] == "unmet_authentication_requirements"
    await oidc.log_in(person="larare-2", prompt="login")
    assert oidc.returned(await oidc.ask(claims=essential, prompt="none"))["error"] == "interaction_required"
    assert 'id="testbed-step-up"' in (await oidc.ask(claims=essential)).text


async def test_one_person_alone_will_do(oidc: Any, claims_parameter: Any) -> None:
    tokens = await oidc.tokens()
    sub = (await oidc.read(tokens["id_token"])).claims["sub"]
    oidc.now += timedelta(days=2)
    assert oidc.returned(await oidc.ask(id_token_hint=tokens["id_token"], prompt="none"))["error"] == "login_required"
    wanted = claims_parameter(id_token={"sub": {"value": sub}})
    for asking in ({"id_token_hint": tokens["id_token"]}, {"claims": wanted}):
        assert (await oidc.log_in(person="larare-2", prompt="login", **asking))["error"] == "login_required"
        assert "code" in await oidc.log_in(person="elev-1", prompt="login", **asking)


async def test_another_clients_id_token_is_no_hint(oidc: Any) -> None:
    tokens = await oidc.tokens("elliptic")
    assert oidc.returned(await oidc.ask(id_token_hint=tokens["id_token"]))["error"] == "invalid_request"


async def test_whoever_the_agreement_leaves_out_is_not_logged_in(
    open_oidc: Any, agreement: Any, make_party: Any
) -> None:
    async with open_oidc(clients=(make_party("reading", agreement),)) as lab:
        back = await lab.log_in(person="larare-1")
        assert back["error"] == "access_denied"
        account = (await lab.control.get("/releases")).json()
        assert [(one["entity_id"], one["refused"]) for one in account] == [("reading", "no-subject")]


async def test_what_was_released_is_accounted_for(oidc: Any) -> None:
    await oidc.log_in(scope="openid profile civic")
    [account] = (await oidc.control.get("/releases")).json()
    assert (account["entity_id"], account["person"], account["policy"]) == ("reading", "elev-1", "agreement")
    released = {one["attribute"] for one in account["decisions"] if one["released"]}
    assert released == {"givenName", "displayName"}
    reasons = {one["attribute"]: one["reason"] for one in account["decisions"]}
    assert reasons["eduPersonPrincipalName"] == "not-requested"
    assert reasons["norEduPersonNIN"] == "not-agreed"


async def test_two_tabs_do_not_disturb_each_other(oidc: Any) -> None:
    first, second = await oidc.ask(state="one"), await oidc.ask("elliptic", state="two")
    assert oidc.returned(await oidc.choose(second))["state"] == "two"
    assert oidc.returned(await oidc.choose(first))["state"] == "one"


async def test_the_answer_is_bound_to_where_it_was_asked_for(oidc: Any) -> None:
    answer = await oidc.choose(await oidc.ask("other", redirect_uri="https://annan.test/oidc/callback"))
    assert urlsplit(answer.headers["location"]).hostname == "annan.test"
    assert parse_qs(urlsplit(answer.headers["location"]).query)["iss"] == ["https://idp.skola.test"]
