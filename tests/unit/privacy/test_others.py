"""Of several vendors in one play each is judged by itself; what one passes on to another is still found."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from testbed.model.messages import AuthnRequest, LogoutRequest, Malformed, Message, SamlResponse
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    Envelope,
    LogoutToken,
    OidcLogoutRequest,
    TokenAnswer,
    UserinfoAnswer,
)
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, Exchange, Pointer, Request
from testbed.model.written import Scenario, Vendor
from testbed.privacy.others import hosts_of, others_of

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHERE = Pointer(1, "x")


def vendor(name: str, *hosts: str) -> Vendor:
    url = f"https://{name}.test"
    simulated = {"profile": "p", "hosts": hosts} if hosts else None
    return Vendor.model_validate(
        {"id": name, "name": name, "protocol": "saml", "metadata": f"{url}/m", "login": f"{url}/login"}
        | {"probe": {"url": f"{url}/me"}, "simulated": simulated}
    )


OWN, OTHER = vendor("own"), vendor("other", "other.test", "cdn.other.test")
SCENARIO = Scenario.model_validate(
    {"id": "s", "title": {"sv": "s", "en": "s"}, "flow": "login", "vendor": "own", "also": ["other"]}
    | {"expect": {"login": "accepted"}}
)
OTHERS = others_of(Play("s", SCENARIO, OWN, "elev-0001", also=(OTHER,)))


def exchange(sender: str, receiver: str) -> Exchange:
    return Exchange(1, "s", sender, receiver, Request("GET", f"https://{receiver}/"), None, NOW, 1.0)


def response(to: str) -> SamlResponse:
    return SamlResponse(WHERE, "_r", "", "", f"https://{to}/acs", "", "", None, (), 0, True, "", b"", "")


def request(issuer: str) -> AuthnRequest:
    return AuthnRequest(WHERE, "_q", f"https://{issuer}/m", "", "", "", None, "redirect", True, False, "")


LOGOUT = LogoutRequest(WHERE, "_l", "", "", "https://other.test/slo", "", (), None, "post", True, "")


def told(sender: str, recipient: str, channel: Channel) -> Disclosure:
    return Disclosure("mail", "elev-0001", "a@b", sender, recipient, channel, PLAIN, WHERE, NOW, True)


@pytest.mark.parametrize(
    ("message", "receiver", "expected"),
    [
        (response("other.test"), "other.test", True),
        (response("own.test"), "own.test", False),
        (request("other.test"), "idp.test", True),
        (request("own.test"), "idp.test", False),
        (Malformed(WHERE, "SAMLResponse", "x"), "cdn.other.test", True),
        (Malformed(WHERE, "SAMLResponse", "x"), "own.test", False),
        (LOGOUT, "other.test", False),
    ],
)
def test_messages_of_another_vendor_s_login_are_left_out(message: Message, receiver: str, expected: bool) -> None:
    assert OTHERS.said(message, exchange(BROWSER, receiver)) is expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (told("idp.test", "other.test", Channel.SAML), True),
        (told("other.test", "tracker.test", Channel.BODY), True),
        (told("cdn.other.test", "own.test", Channel.URL), True),
        (told("own.test", "other.test", Channel.BODY), False),
        (told("own.test", "other.test", Channel.URL), False),
        (told("idp.test", "own.test", Channel.SAML), False),
    ],
)
def test_what_the_vendor_passes_on_to_another_one_is_its_own(one: Disclosure, expected: bool) -> None:
    assert OTHERS.disclosed(one) is expected


def test_a_host_that_both_name_is_the_vendor_s() -> None:
    assert others_of(Play("s", SCENARIO, OTHER, "elev-0001", also=(OTHER,))).hosts == frozenset()
    assert hosts_of(OTHER) == {"other.test", "cdn.other.test"}


def oidc_vendor(name: str) -> Vendor:
    url = f"https://{name}.test"
    client = {"client_id": name, "redirect_uris": [f"https://cb.{name}.test/cb"]}
    return Vendor.model_validate(
        {"id": name, "name": name, "protocol": "oidc", "client": client, "login": f"{url}/login"}
        | {"probe": {"url": f"{url}/me"}}
    )


OIDC = others_of(Play("s", SCENARIO, oidc_vendor("own"), "elev-0001", also=(oidc_vendor("other"),)))
ASKED = AuthorizationRequest(WHERE, "other", "https://idp.test/a", "", "code", "", (), "s", "n", "c", "S256")
TOKENS = TokenAnswer(WHERE, 200, "Bearer", "at", "rt", None)
USERINFO = UserinfoAnswer(WHERE, "https://idp.test/u", "at", "sub", (), "")
ENDED = LogoutToken(WHERE, "https://other.test/bc", Envelope("", "", "", ""), "", "", (), None, None, "", "", (), False)
END = OidcLogoutRequest(WHERE, "https://idp.test/e", "other", True, "", "")


@pytest.mark.parametrize(
    ("message", "sender", "expected"),
    [
        (ASKED, BROWSER, True),
        (replace(ASKED, client_id="own"), BROWSER, False),
        (AuthorizationAnswer(WHERE, "https://cb.other.test/cb", "query", "c", "s", "", ""), BROWSER, True),
        (AuthorizationAnswer(WHERE, "https://cb.own.test/cb", "query", "c", "s", "", ""), BROWSER, False),
        (TOKENS, "other.test", True),
        (TOKENS, "own.test", False),
        (USERINFO, "other.test", True),
        (USERINFO, "own.test", False),
        (ENDED, "idp.test", True),
        (replace(ENDED, delivered_to="https://own.test/bc"), "idp.test", False),
        (END, BROWSER, False),
    ],
)
def test_messages_of_openid_connect_belong_to_whom_they_are_for(message: Message, sender: str, expected: bool) -> None:
    assert OIDC.said(message, exchange(sender, "idp.test")) is expected


@pytest.mark.parametrize(
    ("sender", "recipient", "channel", "locator", "expected"),
    [
        ("idp.test", "other.test", Channel.USERINFO, "response.body/email", True),
        ("idp.test", "other.test", Channel.BODY, "response.body", True),
        ("own.test", "other.test", Channel.BODY, "response.body", False),
        ("idp.test", "own.test", Channel.USERINFO, "response.body/email", False),
        ("idp.test", "other.test", Channel.BODY, "request.body", False),
    ],
)
def test_what_another_vendor_fetched_is_its_own(
    sender: str, recipient: str, channel: Channel, locator: str, expected: bool
) -> None:
    one = replace(told(sender, recipient, channel), where=Pointer(1, locator))
    assert OIDC.disclosed(one) is expected
