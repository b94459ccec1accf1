"""What the federation publishes: all members in one signed document, or one member in a signed document of its own."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from lxml import etree

from idp.federation.config import FederationConfig
from idp.federation.entity import Entity
from idp.saml.names import DS, MD, MDRPI
from idp.saml.signing import Signer
from idp.saml.unpacking import parse

NAMESPACES = {"md": MD, "mdrpi": MDRPI, "ds": DS}
EXTENSIONS, REGISTRATION = f"{{{MD}}}Extensions", f"{{{MDRPI}}}RegistrationInfo"
ENTITIES = f"{{{MD}}}EntitiesDescriptor"
ID_BYTES = 16
ALL = ""
"""What the document of all members is kept under; no member is called so."""


@dataclass(frozen=True, slots=True)
class Document:
    """A signed document, and until when it may be used."""

    xml: bytes
    issued: datetime
    valid_until: datetime
    of: tuple[str, ...]
    """Digests of the members in it."""

    @property
    def etag(self) -> str:
        """As a header has it (RFC 9110, 8.8.3)."""
        return f'"{sha256(self.xml).hexdigest()}"'


class Publisher:
    """Signs documents, and signs one again only when a member changed or half of its time is over.

    What it hands out is always valid: a document that has expired is never served.
    """

    def __init__(self, config: FederationConfig, signer: Signer) -> None:
        self._config, self._signer = config, signer
        self._renewed_after = min(config.cache_duration, config.validity / 2)
        self._documents: dict[str, Document] = {}

    def aggregate(self, entities: tuple[Entity, ...], now: datetime) -> Document:
        """All members: an EntitiesDescriptor (SAML Metadata 2.3.1)."""
        return self._current(ALL, entities, now)

    def single(self, entity: Entity, now: datetime) -> Document:
        """One member: an EntityDescriptor (SAML Profile for the Metadata Query Protocol 2.2)."""
        return self._current(entity.entity_id, (entity,), now)

    def _current(self, name: str, entities: tuple[Entity, ...], now: datetime) -> Document:
        of = tuple(entity.digest for entity in entities)
        known = self._documents.get(name)
        if known is None or known.of != of or not timedelta() <= now - known.issued < self._renewed_after:
            known = self._documents[name] = self._issue(name, entities, of, now.replace(microsecond=0))
        return known

    def _issue(self, name: str, entities: tuple[Entity, ...], of: tuple[str, ...], issued: datetime) -> Document:
        until = issued + self._config.validity
        if name == ALL:
            root = self._entities(entities)
        else:
            root = self._entity(entities[0])
            # NOTE: in the document of all, each member keeps its own validUntil; here there is one for both.
            until = min(until, entities[0].valid_until or until)
        root.set("ID", f"_{secrets.token_hex(ID_BYTES)}")
        root.set("validUntil", instant(until))
        root.set("cacheDuration", duration(self._config.cache_duration))
        self._signer.sign(root)
        return Document(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), issued, until, of)

    def _entities(self, entities: tuple[Entity, ...]) -> etree._Element:
        root = etree.Element(ENTITIES, nsmap=NAMESPACES, Name=self._config.aggregate_url)
        root.extend(self._entity(entity) for entity in entities)
        return root

    def _entity(self, entity: Entity) -> etree._Element:
        """With the federation's word on who registered it (Metadata Extensions for Registration and Publication 2.1);
        what the member itself says of that counts for nothing."""
        root = parse(entity.descriptor)
        extensions = root.find(EXTENSIONS)
        if extensions is None:
            extensions = etree.Element(EXTENSIONS, nsmap={"md": MD})
            root.insert(0, extensions)
        for claimed in extensions.findall(REGISTRATION):
            extensions.remove(claimed)
        etree.SubElement(
            extensions,
            REGISTRATION,
            nsmap={"mdrpi": MDRPI},
            registrationAuthority=self._config.metadata_url,
        )
        return root


def instant(moment: datetime) -> str:
    """As SAML writes it (SAML Core 1.3.3)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(length: timedelta) -> str:
    """As xs:duration: hours where they are whole, else seconds."""
    seconds = round(length.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"PT{seconds}S" if rest else f"PT{hours}H"
