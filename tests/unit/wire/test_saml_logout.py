"""Logout messages by redirect, form and SOAP, and what passes for one and is none."""

import base64
import zlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.messages import LogoutRequest, LogoutResponse, Malformed, Message
from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.wire.saml import messages

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
URL = "https://app.test/saml/slo"
FORM = (("content-type", "application/x-www-form-urlencoded"),)
XML = (("content-type", "text/xml; charset=utf-8"),)
NAMES = (
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
)
ISSUER = "<saml:Issuer>https://idp.skola.test/saml/metadata</saml:Issuer>"
REQUEST = (
    f'<samlp:LogoutRequest {NAMES} ID="_q" IssueInstant="2026-09-01T07:00:00Z" Destination="{URL}">{ISSUER}'
    "{signature}<saml:NameID>namn-17</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex>"
    "<samlp:SessionIndex>_s2</samlp:SessionIndex></samlp:LogoutRequest>"
)
ANSWER = (
    f'<samlp:LogoutResponse {NAMES} ID="_a" InResponseTo="_q" IssueInstant="2026-09-01T07:00:01Z">{ISSUER}'
    '{signature}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success">'
    '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"/></samlp:StatusCode></samlp:Status>'
    "</samlp:LogoutResponse>"
)
SIGNATURE = "<ds:Signature/>"


def enveloped(inside: str) -> bytes:
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def redirected(name: str, document: str, signed: bool) -> Exchange:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(deflate.compress(document.encode()) + deflate.flush()).decode()
    query = {name: packed} | ({"SigAlg": "x", "Signature": "eA=="} if signed else {})
    return Exchange(3, "p", BROWSER, "app.test", Request("GET", f"{URL}?{urlencode(query)}"), None, NOW, 1.0)


def posted(name: str, document: str) -> Exchange:
    body = urlencode({name: base64.b64encode(document.encode()).decode()}).encode()
    return Exchange(3, "p", BROWSER, "app.test", Request("POST", URL, FORM, body), None, NOW, 1.0)


def called(request: bytes, answer: bytes | None = None) -> Exchange:
    response = Response(200, XML, answer) if answer is not None else None
    return Exchange(3, "p", "idp.skola.test", "app.test", Request("POST", URL, XML, request), response, NOW, 1.0)


def only(exchange: Exchange) -> Message:
    (message,) = messages(exchange)
    return message


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("binding", ["redirect", "post", "soap"])
def test_a_request_is_read_from_each_binding(binding: str, signed: bool) -> None:
    plain = REQUEST.format(signature="")
    inside = REQUEST.format(signature=SIGNATURE if signed else "")
    exchanges = {
        "redirect": redirected("SAMLRequest", plain, signed),
        "post": posted("SAMLRequest", inside),
        "soap": called(enveloped(inside)),
    }
    message = only(exchanges[binding])
    assert isinstance(message, LogoutRequest)
    assert (message.binding, message.signed) == (binding, signed)
    assert (message.id, message.issuer) == ("_q", "https://idp.skola.test/saml/metadata")
    assert (message.name_id, message.session_indexes) == ("namn-17", ("_s1", "_s2"))
    assert (message.destination, message.delivered_to, message.issue_instant) == (URL, URL, NOW)


def test_the_answer_to_a_soap_call_is_in_the_response() -> None:
    request, answer = messages(called(enveloped(REQUEST.format(signature="")), enveloped(ANSWER.format(signature=""))))
    assert isinstance(request, LogoutRequest)
    assert isinstance(answer, LogoutResponse)
    assert (answer.where.locator, answer.delivered_to, answer.in_response_to) == ("response.body", "", "_q")
    assert (answer.status.rpartition(":")[2], answer.sub_status.rpartition(":")[2]) == ("Success", "PartialLogout")


def test_an_answer_by_form_says_where_it_was_delivered() -> None:
    answer = only(posted("SAMLResponse", ANSWER.format(signature=SIGNATURE)))
    assert isinstance(answer, LogoutResponse)
    assert (answer.delivered_to, answer.signed) == (URL, True)


@pytest.mark.parametrize(
    "body",
    [
        enveloped(""),
        enveloped(REQUEST.format(signature="") * 2),
        enveloped("<x/>"),
        enveloped(REQUEST.format(signature=""))[:-4],
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + enveloped(REQUEST.format(signature="")),
        enveloped(REQUEST.format(signature="").replace("LogoutRequest", "Response")),
        enveloped(" " * 2_000_000),
    ],
    ids=["empty", "two", "foreign", "cut", "doctype", "response", "large"],
)
def test_a_broken_envelope_is_malformed(body: bytes) -> None:
    message = only(called(body))
    assert isinstance(message, Malformed)
    assert message.reason


def test_a_fault_is_no_message_and_not_a_broken_one() -> None:
    fault = '<s:Fault xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>Client</faultcode></s:Fault>'
    (request,) = messages(called(enveloped(REQUEST.format(signature="")), enveloped(fault)))
    assert isinstance(request, LogoutRequest)


def test_other_xml_between_servers_is_no_message() -> None:
    assert messages(called(b"<order><pupil>1</pupil></order>")) == ()


@given(st.binary(max_size=500))
def test_any_octets_in_an_envelope_are_read_or_malformed(octets: bytes) -> None:
    assert isinstance(only(called(enveloped("{}").replace(b"{}", octets))), Malformed)
