"""From what came to /saml/sso to a login request that can be trusted, in numbered steps."""

import logging
import re
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from saml2.samlp import AuthnRequest

from idp.refused import Refused, malformed
from idp.saml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    CONTEXT_PASSWORD,
    CONTEXT_UNSPECIFIED,
    DS,
    NAMEID_UNSPECIFIED,
    SAML,
    SAMLP,
)
from idp.saml.relying_parties import Consumer, RelyingParties, ServiceProvider
from idp.saml.server import SamlServer
from idp.saml.signatures import check_post, check_redirect
from idp.saml.unpacking import Fields, decode, inflate, parse_request
from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT
from testbed.model.written import Bilingual

MAX_RELAY_STATE = 2048
"""Octets; SAML Bindings 3.4.3 allows 80, many products send more."""
REQUEST_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,255}")
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
NAMEID_FORMATS = (NAMEID_TRANSIENT, NAMEID_PERSISTENT, NAMEID_UNSPECIFIED)
OWN_CONTEXTS = (CONTEXT_PASSWORD, CONTEXT_UNSPECIFIED)
XML_TRUE = ("true", "1")

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A vendor's wish that somebody logs in (SAML Core 3.4.1), checked."""

    id: str
    provider: ServiceProvider
    acs_url: str
    """Where the answer goes: an address of the vendor's metadata."""
    relay_state: str
    force_authn: bool
    is_passive: bool
    name_id_format: str | None
    """The format to issue; None when the request asks for one that the school does not have."""
    authn_context: str | None
    """The context class to state; None when the request asks for one that the school cannot give."""


class RequestReader:
    """Reads login requests of the vendors that are configured."""

    def __init__(self, server: SamlServer, parties: RelyingParties) -> None:
        self._server, self._parties = server, parties

    async def read(self, fields: Fields, binding: Literal["redirect", "post"]) -> LoginRequest:
        """The request in a query string (redirect) or a form (post).

        1. Unpack it, within limits. 2. Read it as XML without a DTD. 3. Find out who sends it. 4. Check its signature.
        5. Let pysaml2 read and check it. 6. Choose where the answer may go.

        Raises:
            Refused: any step fails.
        """
        xml = _unpack(fields, binding)
        root = parse_request(xml)
        if root.tag != f"{{{SAMLP}}}AuthnRequest":
            raise malformed("is not an AuthnRequest")
        provider = await self._parties.find(_issuer(root))
        if binding == "redirect":
            check_redirect(fields, root, provider)
        else:
            check_post(root, provider)
        message = self._parse(root, binding)
        if message.issuer.text.strip() != provider.entity_id:
            raise malformed("names its issuer in two ways")
        return LoginRequest(
            id=message.id,
            provider=provider,
            acs_url=_consumer(message, provider).url,
            relay_state=_relay_state(fields),
            force_authn=message.force_authn in XML_TRUE,
            is_passive=message.is_passive in XML_TRUE,
            name_id_format=_name_id_format(message, provider),
            authn_context=_authn_context(message),
        )

    def _parse(self, root: etree._Element, binding: Literal["redirect", "post"]) -> AuthnRequest:
        # NOTE: the signature has been verified; pysaml2 would do so again by temporary files and on weaker terms.
        for signature in root.findall(f"{{{DS}}}Signature"):
            root.remove(signature)
        uri = BINDING_REDIRECT if binding == "redirect" else BINDING_POST
        try:
            message = self._server.parse_authn_request(etree.tostring(root), uri).message
        except Exception as error:
            # NOTE: on bad input pysaml2 raises what it happens to meet, AttributeError and plain Exception among them;
            # all of that is the request's fault, and the class of the exception stands in the log.
            log.info("pysaml2 refused a request: %s", type(error).__name__)
            raise malformed("breaks the rules of SAML 2.0") from error
        if not REQUEST_ID.fullmatch(message.id or ""):
            raise malformed("has an ID that is no name")
        return message


def _unpack(fields: Fields, binding: Literal["redirect", "post"]) -> bytes:
    encoded = fields.value("SAMLRequest")
    if not encoded:
        raise malformed("has no SAMLRequest")
    if binding == "post":
        return decode(encoded)
    if fields.value("SAMLEncoding") not in ("", DEFLATE):
        raise malformed("has an unknown SAMLEncoding")
    return inflate(encoded)


def _issuer(root: etree._Element) -> str:
    issuer = root.find(f"{{{SAML}}}Issuer")
    text = "" if issuer is None else (issuer.text or "").strip()
    if not text:
        raise malformed("has no Issuer")
    return text


def _relay_state(fields: Fields) -> str:
    relay_state = fields.value("RelayState")
    if len(relay_state.encode()) > MAX_RELAY_STATE:
        raise malformed("has a RelayState that is too long")
    return relay_state


def _consumer(message: AuthnRequest, provider: ServiceProvider) -> Consumer:
    """Only what the metadata has, or a forged request would send a pupil's data to a stranger (SAML Core 3.4.1)."""
    url, index = message.assertion_consumer_service_url, message.assertion_consumer_service_index
    if message.protocol_binding not in (None, BINDING_POST):
        raise malformed("asks for an answer by another binding than HTTP-POST")
    if url and index:
        raise malformed("names its AssertionConsumerService both by URL and by index")
    if not url and not index:
        return provider.default_consumer
    for consumer in provider.consumers:
        if (consumer.url == url) if url else (consumer.index == index):
            return consumer
    raise Refused(
        400,
        "the AssertionConsumerService is not in the vendor's metadata",
        Bilingual(
            sv="Tjänsten vill ha svaret till en adress som inte står i dess metadata. Skolan skickar ingenting dit.",
            en="The service wants the answer at an address that its metadata lacks. The school sends nothing there.",
        ),
    )


def _name_id_format(message: AuthnRequest, provider: ServiceProvider) -> str | None:
    policy = message.name_id_policy
    asked = (policy.format if policy else None) or NAMEID_UNSPECIFIED
    if asked not in NAMEID_FORMATS:
        return None
    if asked != NAMEID_UNSPECIFIED:
        return asked
    first = provider.name_id_formats[0] if provider.name_id_formats else NAMEID_TRANSIENT
    return NAMEID_PERSISTENT if first in (NAMEID_PERSISTENT, NAMEID_UNSPECIFIED) else NAMEID_TRANSIENT


def _authn_context(message: AuthnRequest) -> str | None:
    asked = message.requested_authn_context
    if not asked:
        return CONTEXT_PASSWORD
    classes = [reference.text.strip() for reference in asked.authn_context_class_ref if reference.text]
    if asked.comparison not in (None, "exact"):
        return None
    return next((context for context in OWN_CONTEXTS if context in classes), None)
