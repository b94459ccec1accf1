"""One member of the federation, read from the metadata that it publishes of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lxml import etree

from idp.federation.config import Member
from idp.saml.names import DS, IDPDISC, MD, SHIBMD
from idp.saml.service_provider import display_name
from idp.saml.unpacking import parse
from testbed.model.written import Bilingual

MAX_INDEX = 65535
ENTITY, ENTITIES = f"{{{MD}}}EntityDescriptor", f"{{{MD}}}EntitiesDescriptor"
SCHOOL_ROLE, VENDOR_ROLE = f"{{{MD}}}IDPSSODescriptor", f"{{{MD}}}SPSSODescriptor"
SCOPE = f"{{{SHIBMD}}}Scope"


@dataclass(frozen=True, slots=True)
class DiscoveryResponse:
    """Where a vendor takes the choice of a school (Identity Provider Discovery Service Protocol 2.5)."""

    location: str
    index: int
    is_default: bool | None
    """None when the metadata does not say."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A member as its metadata describes it."""

    entity_id: str
    descriptor: bytes
    """Its EntityDescriptor, without signatures and IDs: the federation puts its own."""
    name: Bilingual
    is_school: bool
    """People can log in with it (IDPSSODescriptor)."""
    responses: tuple[DiscoveryResponse, ...]
    valid_until: datetime | None
    """When its own metadata ceases to be valid; None when it does not say."""

    @property
    def digest(self) -> str:
        """Changes when the metadata does."""
        return sha256(self.descriptor).hexdigest()

    @property
    def default_response(self) -> DiscoveryResponse | None:
        """The place to use when a request names none (SAML Metadata 2.2.3)."""
        marked = (one for one in self.responses if one.is_default)
        unmarked = (one for one in self.responses if one.is_default is None)
        return next(marked, None) or next(unmarked, None) or next(iter(self.responses), None)


def read_entity(document: bytes, member: Member) -> Entity:
    """A member as it describes itself, where that is what it was registered as.

    Raises:
        ValueError: the document is no metadata of its, claims what was not registered, or says what cannot be; the
            text completes "it ...".
    """
    root = parse(document)
    if root.tag != ENTITY:
        raise ValueError("is not an EntityDescriptor")
    if root.get("entityID") != member.entity_id:
        raise ValueError("is about another entityID")
    if len(list(root.iter(ENTITY, ENTITIES))) > 1:
        # NOTE: a reader that looks for entities at any depth would take what stands inside for a member.
        raise ValueError("has another entity inside")
    school, vendor = root.find(SCHOOL_ROLE), root.find(VENDOR_ROLE)
    _check_role(root, school is not None, vendor is not None, member)
    until = [_instant(element.attrib["validUntil"]) for element in root.iter(f"{{{MD}}}*") if element.get("validUntil")]
    _take_off_signatures(root)
    return Entity(
        entity_id=member.entity_id,
        descriptor=etree.tostring(root),
        name=display_name(vendor if school is None else school, member.entity_id),
        is_school=school is not None,
        responses=tuple(sorted(_responses(vendor), key=lambda one: one.index)) if vendor is not None else (),
        valid_until=min(until) if until else None,
    )


def _check_role(root: etree._Element, school: bool, vendor: bool, member: Member) -> None:
    if not school and not vendor:
        raise ValueError("describes neither a school (IDPSSODescriptor) nor a vendor (SPSSODescriptor)")
    if school != bool(member.scopes):
        raise ValueError("describes a school where a vendor is registered, or the other way round")
    foreign = {(scope.text or "").strip() for scope in root.iter(SCOPE)}.difference(member.scopes)
    if foreign or any(scope.get("regexp") in ("true", "1") for scope in root.iter(SCOPE)):
        raise ValueError("claims a scope that is not registered (shibmd:Scope)")


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("has a validUntil that is no time") from error
    if moment.tzinfo is None:
        raise ValueError("has a validUntil without a time zone (SAML Core 1.3.3)")
    return moment


def _take_off_signatures(root: etree._Element) -> None:
    """The federation answers for what it publishes; IDs of members could be the same as each other's."""
    for element in list(root.iter(f"{{{MD}}}*")):
        element.attrib.pop("ID", None)
        for signature in element.findall(f"{{{DS}}}Signature"):
            element.remove(signature)


def _responses(vendor: etree._Element) -> Iterator[DiscoveryResponse]:
    for element in vendor.findall(f"{{{MD}}}Extensions/{{{IDPDISC}}}DiscoveryResponse"):
        location, index = element.get("Location", ""), element.get("index", "")
        if element.get("Binding") != IDPDISC or not location.startswith(("https://", "http://")):
            raise ValueError("has a DiscoveryResponse without its Binding or with a Location that is no web address")
        if not (index.isascii() and index.isdigit() and len(index) <= len(str(MAX_INDEX)) and int(index) <= MAX_INDEX):
            raise ValueError("has a DiscoveryResponse whose index is no number from 0 to 65535")
        default = element.get("isDefault")
        yield DiscoveryResponse(location, int(index), None if default is None else default in ("true", "1"))
