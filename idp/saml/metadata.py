"""What the school publishes about itself (SAML Metadata 2.4.3; Skolfederation WebSSO profile 2.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree
from saml2.metadata import do_key_descriptor, entity_descriptor

from idp.keys import KeyStage, SchoolKeys
from idp.saml.envelope import written
from idp.saml.responses import new_identifier
from idp.saml.server import SamlServer
from idp.saml.signing import Signer, Signers

MEDIA_TYPE = "application/samlmetadata+xml"
PREFIXES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "mdattr": "urn:oasis:names:tc:SAML:metadata:attribute",
    "mdui": "urn:oasis:names:tc:SAML:metadata:ui",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
FRESH_FOR = timedelta(hours=1)
CACHE_DURATION = "PT1H"
"""The same, as metadata writes it: after a key rollover's step, so long a vendor may not have seen it."""
VALID_FOR = timedelta(days=28)
"""A vendor that cannot fetch the metadata anew for so long stops trusting keys that may have been withdrawn."""


def own_metadata(
    server: SamlServer, keys: SchoolKeys, stage: KeyStage, now: datetime, signer: Signer | None = None
) -> bytes:
    """The school's EntityDescriptor, as UTF-8 XML.

    Args:
        server: knows the rest.
        keys: the school's.
        stage: of its key rollover: says which keys are published.
        now: the time from which it is valid.
        signer: signs it; None leaves it unsigned.
    """
    root = own_entity(server, keys, stage, now)
    if signer is not None:
        signer.sign(root)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document


def own_entity(server: SamlServer, keys: SchoolKeys, stage: KeyStage, now: datetime) -> etree._Element:
    """The school's EntityDescriptor, not signed yet."""
    entity = entity_descriptor(server.config)
    certificates = [key.certificate_base64 for key in keys.published(stage)]
    entity.idpsso_descriptor.key_descriptor = do_key_descriptor(certificates, use="signing")
    root = etree.fromstring(entity.to_string(nspair=PREFIXES))
    root.set("ID", new_identifier())
    root.set("validUntil", written(now + VALID_FOR))
    root.set("cacheDuration", CACHE_DURATION)
    return root


@dataclass(frozen=True, slots=True)
class _Made:
    at: datetime
    document: bytes


class OwnMetadata:
    """The school's metadata at every stage of a rollover, made anew when it has been handed out for an hour.

    Args:
        server: knows the rest.
        keys: the school's.
        signers: of the same keys; None publishes it unsigned, as a school does whose federation signs for it.
    """

    def __init__(self, server: SamlServer, keys: SchoolKeys, signers: Signers | None = None) -> None:
        self._server, self._keys, self._signers = server, keys, signers
        self._made: dict[KeyStage, _Made] = {}

    def entity(self, stage: KeyStage, now: datetime) -> etree._Element:
        """The EntityDescriptor, not signed, to be forged."""
        return own_entity(self._server, self._keys, stage, now)

    def document(self, stage: KeyStage, now: datetime) -> bytes:
        """The EntityDescriptor, as UTF-8 XML."""
        made = self._made.get(stage)
        if made is None or not timedelta() <= now - made.at < FRESH_FOR:
            signer = None if self._signers is None else self._signers.at(stage)
            made = _Made(now, own_metadata(self._server, self._keys, stage, now, signer))
            self._made[stage] = made
        return made.document
