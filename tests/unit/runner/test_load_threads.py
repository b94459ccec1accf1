"""Whose a server's call is, when many are under way at once."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.runner.load_threads import MARGIN, Span, Threads, alone, of_person
from testbed.wire.providers import NOTHING_KNOWN

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCHOOL, VENDOR = "idp.skola.test", "maths.test"
FORM = ("content-type", "application/x-www-form-urlencoded")
JSON = ("content-type", "application/json")


def exchange(  # noqa: PLR0917
    number: int,
    url: str,
    play: str = "",
    sender: str = VENDOR,
    form: Mapping[str, str] | None = None,
    answer: object = None,
    bearer: str = "",
    after_s: float = 0.0,
) -> Exchange:
    headers = ((FORM,) if form else ()) + ((("authorization", f"Bearer {bearer}"),) if bearer else ())
    method, body = ("POST", urlencode(form).encode()) if form else ("GET", b"")
    request = Request(method, url, headers, body)
    response = Response(200, (JSON,), json.dumps(answer).encode()) if answer is not None else Response(302)
    at = BEGAN + timedelta(seconds=after_s)
    return Exchange(number, play, sender, request.host, request, response, at, 5.0)


def id_token(session: str) -> str:
    claims = {"iss": f"https://{SCHOOL}", "sub": "s", "aud": "maths", "exp": 1, "iat": 1, "sid": session}
    parts = ({"alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, "c2ln"))


def callback(number: int, play: str, code: str) -> Exchange:
    return exchange(number, f"https://{VENDOR}/oidc/callback?code={code}&state=constant", play, BROWSER)


def redeemed(number: int, code: str, token: str, session: str = "") -> Exchange:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"https://{VENDOR}/oidc/callback"}
    answer = {"access_token": token, "token_type": "Bearer", "id_token": id_token(session or f"sid-{code}")}
    return exchange(number, f"https://{SCHOOL}/oidc/token", form=form, answer=answer)


def userinfo(number: int, token: str) -> Exchange:
    return exchange(number, f"https://{SCHOOL}/oidc/userinfo", answer={"sub": "s"}, bearer=token)


def told_of_logout(number: int, session: str) -> Exchange:
    claims = {
        "iss": f"https://{SCHOOL}", "aud": "maths", "iat": 1, "exp": 2, "jti": str(number), "sid": session,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }  # fmt: skip
    parts = ({"alg": "RS256", "typ": "logout+jwt"}, claims)
    token = ".".join((*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), "c2ln"))
    return exchange(number, f"https://{VENDOR}/oidc/backchannel-logout", sender=SCHOOL, form={"logout_token": token})


def sort(browser: list[Exchange], servers: list[Exchange]) -> dict[int, str]:
    threads = Threads({}, NOTHING_KNOWN)
    for one in browser:
        threads.learn(one)
    found = {}
    for one in servers:
        play, _ = threads.play_of(one)
        found[one.number] = play
        if play:
            threads.learn(Exchange(**{**_fields(one), "play": play}))
    return found


def _fields(one: Exchange) -> dict[str, object]:
    return {name: getattr(one, name) for name in Exchange.__dataclass_fields__}


def test_two_logins_that_are_interleaved_come_apart_by_code_token_and_session() -> None:
    browser = [callback(1, "login-1", "code-a"), callback(2, "login-2", "code-b")]
    servers = [
        redeemed(3, "code-b", "token-b"),
        redeemed(4, "code-a", "token-a"),
        userinfo(5, "token-a"),
        userinfo(6, "token-b"),
        exchange(7, f"https://{SCHOOL}/oidc/introspect", form={"token": "token-b"}, answer={"active": True}),
        told_of_logout(8, "sid-code-a"),
        told_of_logout(9, "sid-code-b"),
    ]
    assert sort(browser, servers) == {
        3: "login-2", 4: "login-1", 5: "login-1", 6: "login-2", 7: "login-2", 8: "login-1", 9: "login-2",
    }  # fmt: skip


def test_a_call_of_a_flow_that_was_not_intercepted_is_nobodys() -> None:
    found = sort([callback(1, "login-1", "code-a")], [redeemed(2, "code-x", "token-x"), userinfo(3, "token-x")])
    assert found == {2: "", 3: ""}


def test_a_value_of_two_plays_is_neithers_and_one_that_is_always_the_same_leads_nobody_astray() -> None:
    browser = [callback(1, "login-1", "same"), callback(2, "login-2", "same"), callback(3, "login-3", "code-c")]
    assert sort(browser, [redeemed(4, "same", "token"), redeemed(5, "code-c", "token-c")]) == {4: "", 5: "login-3"}


def test_what_carries_values_of_two_plays_is_neithers() -> None:
    browser = [callback(1, "login-1", "code-a"), callback(2, "login-2", "code-b")]
    form = {"grant_type": "authorization_code", "code": "code-a"}
    both = exchange(4, f"https://{SCHOOL}/oidc/token", form=form, answer={"access_token": "token-b"})
    assert sort(browser, [redeemed(3, "code-b", "token-b"), both]) == {3: "login-2", 4: ""}


@pytest.mark.parametrize("url", [f"https://{SCHOOL}/oidc/jwks", "https://tracker.test/collect"])
def test_what_carries_nothing_of_a_login_says_so(url: str) -> None:
    threads = Threads({}, NOTHING_KNOWN)
    assert threads.play_of(exchange(1, url, answer={"keys": []})) == ("", False)
    assert threads.play_of(redeemed(2, "code-x", "token-x")) == ("", True)


def span(play: str, person: str, begins_s: float, ends_s: float, host: str = VENDOR) -> Span:
    begins, ends = (BEGAN + timedelta(seconds=one) for one in (begins_s, ends_s))
    return Span(play, frozenset({host}), person, begins, ends)


MARGIN_S = MARGIN.total_seconds()


@pytest.mark.parametrize(
    ("after_s", "play"),
    [(5, "login-1"), (10 + MARGIN_S, "login-1"), (11 + MARGIN_S, ""), (22, ""), (32, ""), (42, "")],
)
def test_a_call_without_values_is_the_flows_that_was_alone_there(after_s: float, play: str) -> None:
    spans = [
        span("login-1", "ada", 0, 10),
        span("login-2", "bo", 20, 30),
        span("", "cia", 20, 25),
        span("", "dan", 31, 35),
        span("login-3", "ess", 40, 45, host="other.test"),
    ]
    call = exchange(1, "https://tracker.test/", after_s=after_s)
    assert alone(call, spans) == play


def test_of_several_who_were_there_it_is_theirs_whose_data_it_carries() -> None:
    spans = [span("login-1", "ada", 0, 10), span("login-2", "bo", 0, 10), span("", "cia", 0, 10)]
    call = exchange(1, "https://tracker.test/", after_s=5)
    assert of_person(call, frozenset({"ada"}), spans) == "login-1"
    assert of_person(call, frozenset({"cia"}), spans) == ""
    assert of_person(call, frozenset({"ada", "bo"}), spans) == ""
    assert of_person(call, frozenset(), spans) == ""
    again = [*spans, span("login-4", "ada", 4, 12)]
    assert of_person(call, frozenset({"ada"}), again) == ""
