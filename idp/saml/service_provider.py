"""A vendor as its metadata describes it (SAML Metadata 2.4.4), read once and kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from lxml import etree

from idp.config import RelyingParty
from idp.release.occasion import SubjectIdRequirement, VendorNeeds
from idp.saml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    BINDING_SOAP,
    ENTITY_CATEGORY,
    MD,
    MDATTR,
    MDRPI,
    MDUI,
    SAML,
    SUBJECT_ID_REQUIREMENT,
)
from idp.saml.server import SamlServer
from testbed.model.attributes import by_saml_name
from testbed.model.written import Bilingual

MAX_NAME = 200
XML_TRUE = ("true", "1")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LOGOUT_BINDINGS = (BINDING_REDIRECT, BINDING_POST, BINDING_SOAP)
ENCRYPTION_USES = (None, "encryption")


@dataclass(frozen=True, slots=True)
class Consumer:
    """One AssertionConsumerService for the POST binding (SAML Metadata 2.4.4)."""

    url: str
    index: str
    is_default: bool | None
    """None when the metadata does not say."""


@dataclass(frozen=True, slots=True)
class LogoutService:
    """One SingleLogoutService (SAML Metadata 2.4.2)."""

    binding: str
    """HTTP-Redirect, HTTP-POST or SOAP."""
    location: str
    """Where requests go."""
    response_location: str
    """Where responses go: the same place unless the metadata names another (ResponseLocation)."""


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A vendor as its metadata describes it."""

    relying_party: RelyingParty
    name: Bilingual
    consumers: tuple[Consumer, ...]
    """At least one."""
    name_id_formats: tuple[str, ...]
    needs: VendorNeeds
    """What it requests, and what it claims to be."""
    signs_requests: bool
    certificates: tuple[str, ...]
    """Of its signing keys, each as base64 of DER."""
    logout: tuple[LogoutService, ...] = ()
    """In the order of the metadata."""
    encryption_certificates: tuple[str, ...] = ()
    """Of the keys that assertions may be encrypted to, each as base64 of DER, in the order of the metadata."""
    encryption_methods: tuple[str, ...] = ()
    """Algorithms that it says it takes (EncryptionMethod), in its order of preference; none: it does not say."""

    @property
    def entity_id(self) -> str:
        """Its SAML name."""
        return self.relying_party.entity_id

    @property
    def default_consumer(self) -> Consumer:
        """The one to use when a request names none (SAML Metadata 2.2.3)."""
        marked = (consumer for consumer in self.consumers if consumer.is_default)
        unmarked = (consumer for consumer in self.consumers if consumer.is_default is None)
        return next(marked, None) or next(unmarked, None) or self.consumers[0]


def read(party: RelyingParty, root: etree._Element, server: SamlServer) -> ServiceProvider:
    """What the metadata says of a vendor.

    Args:
        party: whom it must be about.
        root: its EntityDescriptor, with an SPSSODescriptor.
        server: has been given the same metadata.

    Raises:
        ValueError: the vendor could not be answered: it has no place where a response can be posted.
        KeyError, TypeError: pysaml2 met what it did not expect.
    """
    entity_id = party.entity_id
    descriptor = root.find(f"{{{MD}}}SPSSODescriptor")
    return ServiceProvider(
        relying_party=party,
        name=display_name(descriptor, entity_id),
        consumers=_consumers(entity_id, server),
        name_id_formats=tuple((e.text or "").strip() for e in descriptor.findall(f"{{{MD}}}NameIDFormat")),
        needs=_needs(root, entity_id, server),
        signs_requests=descriptor.get("AuthnRequestsSigned", "false") in XML_TRUE,
        certificates=_certificates(entity_id, server, "signing"),
        logout=tuple(_logout_services(descriptor)),
        encryption_certificates=_certificates(entity_id, server, "encryption"),
        encryption_methods=tuple(_encryption_methods(descriptor)),
    )


def _needs(root: etree._Element, entity_id: str, server: SamlServer) -> VendorNeeds:
    requirement = server.metadata.attribute_requirement(entity_id)
    required = _canonical(attribute["name"] for attribute in requirement["required"])
    return VendorNeeds(
        requested=required | _canonical(attribute["name"] for attribute in requirement["optional"]),
        required=required,
        subject_id_requirement=_requirement(next(_entity_attribute(root, SUBJECT_ID_REQUIREMENT), "")),
        entity_categories=frozenset(_entity_attribute(root, ENTITY_CATEGORY)),
        registration_authority=_registration_authority(root),
    )


def _consumers(entity_id: str, server: SamlServer) -> tuple[Consumer, ...]:
    consumers = tuple(
        Consumer(service["location"], service.get("index", ""), _flag(service.get("is_default")))
        for service in server.metadata.assertion_consumer_service(entity_id, BINDING_POST)
        if is_web_address(service["location"])
    )
    if not consumers:
        raise ValueError("has no AssertionConsumerService for HTTP-POST")
    return consumers


def is_web_address(url: str) -> bool:
    """Whether a browser or a server can be sent to an address that metadata names."""
    try:
        parts = urlsplit(url)
        # NOTE: a port is looked at when it is asked for, and not before.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _flag(value: str | None) -> bool | None:
    return None if value is None else value in XML_TRUE


def _canonical(saml_names: Iterator[str]) -> frozenset[str]:
    table = by_saml_name()
    return frozenset(table[name].name for name in saml_names if name in table)


def _certificates(entity_id: str, server: SamlServer, use: Literal["signing", "encryption"]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(certificate for _, certificate in server.metadata.certs(entity_id, "spsso", use)))


def _logout_services(descriptor: etree._Element) -> Iterator[LogoutService]:
    for element in descriptor.findall(f"{{{MD}}}SingleLogoutService"):
        location = element.get("Location", "")
        response_location = element.get("ResponseLocation") or location
        binding = element.get("Binding", "")
        if binding in LOGOUT_BINDINGS and is_web_address(location) and is_web_address(response_location):
            yield LogoutService(binding, location, response_location)


def _encryption_methods(descriptor: etree._Element) -> Iterator[str]:
    seen = {
        method.get("Algorithm", ""): None
        for key in descriptor.findall(f"{{{MD}}}KeyDescriptor")
        if key.get("use") in ENCRYPTION_USES
        for method in key.findall(f"{{{MD}}}EncryptionMethod")
    }
    return (algorithm for algorithm in seen if algorithm)


def _entity_attribute(root: etree._Element, name: str) -> Iterator[str]:
    """The values of one entity attribute: of the entity's own extensions, where alone it has a meaning (mdattr 2)."""
    path = f"{{{MD}}}Extensions/{{{MDATTR}}}EntityAttributes/{{{SAML}}}Attribute"
    for attribute in root.findall(path):
        if attribute.get("Name") == name:
            for value in attribute.findall(f"{{{SAML}}}AttributeValue"):
                if text := (value.text or "").strip():
                    yield text


def _requirement(value: str) -> SubjectIdRequirement:
    """What the specification does not know counts as nothing said."""
    match value:
        case "subject-id" | "pairwise-id" | "none" | "any":
            return value
        case _:
            return ""


def _registration_authority(root: etree._Element) -> str:
    info = root.find(f"{{{MD}}}Extensions/{{{MDRPI}}}RegistrationInfo")
    return "" if info is None else info.get("registrationAuthority", "").strip()


def display_name(descriptor: etree._Element, entity_id: str) -> Bilingual:
    """What people call whom a role descriptor is about (mdui:DisplayName, else md:ServiceName, else its entityID)."""
    for tag in (f"{{{MDUI}}}DisplayName", f"{{{MD}}}ServiceName"):
        names = {e.get(XML_LANG, ""): (e.text or "").strip()[:MAX_NAME] for e in descriptor.iter(tag)}
        names = {language: name for language, name in names.items() if name}
        if names:
            any_name = next(iter(names.values()))
            return Bilingual(sv=names.get("sv", any_name), en=names.get("en", any_name))
    return Bilingual(sv=entity_id, en=entity_id)
