"""What the vendor says of itself, built by pysaml2 (SAML Metadata 2.4.4; Skolfederation profile 2.1 and 3.1)."""

import base64
from collections.abc import Iterable

from saml2 import md, saml, xmldsig
from saml2.extension import mdui, shibmd

from sp_mocks.behaviour import Behaviour
from sp_mocks.consume import Self
from sp_mocks.keys import VendorKeys
from sp_mocks.xmlnames import BINDING_POST, NAMEFORMAT_URI, NAMEID_TRANSIENT
from testbed.model.attributes import by_name
from testbed.model.written import Bilingual

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
MEDIA_TYPE = "application/samlmetadata+xml"
CONTACT = "mailto:test@example.test"
PREFIXES = {
    "md": md.NAMESPACE,
    "mdui": mdui.NAMESPACE,
    "ds": xmldsig.NAMESPACE,
    "saml": saml.NAMESPACE,
    "shibmd": shibmd.NAMESPACE,
}


def own_metadata(me: Self, names: tuple[Bilingual, Bilingual], behaviour: Behaviour, keys: VendorKeys) -> bytes:
    """The EntityDescriptor, not signed; ``names`` are the service's name and what it does."""
    name, purpose = names
    role = md.SPSSODescriptor(
        protocol_support_enumeration=PROTOCOL,
        authn_requests_signed="true" if behaviour.signs_requests else "false",
        want_assertions_signed="true",
        extensions=_ui(name, purpose),
        key_descriptor=[_key(keys, use) for use in ("signing", "encryption")],
        name_id_format=[md.NameIDFormat(text=NAMEID_TRANSIENT)],
        assertion_consumer_service=[
            md.AssertionConsumerService(binding=BINDING_POST, location=me.acs, index="1", is_default="true")
        ],
        attribute_consuming_service=[
            md.AttributeConsumingService(
                index="1",
                service_name=[md.ServiceName(lang=lang, text=text) for lang, text in _both(name)],
                service_description=[md.ServiceDescription(lang=lang, text=text) for lang, text in _both(purpose)],
                requested_attribute=[_requested(wanted, behaviour) for wanted in behaviour.wanted],
            )
        ],
    )
    entity = md.EntityDescriptor(
        entity_id=me.entity_id,
        spsso_descriptor=role,
        organization=md.Organization(
            organization_name=[md.OrganizationName(lang=lang, text=text) for lang, text in _both(name)],
            organization_display_name=[md.OrganizationDisplayName(lang=lang, text=text) for lang, text in _both(name)],
            organization_url=[md.OrganizationURL(lang=lang, text=me.entity_id) for lang in ("sv", "en")],
        ),
        contact_person=[
            md.ContactPerson(
                contact_type=kind, given_name=md.GivenName(text="TEST"), email_address=[md.EmailAddress(text=CONTACT)]
            )
            for kind in ("technical", "support")
        ],
    )
    document: bytes = entity.to_string(nspair=PREFIXES)
    return document


def _both(text: Bilingual) -> Iterable[tuple[str, str]]:
    return (("sv", text.sv), ("en", text.en))


def _ui(name: Bilingual, purpose: Bilingual) -> md.Extensions:
    info = mdui.UIInfo(
        display_name=[mdui.DisplayName(lang=lang, text=text) for lang, text in _both(name)],
        description=[mdui.Description(lang=lang, text=text) for lang, text in _both(purpose)],
    )
    extensions = md.Extensions()
    extensions.add_extension_element(info)
    return extensions


def _key(keys: VendorKeys, use: str) -> md.KeyDescriptor:
    certificate = base64.b64encode(keys.certificate_der).decode("ascii")
    data = xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=certificate))
    return md.KeyDescriptor(use=use, key_info=xmldsig.KeyInfo(x509_data=[data]))


def _requested(name: str, behaviour: Behaviour) -> md.RequestedAttribute:
    return md.RequestedAttribute(
        name=by_name()[name].saml,
        name_format=NAMEFORMAT_URI,
        friendly_name=name,
        is_required="true" if name in behaviour.required else "false",
    )
