"""SAML on the wire: what an exchange says, as typed messages (SAML Bindings 3.2, 3.4 and 3.5).

Only what is sent counts, and once: a response in the school's page to the browser is not a message yet; the form that
the browser posts to the vendor is.
"""

import base64
import binascii
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from lxml import etree

from testbed.model.messages import Binding, Malformed, Message
from testbed.model.wire import Exchange, Headers, Pointer, header
from testbed.wire.bodies import FORM, decoded, form_fields
from testbed.wire.saml_login import authn_request, response
from testbed.wire.saml_logout import logout_request, logout_response
from testbed.wire.saml_metadata import MAX_AGGREGATE, published
from testbed.wire.xml import SAMLP, SOAP, Carried, Unreadable, parse

MAX_INFLATED = 256 * 1024
SOME_METADATA = (b"EntityDescriptor", b"EntitiesDescriptor")
HEAD = 4096
"""Bytes in which a document's root element is looked for before it is parsed."""
NO_KEYS: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Packed:
    """A protocol message as it stands in an exchange, still packed."""

    carried: Carried
    kind: str
    """What it is meant to be, for people."""
    unpack: Callable[[], bytes]


def messages(exchange: Exchange, content_keys: Mapping[str, bytes] = NO_KEYS) -> tuple[Message, ...]:
    """Every protocol message that the exchange carried, in the order request, response.

    Args:
        exchange: what crossed the wire.
        content_keys: the run's key log, by which encrypted assertions are read (``testbed.wire.encryption``).
    """
    packed = (*_in_query(exchange), *_in_form(exchange), *_in_soap(exchange))
    read = (_read(one, content_keys) for one in packed)
    return (*(message for message in read if message is not None), *_metadata(exchange))


def documents(exchange: Exchange) -> Iterator[bytes]:
    """The octets of every message of a login that the exchange carried; what cannot be unpacked is left out."""
    for one in (*_in_query(exchange), *_in_form(exchange)):
        try:
            yield one.unpack()
        except Unreadable:
            continue


def _in_query(exchange: Exchange) -> Iterator[_Packed]:
    for name, value in form_fields(exchange.request.parts.query):
        if name in ("SAMLRequest", "SAMLResponse"):
            yield _packed(exchange, f"request.url:{name}", "redirect", partial(_inflated, value), name)


def _in_form(exchange: Exchange) -> Iterator[_Packed]:
    request = exchange.request
    if request.method != "POST" or not request.header("content-type").lower().startswith(FORM):
        return
    body = decoded(request.headers, request.body).decode("utf-8", "replace")
    for name, value in form_fields(body):
        if name in ("SAMLRequest", "SAMLResponse"):
            yield _packed(exchange, f"request.body:{name}", "post", partial(_from_base64, value), name)


def _in_soap(exchange: Exchange) -> Iterator[_Packed]:
    """A call from server to server and its answer (SAML Bindings 3.2)."""
    request, answer = exchange.request, exchange.response
    if request.method == "POST" and _is_soap(request.headers, request.body):
        yield _packed(exchange, "request.body", "soap", partial(decoded, request.headers, request.body), "SOAP message")
    if answer is not None and _is_soap(answer.headers, answer.body):
        yield _packed(exchange, "response.body", "soap", partial(decoded, answer.headers, answer.body), "SOAP message")


def _packed(exchange: Exchange, locator: str, binding: Binding, unpack: Callable[[], bytes], kind: str) -> _Packed:
    return _Packed(Carried(exchange, Pointer(exchange.number, locator), binding), kind, unpack)


def _is_soap(headers: Headers, body: bytes) -> bool:
    if "xml" not in header(headers, "content-type").lower():
        return False
    head = decoded(headers, body)[:HEAD]
    return b"Envelope" in head and SOAP.encode() in head


def _metadata(exchange: Exchange) -> Iterator[Message]:
    answer = exchange.response
    if answer is None or "html" in header(answer.headers, "content-type").lower():
        return
    body = decoded(answer.headers, answer.body)
    if not body.lstrip().startswith(b"<") or not any(root in body[:HEAD] for root in SOME_METADATA):
        return
    where = Pointer(exchange.number, "response.body")
    try:
        yield from published(parse(body, MAX_AGGREGATE), where, exchange.started)
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


def _read(packed: _Packed, content_keys: Mapping[str, bytes]) -> Message | None:
    """None for a SOAP fault, which is no message of SAML: a server says by it that it took none (SOAP 1.1, 4.4)."""
    try:
        document = packed.unpack()
        root = parse(document)
        if packed.carried.binding == "soap":
            root = _in_envelope(root)
            if root.tag == f"{{{SOAP}}}Fault":
                return None
        return _message(root, packed, document, content_keys)
    except Unreadable as error:
        return Malformed(packed.carried.where, packed.kind, str(error))


def _message(root: etree._Element, packed: _Packed, document: bytes, content_keys: Mapping[str, bytes]) -> Message:
    carried = packed.carried
    match root.tag:
        case tag if tag == f"{{{SAMLP}}}AuthnRequest":
            return authn_request(root, carried)
        case tag if tag == f"{{{SAMLP}}}Response" and carried.binding != "soap":
            return response(root, carried, document, content_keys)
        case tag if tag == f"{{{SAMLP}}}LogoutRequest":
            return logout_request(root, carried)
        case tag if tag == f"{{{SAMLP}}}LogoutResponse":
            return logout_response(root, carried)
    raise Unreadable(f"has the root element {str(root.tag)[:200]}, which is not read here")


def _in_envelope(root: etree._Element) -> etree._Element:
    """The one element in the Body (SAML Bindings 3.2.2: nothing else may stand there)."""
    bodies = root.findall(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else []
    inside = [child for body in bodies for child in body if isinstance(child.tag, str)]
    if len(bodies) != 1 or len(inside) != 1:
        raise Unreadable("is not a SOAP envelope with one message in its body")
    return inside[0]
