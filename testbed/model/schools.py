"""The schools of the laboratory: what each is called in people.json, and as a SAML entity."""

from collections.abc import Mapping
from types import MappingProxyType

SCHOOL_ENTITIES: Mapping[str, str] = MappingProxyType(
    {"skola": "https://idp.skola.test/saml/metadata", "granne": "https://idp.granne.test/saml/metadata"}
)
"""A person's ``school`` to the SAML entity id of its identity provider."""
