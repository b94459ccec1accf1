"""What the messages of a login state, field by field."""

import base64
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from testbed.model.messages import AuthnRequest, Message, SamlResponse
from testbed.model.wire import BROWSER, Exchange, Request
from testbed.wire.saml import documents, messages

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
NAMES = 'xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"'
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def posted(name: str, document: str) -> Exchange:
    body = urlencode({name: base64.b64encode(document.encode()).decode()}).encode()
    return Exchange(1, "p", BROWSER, "x.test", Request("POST", "https://x.test/saml", FORM, body), None, NOW, 1.0)


def only(exchange: Exchange) -> Message:
    (message,) = messages(exchange)
    return message


def request(attributes: str, inside: str) -> AuthnRequest:
    message = only(posted("SAMLRequest", f'<p:AuthnRequest {NAMES} ID="_q" {attributes}>{inside}</p:AuthnRequest>'))
    assert isinstance(message, AuthnRequest)
    return message


@pytest.mark.parametrize(
    ("comparison", "expected"), [("", "exact"), ('Comparison="minimum"', "minimum"), ('Comparison="odd"', "odd")]
)
def test_a_request_states_the_contexts_it_wants(comparison: str, expected: str) -> None:
    inside = (
        f"<p:RequestedAuthnContext {comparison}><a:AuthnContextClassRef>urn:a</a:AuthnContextClassRef>"
        "<a:AuthnContextClassRef>urn:b</a:AuthnContextClassRef></p:RequestedAuthnContext>"
    )
    message = request('IsPassive="1"', inside)
    assert (message.contexts, message.comparison, message.is_passive) == (("urn:a", "urn:b"), expected, True)


def test_a_request_that_wants_no_context_has_no_comparison() -> None:
    message = request('IsPassive="false"', "")
    assert (message.contexts, message.comparison, message.is_passive) == ((), "", False)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("", ("", "")),
        (f'<p:StatusCode Value="{STATUS}Success"/>', (f"{STATUS}Success", "")),
        (
            f'<p:StatusCode Value="{STATUS}Responder"><p:StatusCode Value="{STATUS}NoAuthnContext"/></p:StatusCode>',
            (f"{STATUS}Responder", f"{STATUS}NoAuthnContext"),
        ),
    ],
)
def test_a_response_states_both_levels_of_status(codes: str, expected: tuple[str, str]) -> None:
    status = f"<p:Status>{codes}</p:Status>" if codes else ""
    message = only(posted("SAMLResponse", f'<p:Response {NAMES} ID="_r">{status}</p:Response>'))
    assert isinstance(message, SamlResponse)
    assert (message.status, message.sub_status) == expected


def test_the_documents_of_an_exchange_are_its_unpacked_messages() -> None:
    document = f'<p:Response {NAMES} ID="_r"/>'
    assert list(documents(posted("SAMLResponse", document))) == [document.encode()]
    broken = Exchange(
        1, "p", BROWSER, "x.test", Request("POST", "https://x.test/", FORM, b"SAMLResponse=%21"), None, NOW, 1.0
    )
    assert list(documents(broken)) == []
