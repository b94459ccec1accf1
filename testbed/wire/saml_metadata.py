"""SAML metadata: what an entity says of itself (SAML Metadata 2.3 and 2.4)."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from testbed.model.messages import Endpoint, RequestedAttribute, SamlMetadata
from testbed.model.wire import Pointer
from testbed.wire.metadata_rules import lint
from testbed.wire.xml import MD, NAMESPACES, Unreadable, instant, pretty

MAX_CERTIFICATES = 20
MAX_AGGREGATE = 8 * 1024 * 1024
"""Bytes of an aggregate; a federation of schools and their vendors has less."""
MAX_ENTITIES = 2000
SUBJECT_ID_REQUIREMENT = "urn:oasis:names:tc:SAML:profiles:subject-id:req"
_REQUIREMENT = (
    f"md:Extensions/{{*}}EntityAttributes/saml:Attribute[@Name='{SUBJECT_ID_REQUIREMENT}']/saml:AttributeValue"
)


def published(root: etree._Element, where: Pointer, now: datetime) -> Iterator[SamlMetadata]:
    """One reading for each entity of an md:EntityDescriptor or md:EntitiesDescriptor, published at that time.

    Raises:
        Unreadable: the aggregate names more than :data:`MAX_ENTITIES`.
    """
    if root.tag == f"{{{MD}}}EntityDescriptor":
        yield metadata(root, where, now)
    if root.tag != f"{{{MD}}}EntitiesDescriptor":
        return
    entities = list(root.iter(f"{{{MD}}}EntityDescriptor"))
    if len(entities) > MAX_ENTITIES:
        raise Unreadable(f"holds {len(entities)} entities, which is more than {MAX_ENTITIES}")
    for number, entity in enumerate(entities, start=1):
        yield metadata(entity, Pointer(where.exchange, f"{where.locator}//md:EntityDescriptor[{number}]"), now)


def metadata(root: etree._Element, where: Pointer, now: datetime) -> SamlMetadata:
    """Read an md:EntityDescriptor as it was published at that time."""
    roles = root.findall("md:IDPSSODescriptor", NAMESPACES) + root.findall("md:SPSSODescriptor", NAMESPACES)
    return SamlMetadata(
        where=where,
        entity_id=root.get("entityID", ""),
        is_idp=root.find("md:IDPSSODescriptor", NAMESPACES) is not None,
        is_sp=root.find("md:SPSSODescriptor", NAMESPACES) is not None,
        signing_certificates=tuple(
            certificate
            for role in roles
            for key in role.findall("md:KeyDescriptor", NAMESPACES)
            if key.get("use") in (None, "signing")
            for text in key.findall(".//ds:X509Certificate", NAMESPACES)
            if (certificate := _der(text.text))
        )[:MAX_CERTIFICATES],
        consumers=_endpoints(root, "md:SPSSODescriptor/md:AssertionConsumerService"),
        sign_on=_endpoints(root, "md:IDPSSODescriptor/md:SingleSignOnService"),
        logout=(
            *_endpoints(root, "md:IDPSSODescriptor/md:SingleLogoutService"),
            *_endpoints(root, "md:SPSSODescriptor/md:SingleLogoutService"),
        ),
        requested=tuple(
            RequestedAttribute(element.get("Name", ""), element.get("isRequired") in ("true", "1"))
            for element in root.findall(
                "md:SPSSODescriptor/md:AttributeConsumingService/md:RequestedAttribute", NAMESPACES
            )
        ),
        valid_until=_valid_until(root),
        remarks=lint(root, now),
        xml=pretty(root),
        subject_id_requirement=(root.findtext(_REQUIREMENT, "", NAMESPACES) or "").strip(),
    )


def _valid_until(entity: etree._Element) -> datetime | None:
    """The earliest that it or a group around it states (SAML Metadata 2.3.1)."""
    stated = [instant(one.get("validUntil")) for one in (entity, *entity.iterancestors())]
    return min((moment for moment in stated if moment is not None), default=None)


def _endpoints(root: etree._Element, path: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(element.get("Location", ""), element.get("Binding", ""), _index(element.get("index")))
        for element in root.findall(path, NAMESPACES)
    )


def _index(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= len("65535") else 0


def _der(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
