"""SAML on the wire: what an exchange says, as typed messages (SAML Bindings 3.4 and 3.5).

Only what is sent counts, and once: a response in the school's page to the browser is not a message yet; the form that
the browser posts to the vendor is.
"""

import base64
import binascii
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlunsplit

from lxml import etree

from testbed.model.messages import Assertion, AuthnRequest, Binding, Malformed, Message, SamlAttribute, SamlResponse
from testbed.model.wire import Exchange, Pointer, header
from testbed.wire.bodies import FORM, decoded, form_fields
from testbed.wire.saml_metadata import metadata
from testbed.wire.xml import DS, MD, NAMESPACES, SAML, SAMLP, Unreadable, instant, parse, pretty, text_of

MAX_INFLATED = 256 * 1024
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SOME_METADATA = (b"EntityDescriptor", b"EntitiesDescriptor")


def messages(exchange: Exchange) -> tuple[Message, ...]:
    """Every protocol message that the exchange carried, in the order request, response."""
    return (*_in_query(exchange), *_in_form(exchange), *_in_answer(exchange))


def _in_query(exchange: Exchange) -> Iterator[Message]:
    for name, value in form_fields(exchange.request.parts.query):
        if name in ("SAMLRequest", "SAMLResponse"):
            where = Pointer(exchange.number, f"request.url:{name}")
            yield _read(exchange, where, name, "redirect", partial(_inflated, value))


def _in_form(exchange: Exchange) -> Iterator[Message]:
    request = exchange.request
    if request.method != "POST" or not request.header("content-type").lower().startswith(FORM):
        return
    body = decoded(request.headers, request.body).decode("utf-8", "replace")
    for name, value in form_fields(body):
        if name in ("SAMLRequest", "SAMLResponse"):
            where = Pointer(exchange.number, f"request.body:{name}")
            yield _read(exchange, where, name, "post", partial(_from_base64, value))


def _in_answer(exchange: Exchange) -> Iterator[Message]:
    response = exchange.response
    if response is None or "html" in header(response.headers, "content-type").lower():
        return
    body = decoded(response.headers, response.body)
    if not body.lstrip().startswith(b"<") or not any(root in body[:4096] for root in SOME_METADATA):
        return
    where = Pointer(exchange.number, "response.body")
    try:
        root = parse(body)
        if root.tag == f"{{{MD}}}EntityDescriptor":
            yield metadata(root, where, exchange.started)
    except Unreadable as error:
        yield Malformed(where, "metadata", str(error))


def _from_base64(value: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(f"is not base64 ({error})") from error


def _inflated(value: str) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        document = inflater.decompress(_from_base64(value), MAX_INFLATED)
    except zlib.error as error:
        raise Unreadable(f"is not deflated ({error})") from error
    if inflater.unconsumed_tail:
        raise Unreadable(f"inflates to more than {MAX_INFLATED} bytes")
    return document


def _read(exchange: Exchange, where: Pointer, kind: str, binding: Binding, unpack: Callable[[], bytes]) -> Message:
    try:
        document = unpack()
        root = parse(document)
        if root.tag == f"{{{SAMLP}}}AuthnRequest":
            return _authn_request(root, exchange, where, binding)
        if root.tag == f"{{{SAMLP}}}Response":
            return _response(root, exchange, where, document)
    except Unreadable as error:
        return Malformed(where, kind, str(error))
    return Malformed(where, kind, f"has the root element {str(root.tag)[:200]}, which is not read here")


def _authn_request(root: etree._Element, exchange: Exchange, where: Pointer, binding: Binding) -> AuthnRequest:
    query = {name for name, _ in form_fields(exchange.request.parts.query)}
    return AuthnRequest(
        where=where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=_endpoint(exchange),
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        issue_instant=instant(root.get("IssueInstant")),
        binding=binding,
        signed="Signature" in query if binding == "redirect" else root.find("ds:Signature", NAMESPACES) is not None,
        force_authn=root.get("ForceAuthn") in ("true", "1"),
        xml=pretty(root),
    )


def _response(root: etree._Element, exchange: Exchange, where: Pointer, document: bytes) -> SamlResponse:
    form = dict(form_fields(decoded(exchange.request.headers, exchange.request.body).decode("utf-8", "replace")))
    status = root.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    return SamlResponse(
        where=where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=_endpoint(exchange),
        in_response_to=root.get("InResponseTo", ""),
        status=status.get("Value", "") if status is not None else "",
        issue_instant=instant(root.get("IssueInstant")),
        assertions=tuple(
            _assertion(element, where, number)
            for number, element in enumerate(root.iter(f"{{{SAML}}}Assertion"), start=1)
        ),
        encrypted=sum(1 for _ in root.iter(f"{{{SAML}}}EncryptedAssertion")),
        signed=root.find("ds:Signature", NAMESPACES) is not None,
        relay_state=form.get("RelayState", ""),
        document=document,
        xml=pretty(root),
    )


def _assertion(element: etree._Element, where: Pointer, number: int) -> Assertion:
    name_id = element.find("saml:Subject/saml:NameID", NAMESPACES)
    conditions = element.find("saml:Conditions", NAMESPACES)
    statement = element.find("saml:AuthnStatement", NAMESPACES)
    data = [
        found
        for confirmation in element.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES)
        if confirmation.get("Method") == BEARER
        for found in confirmation.findall("saml:SubjectConfirmationData", NAMESPACES)
    ]
    until = [instant(one.get("NotOnOrAfter")) for one in data]
    return Assertion(
        where=Pointer(where.exchange, f"{where.locator}//saml:Assertion[{number}]"),
        id=element.get("ID", ""),
        issuer=text_of(element.find("saml:Issuer", NAMESPACES)),
        name_id=text_of(name_id),
        name_id_format=name_id.get("Format", "") if name_id is not None else "",
        audiences=tuple(
            tuple(text_of(audience) for audience in restriction.findall("saml:Audience", NAMESPACES))
            for restriction in element.findall("saml:Conditions/saml:AudienceRestriction", NAMESPACES)
        ),
        not_before=instant(conditions.get("NotBefore")) if conditions is not None else None,
        not_on_or_after=instant(conditions.get("NotOnOrAfter")) if conditions is not None else None,
        recipients=tuple(one.get("Recipient", "") for one in data),
        confirmed_until=tuple(moment for moment in until if moment is not None),
        in_response_to=next((one.get("InResponseTo", "") for one in data), ""),
        authn_instant=instant(statement.get("AuthnInstant")) if statement is not None else None,
        authn_context=text_of(element.find(".//saml:AuthnContextClassRef", NAMESPACES)),
        attributes=tuple(_attribute(one) for one in element.iter(f"{{{SAML}}}Attribute")),
        signed=element.find(f"{{{DS}}}Signature") is not None,
    )


def _attribute(element: etree._Element) -> SamlAttribute:
    return SamlAttribute(
        name=element.get("Name", ""),
        name_format=element.get("NameFormat", ""),
        friendly_name=element.get("FriendlyName", ""),
        values=tuple(text_of(value) for value in element.findall("saml:AttributeValue", NAMESPACES)),
    )


def _endpoint(exchange: Exchange) -> str:
    parts = exchange.request.parts
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
