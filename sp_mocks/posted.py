"""What is posted to a vendor, read within limits: a form, or an envelope from a school's server."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from lxml import etree
from starlette.requests import Request

from sp_mocks.body import media_type, read_body
from sp_mocks.consume import MAX_ENCODED
from sp_mocks.refusal import Refused
from sp_mocks.signature import parse
from sp_mocks.xmlnames import NAMESPACES, SOAP

MEDIA_TYPE = "application/x-www-form-urlencoded"
SOAP_TYPE = "text/xml"
MAX_FIELDS = 10
MAX_BODY = 3 * MAX_ENCODED + 1024
"""Octets: every character of the largest message escaped, and a relay state."""
MAX_ENVELOPE = 256 * 1024
ENVELOPE = f"{{{SOAP}}}Envelope"


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that a school's page posts (SAML Bindings 3.5.4)."""

    field: str
    encoded: str
    relay_state: str


async def saml_message(request: Request, kinds: tuple[str, ...] = ("SAMLResponse",), limit: int = MAX_BODY) -> Posted:
    """The one field of these names, and the relay state.

    Args:
        request: of the browser.
        kinds: names of fields.
        limit: octets that may be posted.

    Raises:
        Refused: it is not there or twice, or what was posted is no form or too large.
    """
    fields = await _fields(request, limit)
    found = [(kind, value) for kind in kinds for value in fields.get(kind, [])]
    if len(found) != 1:
        raise Refused("no-message")
    return Posted(*found[0], relay_state=fields.get("RelayState", [""])[0])


async def form_field(request: Request, name: str) -> str:
    """The one field of this name of a posted form.

    Raises:
        Refused: it is not there or twice, or what was posted is no form or too large.
    """
    found = (await _fields(request)).get(name, [])
    if len(found) != 1:
        raise Refused("no-message")
    return found[0]


async def soap_message(request: Request) -> etree._Element:
    """The message in the envelope that a school's server posts.

    Raises:
        Refused: it is no envelope with one message, or too large.
    """
    if media_type(request) != SOAP_TYPE:
        raise Refused("not-soap")
    return from_envelope(await read_body(request, MAX_ENVELOPE))


def from_envelope(document: bytes) -> etree._Element:
    """The one message in a SOAP envelope (SAML Bindings 3.2.2).

    Raises:
        Refused: there is none, or more.
    """
    root = parse(document)
    found = root.findall("soap:Body/*", NAMESPACES)
    if root.tag != ENVELOPE or len(found) != 1:
        raise Refused("not-soap")
    return parse(etree.tostring(found[0], with_tail=False))


def in_envelope(message: etree._Element) -> bytes:
    """A SOAP envelope around a message."""
    envelope = etree.Element(ENVELOPE, nsmap={"soap": SOAP})
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(message)
    document: bytes = etree.tostring(envelope)
    return document


async def _fields(request: Request, limit: int = MAX_BODY) -> dict[str, list[str]]:
    if media_type(request) != MEDIA_TYPE:
        raise Refused("not-a-form")
    body = await read_body(request, limit)
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused("not-a-form") from error
