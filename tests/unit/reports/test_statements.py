"""What a report shows of a login by OpenID Connect, and what it never shows."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from lxml import html as lxml_html

from testbed.model.messages import Message
from testbed.model.oidc_messages import IntrospectionAnswer
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.verdict import RunRecord
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.reports import html, junit, run_json, table
from testbed.reports.rows import vendor_rows
from testbed.reports.statements import statements
from testbed.reports.view import vendor_views
from testbed.wire.oidc import messages

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)

FORM = ("content-type", "application/x-www-form-urlencoded")
JSON = (("content-type", "application/json"),)
HOSTILE = "<script>alert(1)</script>"
SECRETS = (
    "hemlig-kod",
    "hemlig-nyckel",
    "hemlig-verifierare",
    "hemligt-losen",
    "hemlig-nonce",
    "hemligt-tillstand",
    "c2ln",
)


def jwt(claims: dict[str, object]) -> str:
    parts = ({"alg": "RS256", "kid": HOSTILE}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), "c2ln"])


TOKEN = jwt({"iss": "https://idp.skola.test", "sub": "sub-of-ada", "nonce": "hemlig-nonce", "acr": "urn:a", "exp": 1})


def exchanges() -> list[Exchange]:
    asked = urlencode(
        {
            "client_id": HOSTILE,
            "response_type": "code",
            "redirect_uri": "https://app.test/cb",
            "scope": "openid email",
            "claims": '{"userinfo": {"given_name": {"essential": true}}}',
            "state": "hemligt-tillstand",
            "nonce": "hemlig-nonce",
        }
    )
    basic = base64.b64encode(b"app:hemligt-losen").decode()
    form = {"grant_type": "authorization_code", "code": "hemlig-kod", "code_verifier": "hemlig-verifierare"}
    tokens = {"access_token": "hemlig-nyckel", "token_type": "Bearer", "id_token": TOKEN}
    told = {"sub": "sub-of-ada", "email": "a@skola.test", "nickname": HOSTILE}
    bearer = ("authorization", "Bearer hemlig-nyckel")
    post = Request(
        "POST", "https://idp.skola.test/t", (FORM, ("authorization", f"Basic {basic}")), urlencode(form).encode()
    )
    steps = [
        (BROWSER, Request("GET", f"https://idp.skola.test/a?{asked}"), Response(302)),
        (BROWSER, Request("GET", "https://app.test/cb?code=hemlig-kod&state=hemligt-tillstand"), Response(200)),
        ("app.test", post, Response(200, JSON, json.dumps(tokens).encode())),
        (
            "app.test",
            Request("GET", "https://idp.skola.test/u", (bearer,)),
            Response(200, JSON, json.dumps(told).encode()),
        ),
    ]
    return [
        Exchange(number, "login", sender, request.host, request, response, NOW, 1.0)
        for number, (sender, request, response) in enumerate(steps, start=1)
    ]


@pytest.fixture
def logged_in(as_expected: RunRecord) -> RunRecord:
    """The run of the other tests, but that its one login went by OpenID Connect."""
    evidence = as_expected.evidence["login"]
    came = exchanges()
    said: tuple[Message, ...] = tuple(message for one in came for message in messages(one))
    told = Disclosure(
        "mail",
        evidence.play.person,
        "a@skola.test",
        "idp.skola.test",
        "app.test",
        Channel.USERINFO,
        PLAIN,
        Pointer(4, "response.body/email"),
        NOW,
        True,
    )
    changed = replace(evidence, exchanges=tuple(came), messages=said, disclosures=(told,))
    return replace(as_expected, evidence={"login": changed})


def test_the_id_token_and_the_userinfo_answer_are_shown_decoded(logged_in: RunRecord) -> None:
    tree = lxml_html.fromstring(html.render(logged_in))
    shown = {
        details.xpath("string(./summary/span[@lang='en'])"): details for details in tree.xpath("//article//details")
    }
    token = shown["The ID token that the school made, decoded"].text_content()
    assert "sub-of-ada" in token
    assert "urn:a" in token
    fetched = shown["The data that the vendor fetched (userinfo)"].text_content()
    assert "a@skola.test" in fetched
    assert "e-mail address" in fetched
    asked = shown["The vendor's request for a login"].text_content()
    assert "openid email" in asked
    assert "userinfo: given_name (essential)" in asked
    assert '"email": "a@skola.test"' in shown["What was answered"].text_content()


@pytest.mark.parametrize("render", [html.render, junit.render, run_json.render, table.render])
def test_no_code_token_or_secret_is_shown(logged_in: RunRecord, render: Callable[[RunRecord], str]) -> None:
    text = render(logged_in)
    assert [secret for secret in (*SECRETS, TOKEN) if secret in text] == []


def test_the_page_holds_no_element_that_a_claim_wrote(logged_in: RunRecord) -> None:
    page = html.render(logged_in)
    assert "<script" not in page
    ids = lxml_html.fromstring(page).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_what_came_by_userinfo_was_received(logged_in: RunRecord) -> None:
    (row,) = vendor_rows(logged_in)
    assert (row.received, row.passed_on) == (("mail",), ())
    (view,) = vendor_views(logged_in)
    matrix = {line.attribute: line for line in view.matrix}
    assert (matrix["mail"].received, matrix["mail"].requested, matrix["givenName"].requested) == (
        1,
        ("scope",),
        ("claims",),
    )


def test_an_introspection_answer_is_a_statement_too() -> None:
    (one,) = statements([IntrospectionAnswer(Pointer(1, "response.body"), True, "s", "app", ())])
    assert (one.kind, one.about) == ("introspection", (("active", "true"), ("sub", "s")))
