"""Of several vendors in one play each is judged by itself; what one passes on to another is still found."""

from datetime import UTC, datetime

import pytest

from testbed.model.messages import AuthnRequest, LogoutRequest, Malformed, Message, SamlResponse
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
