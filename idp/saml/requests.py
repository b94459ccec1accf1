"""From what came to /saml/sso to a login request that can be trusted, in numbered steps."""

from dataclasses import dataclass

from pydantic import TypeAdapter
from saml2.samlp import AuthnRequest, authn_request_from_string

from idp.config import Clock
from idp.contexts import acceptable
from idp.fields import Fields
from idp.refused import Refused, malformed
from idp.saml.envelope import MAX_RELAY_STATE, Binding, check_envelope, issuer_of, read_as, relay_state, unpack
from idp.saml.names import (
    BINDING_POST,
    NAMEID_UNSPECIFIED,
    SAMLP,
)
from idp.saml.relying_parties import Consumer, RelyingParties, ServiceProvider
from idp.saml.signatures import check_signature, is_signed
from idp.saml.unpacking import parse_request
from idp.wish import LoginWish
from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT
from testbed.model.written import Bilingual

NAMEID_FORMATS = (NAMEID_TRANSIENT, NAMEID_PERSISTENT, NAMEID_UNSPECIFIED)
MAX_CONTEXTS = 50
XML_TRUE = ("true", "1")


@dataclass(frozen=True, slots=True)
class SamlRequest:
    """What is SAML's own of a vendor's wish that somebody logs in (SAML Core 3.4.1), checked."""

    id: str
    """"" when the school itself begins the login (SAML Profiles 4.1.5)."""
    acs_url: str
    """Where the answer goes: an address of the vendor's metadata."""
    relay_state: str
    name_id_format: str | None
    """The format to issue; None when the request asks for one that the school does not have."""
    demands_name_id: bool
    """Whether the request itself names that format, so that no other will do (SAML Core 3.4.1.1)."""
    names_subject: bool = False
    """Whether it asks for one person by name, so that nobody else will do (SAML Core 3.4.1)."""


SAML_REQUEST = TypeAdapter(SamlRequest)
"""Reads and writes the detail of a :class:`idp.wish.LoginWish`."""


class RequestReader:
    """Reads login requests of the vendors that are configured.

    Args:
        parties: the vendors.
        destination: the school's address for requests.
        e_leg: whether the school signals levels of e-legitimation.
        now: the time, in aware UTC.
    """

    def __init__(self, parties: RelyingParties, destination: str, now: Clock, *, e_leg: bool) -> None:
        self._parties, self._destination, self._now, self._e_leg = parties, destination, now, e_leg

    async def read(self, fields: Fields, binding: Binding) -> LoginWish:
        """The request in a query string (redirect) or a form (post).

        1. Unpack it, within limits. 2. Read it as XML without a DTD. 3. Find out who sends it. 4. Check its signature.
        5. Let pysaml2 read and check it. 6. Choose where the answer may go. Whether it was used before is for the
        caller to say.

        Raises:
            Refused: any step fails.
        """
        root = parse_request(unpack(fields, "SAMLRequest", binding))
        if root.tag != f"{{{SAMLP}}}AuthnRequest":
            raise malformed("is not an AuthnRequest")
        provider = await self._parties.sender(
            issuer_of(root),
            lambda sender: check_signature(
                fields, root, sender, binding, required=sender.signs_requests, field="SAMLRequest"
            ),
        )
        message = read_as(authn_request_from_string, root)
        addressed = is_signed(fields, root, binding)
        check_envelope(message, provider.entity_id, self._destination, self._now(), addressed=addressed)
        detail = SamlRequest(
            id=message.id,
            acs_url=_consumer(message, provider).url,
            relay_state=relay_state(fields),
            name_id_format=_name_id_format(message, provider),
            demands_name_id=_asked_format(message) != NAMEID_UNSPECIFIED,
            names_subject=message.subject is not None,
        )
        return LoginWish(
            protocol="saml",
            party=provider.entity_id,
            contexts=self._contexts(message),
            force_authn=message.force_authn in XML_TRUE,
            is_passive=message.is_passive in XML_TRUE,
            detail=SAML_REQUEST.dump_json(detail).decode(),
        )

    def unsolicited(self, provider: ServiceProvider, target: str) -> LoginWish:
        """What the school asks of itself when a person begins at the school (SAML Profiles 4.1.5).

        Args:
            provider: where the person wants to go.
            target: a relay state, which tells the vendor what to show.

        Raises:
            Refused: the relay state is too long.
        """
        if len(target.encode()) > MAX_RELAY_STATE:
            raise malformed("has a target that is too long")
        detail = SamlRequest("", provider.default_consumer.url, target, _own_format(provider), demands_name_id=False)
        return LoginWish(
            protocol="saml",
            party=provider.entity_id,
            contexts=acceptable((), "", e_leg=self._e_leg),
            force_authn=False,
            is_passive=False,
            detail=SAML_REQUEST.dump_json(detail).decode(),
        )

    def _contexts(self, message: AuthnRequest) -> tuple[str, ...]:
        asked = message.requested_authn_context
        if not asked:
            return acceptable((), "", e_leg=self._e_leg)
        classes = [reference.text.strip() for reference in asked.authn_context_class_ref if reference.text]
        # NOTE: a request for declarations, which the school has none of, is one for classes that it does not know.
        return acceptable(classes[:MAX_CONTEXTS], asked.comparison or "", e_leg=self._e_leg) if classes else ()


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
    asked = _asked_format(message)
    if asked not in NAMEID_FORMATS or _wants_anothers(message, provider):
        return None
    return _own_format(provider) if asked == NAMEID_UNSPECIFIED else asked


def _wants_anothers(message: AuthnRequest, provider: ServiceProvider) -> bool:
    """Whether it wants an identifier that is another vendor's (SPNameQualifier, SAML Core 3.4.1.1)."""
    policy = message.name_id_policy
    return policy is not None and policy.sp_name_qualifier not in (None, "", provider.entity_id)


def _asked_format(message: AuthnRequest) -> str:
    policy = message.name_id_policy
    return str((policy.format if policy else None) or NAMEID_UNSPECIFIED)


def _own_format(provider: ServiceProvider) -> str:
    """The first that the vendor's metadata names and the school has; transient where it names none."""
    first = provider.name_id_formats[0] if provider.name_id_formats else NAMEID_TRANSIENT
    return NAMEID_PERSISTENT if first in (NAMEID_PERSISTENT, NAMEID_UNSPECIFIED) else NAMEID_TRANSIENT
