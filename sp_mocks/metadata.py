"""What the vendor says of itself, built by pysaml2 (SAML Metadata 2.4.4; Skolfederation WebSSO profile 3.1)."""

import base64

from saml2 import md, xmldsig
from saml2.extension import idpdisc, mdattr, mdui
from saml2.saml import Attribute, AttributeValue

from sp_mocks.behaviour import Behaviour
from sp_mocks.decrypt import CONTENT_ALGORITHMS, KEY_ALGORITHMS
from sp_mocks.keys import VendorKeys
from sp_mocks.places import ServiceProvider
from sp_mocks.xmlnames import BINDING_POST, BINDING_REDIRECT, BINDING_SOAP, IDPDISC, NAMEFORMAT_URI, SAML, SAMLP
from testbed.model.attributes import by_name
from testbed.model.messages import NAMEID_TRANSIENT, Binding
from testbed.model.written import Bilingual

MEDIA_TYPE = "application/samlmetadata+xml"
CONTACT = "mailto:test@leverantor.test"
PREFIXES = {
    "md": md.NAMESPACE,
    "mdui": mdui.NAMESPACE,
    "ds": xmldsig.NAMESPACE,
    "mdattr": mdattr.NAMESPACE,
    "saml": SAML,
    "idpdisc": idpdisc.NAMESPACE,
}
ENTITY_CATEGORY = "http://macedir.org/entity-category"
BINDINGS: dict[Binding, str] = {"redirect": BINDING_REDIRECT, "post": BINDING_POST, "soap": BINDING_SOAP}


def own_metadata(
    me: ServiceProvider, name: Bilingual, purpose: Bilingual, behaviour: Behaviour, keys: VendorKeys
) -> bytes:
    """The EntityDescriptor, not signed.

    Args:
        me: its names in SAML.
        name: of the service, as people know it.
        purpose: what the service is.
        behaviour: what it requests and signs, how it logs out, and how it learns of schools.
        keys: with the certificate for its signatures and for encryption to it.
    """
    role = md.SPSSODescriptor(
        protocol_support_enumeration=SAMLP,
        authn_requests_signed="true" if behaviour.signs_requests else "false",
        want_assertions_signed="true",
        extensions=_extensions(me, name, purpose, behaviour),
        key_descriptor=[_key(keys, use) for use in ("signing", "encryption")],
        single_logout_service=[
            md.SingleLogoutService(binding=BINDINGS[one], location=me.soap_url if one == "soap" else me.slo_url)
            for one in behaviour.logout
        ],
        name_id_format=[md.NameIDFormat(text=NAMEID_TRANSIENT)],
        assertion_consumer_service=[
            md.AssertionConsumerService(binding=BINDING_POST, location=me.acs_url, index="1", is_default="true")
        ],
        attribute_consuming_service=[_needs(name, purpose, behaviour)],
    )
    entity = md.EntityDescriptor(
        entity_id=me.entity_id,
        extensions=_claims(behaviour),
        spsso_descriptor=role,
        organization=_organization(me, name),
        contact_person=[_contact(kind) for kind in ("technical", "support")],
    )
    document: bytes = entity.to_string(nspair=PREFIXES)
    return document


def _contact(kind: str) -> md.ContactPerson:
    return md.ContactPerson(
        contact_type=kind, given_name=md.GivenName(text="TEST"), email_address=[md.EmailAddress(text=CONTACT)]
    )


def _both(text: Bilingual) -> tuple[tuple[str, str], tuple[str, str]]:
    return (("sv", text.sv), ("en", text.en))


def _extensions(me: ServiceProvider, name: Bilingual, purpose: Bilingual, behaviour: Behaviour) -> md.Extensions:
    extensions = md.Extensions()
    if behaviour.trust != "direct":
        extensions.add_extension_element(
            idpdisc.DiscoveryResponse(binding=IDPDISC, location=me.login_url, index="1", is_default="true")
        )
    extensions.add_extension_element(
        mdui.UIInfo(
            display_name=[mdui.DisplayName(lang=lang, text=text) for lang, text in _both(name)],
            description=[mdui.Description(lang=lang, text=text) for lang, text in _both(purpose)],
        )
    )
    return extensions


def _claims(behaviour: Behaviour) -> md.Extensions | None:
    """The entity categories, where alone schools look for them: in the entity's own extensions."""
    if not behaviour.entity_categories:
        return None
    extensions = md.Extensions()
    values = [AttributeValue(text=category) for category in behaviour.entity_categories]
    claimed = Attribute(name=ENTITY_CATEGORY, name_format=NAMEFORMAT_URI, attribute_value=values)
    extensions.add_extension_element(mdattr.EntityAttributes(attribute=[claimed]))
    return extensions


def _key(keys: VendorKeys, use: str) -> md.KeyDescriptor:
    certificate = base64.b64encode(keys.certificate_der).decode("ascii")
    data = xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=certificate))
    methods = (*CONTENT_ALGORITHMS, *KEY_ALGORITHMS) if use == "encryption" else ()
    return md.KeyDescriptor(
        use=use,
        key_info=xmldsig.KeyInfo(x509_data=[data]),
        encryption_method=[md.EncryptionMethod(algorithm=method) for method in methods],
    )


def _needs(name: Bilingual, purpose: Bilingual, behaviour: Behaviour) -> md.AttributeConsumingService:
    return md.AttributeConsumingService(
        index="1",
        is_default="true",
        service_name=[md.ServiceName(lang=lang, text=text) for lang, text in _both(name)],
        service_description=[md.ServiceDescription(lang=lang, text=text) for lang, text in _both(purpose)],
        requested_attribute=[
            md.RequestedAttribute(
                name=by_name()[wanted].saml,
                name_format=NAMEFORMAT_URI,
                friendly_name=wanted,
                is_required="true" if wanted in behaviour.required else "false",
            )
            for wanted in behaviour.wanted
        ],
    )


def _organization(me: ServiceProvider, name: Bilingual) -> md.Organization:
    return md.Organization(
        organization_name=[md.OrganizationName(lang=lang, text=text) for lang, text in _both(name)],
        organization_display_name=[md.OrganizationDisplayName(lang=lang, text=text) for lang, text in _both(name)],
        organization_url=[md.OrganizationURL(lang=lang, text=me.entity_id) for lang in ("sv", "en")],
    )
