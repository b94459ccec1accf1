"""Logout messages: read from vendors within limits, and built by pysaml2 for them (SAML Core 3.7, Profiles 4.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree
from saml2 import saml, samlp

from idp.config import Clock
from idp.fields import Fields
from idp.refused import malformed
from idp.saml.envelope import Binding, check_envelope, instant, issuer_of, read_as, unpack, written
from idp.saml.identifiers import NameId
from idp.saml.names import DS, SAML, SAMLP, SOAP, STATUS_SUCCESS
from idp.saml.relying_parties import RelyingParties
from idp.saml.signatures import check_post, check_signature
from idp.saml.unpacking import parse, parse_request

VALID_FOR = timedelta(minutes=5)
MAX_INDEXES = 50
PREFIXES = {"samlp": SAMLP, "saml": SAML}
ENVELOPE, BODY = f"{{{SOAP}}}Envelope", f"{{{SOAP}}}Body"
REQUEST, RESPONSE = f"{{{SAMLP}}}LogoutRequest", f"{{{SAMLP}}}LogoutResponse"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A vendor's demand that a session end (SAML Core 3.7.1), checked."""

    id: str
    entity_id: str
    name_id: str
    session_indexes: tuple[str, ...]
    """None of them: every session of that name."""


@dataclass(frozen=True, slots=True)
class LogoutAnswer:
    """What a vendor says that it has done (SAML Core 3.7.2), checked."""

    entity_id: str
    in_response_to: str
    success: bool
    """Whether it logged out everybody that it was asked to; a partial logout is no success."""


class LogoutReader:
    """Reads logout messages of the vendors that are configured.

    Args:
        parties: the vendors.
        destination: the school's address for messages that the browser carries.
        soap_destination: its address for vendors' servers.
        now: the time, in aware UTC.
    """

    def __init__(self, parties: RelyingParties, destination: str, soap_destination: str, now: Clock) -> None:
        self._parties, self._now = parties, now
        self._destination, self._soap_destination = destination, soap_destination

    async def request(self, fields: Fields, binding: Binding) -> LogoutRequest:
        """The request in a query string or a form. It must be signed (SAML Profiles 4.4.3.1).

        Raises:
            Refused: it cannot be read, comes from nobody known here, or is not signed by who it says it is.
        """
        root = parse_request(unpack(fields, "SAMLRequest", binding))
        provider = await self._parties.sender(
            issuer_of(root),
            lambda sender: check_signature(fields, root, sender, binding, required=True, field="SAMLRequest"),
        )
        return self._request(root, provider.entity_id, self._destination, addressed=True)

    async def soap_request(self, body: bytes) -> LogoutRequest:
        """The request in a SOAP envelope. It must be signed, for the lab's vendors show no client certificates.

        Raises:
            Refused: see :meth:`request`.
        """
        root = _out_of(parse_request(body))
        provider = await self._parties.sender(issuer_of(root), lambda sender: check_post(root, sender, required=True))
        return self._request(root, provider.entity_id, self._soap_destination, addressed=False)

    async def answer(self, fields: Fields, binding: Binding) -> LogoutAnswer:
        """The response in a query string or a form. It must be signed (SAML Profiles 4.4.3.3).

        Raises:
            Refused: see :meth:`request`.
        """
        root = parse_request(unpack(fields, "SAMLResponse", binding))
        provider = await self._parties.sender(
            issuer_of(root),
            lambda sender: check_signature(fields, root, sender, binding, required=True, field="SAMLResponse"),
        )
        return self._answer(root, provider.entity_id, self._destination)

    async def soap_answer(self, body: bytes) -> LogoutAnswer:
        """The response that came back from a vendor's server; TLS vouches for it where it is not signed.

        Raises:
            Refused: see :meth:`request`.
        """
        root = _out_of(parse_request(body))
        provider = await self._parties.sender(issuer_of(root), lambda sender: check_post(root, sender, required=False))
        return self._answer(root, provider.entity_id, "")

    def _request(self, root: etree._Element, entity_id: str, destination: str, *, addressed: bool) -> LogoutRequest:
        if root.tag != REQUEST:
            raise malformed("is not a LogoutRequest")
        message = read_as(samlp.logout_request_from_string, _unsigned(root))
        now = self._now()
        check_envelope(message, entity_id, destination, now, addressed=addressed)
        until = instant(message.not_on_or_after) if message.not_on_or_after else None
        if message.not_on_or_after and (until is None or until <= now):
            raise malformed("was valid until a time that has passed")
        name = message.name_id
        if name is None or not (name.text or "").strip():
            raise malformed("names nobody by a NameID in the clear")
        indexes = tuple((index.text or "").strip() for index in message.session_index[:MAX_INDEXES])
        return LogoutRequest(message.id, entity_id, name.text.strip(), indexes)

    def _answer(self, root: etree._Element, entity_id: str, destination: str) -> LogoutAnswer:
        if root.tag != RESPONSE:
            raise malformed("is not a LogoutResponse")
        message = read_as(samlp.logout_response_from_string, _unsigned(root))
        here = destination or message.destination or ""
        check_envelope(message, entity_id, here, self._now(), addressed=bool(destination))
        code = message.status.status_code
        # NOTE: a partial logout has the top-level status Success (SAML Core 3.7.3.2).
        whole = code.value == STATUS_SUCCESS and not code.status_code
        return LogoutAnswer(entity_id, message.in_response_to or "", whole)


def _unsigned(root: etree._Element) -> etree._Element:
    # NOTE: the signature has been verified, by other means than pysaml2's.
    for signature in root.findall(f"{{{DS}}}Signature"):
        root.remove(signature)
    return root


def _out_of(envelope: etree._Element) -> etree._Element:
    """The one message in a SOAP envelope, left where it is (SAML Bindings 3.2.2.1)."""
    bodies = envelope.findall(BODY) if envelope.tag == ENVELOPE else []
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise malformed("is not one message in a SOAP envelope")
    return bodies[0][0]


def enveloped(message: etree._Element) -> bytes:
    """The message in a SOAP envelope, as UTF-8 XML."""
    root = etree.Element(ENVELOPE, nsmap={"soap11": SOAP})
    etree.SubElement(root, BODY).append(message)
    document: bytes = etree.tostring(root, encoding="UTF-8")
    return document


def enveloped_text(document: bytes) -> bytes:
    """The same around a document that need not be well-formed."""
    empty = enveloped(etree.Element("message"))
    return empty.replace(b"<message/>", document)


def logout_request(
    issuer: str, identifier: str, destination: str, name: NameId, indexes: tuple[str, ...], now: datetime
) -> etree._Element:
    """A request to a vendor, not signed yet (SAML Core 3.7.1).

    Args:
        issuer: the school.
        identifier: an ID that was never used before.
        destination: where it is sent.
        name: what the school told the vendor that the person is called.
        indexes: of the sessions to end.
        now: the time to stamp it with.
    """
    message = samlp.LogoutRequest(
        id=identifier,
        version="2.0",
        issue_instant=written(now),
        destination=destination,
        not_on_or_after=written(now + VALID_FOR),
        issuer=saml.Issuer(text=issuer),
        name_id=saml.NameID(format=name.format, text=name.value, sp_name_qualifier=name.sp_name_qualifier or None),
        session_index=[samlp.SessionIndex(text=index) for index in indexes],
    )
    return parse(message.to_string(nspair=PREFIXES))


def logout_response(
    issuer: str, identifier: str, destination: str, in_response_to: str, status: tuple[str, str], now: datetime
) -> etree._Element:
    """A response to a vendor, not signed yet (SAML Core 3.7.2).

    Args:
        issuer: the school.
        identifier: an ID that was never used before.
        destination: where it is sent; "" for the answer to a SOAP call.
        in_response_to: the ID of the request.
        status: top-level and second-level status code; the second may be "".
        now: the time to stamp it with.
    """
    second = samlp.StatusCode(value=status[1]) if status[1] else None
    message = samlp.LogoutResponse(
        id=identifier,
        version="2.0",
        issue_instant=written(now),
        destination=destination or None,
        in_response_to=in_response_to,
        issuer=saml.Issuer(text=issuer),
        status=samlp.Status(status_code=samlp.StatusCode(value=status[0], status_code=second)),
    )
    return parse(message.to_string(nspair=PREFIXES))
