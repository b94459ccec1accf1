"""What the school publishes about itself (SAML Metadata 2.4.3; Skolfederation WebSSO profile 2.1)."""

from saml2.metadata import do_key_descriptor, entity_descriptor
from saml2.validate import valid_instance

from idp.keys import SchoolKeys
from idp.saml.server import SamlServer

MEDIA_TYPE = "application/samlmetadata+xml"


def own_metadata(server: SamlServer, keys: SchoolKeys) -> bytes:
    """The school's EntityDescriptor, not signed."""
    entity = entity_descriptor(server.config)
    entity.idpsso_descriptor.key_descriptor = do_key_descriptor(keys.current.certificate_base64, use="signing")
    valid_instance(entity)
    document: bytes = entity.to_string(nspair=PREFIXES)
    return document


PREFIXES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "mdui": "urn:oasis:names:tc:SAML:metadata:ui",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
