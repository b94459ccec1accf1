"""What a vendor may call a person.

NameIDs are new at every login, or the same for one person at one vendor and at no other (SAML Core 8.3.7, 8.3.8). The
attributes subject-id and pairwise-id (SAML V2.0 Subject Identifier Attributes Profile 1.0) are never given to another
person, for they come from the person's id, which is not either.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT

TRANSIENT_BYTES = 20


@dataclass(frozen=True, slots=True)
class NameId:
    """What the vendor may call the person."""

    format: str
    value: str
    sp_name_qualifier: str = ""
    """The vendor's entityID in a logout: the whole name must be the one that the login told (SAML Core 3.7.3)."""


def name_id(person: str, entity_id: str, wanted_format: str, secret: bytes) -> NameId:
    """The identifier of a person (id in people.json) for one vendor.

    Without the secret nobody can tell that two vendors' identifiers are the same person's.
    """
    if wanted_format == NAMEID_PERSISTENT:
        message = f"{len(entity_id)}:{entity_id}{person}".encode()
        return NameId(NAMEID_PERSISTENT, hmac.new(secret, message, hashlib.sha256).hexdigest())
    return NameId(NAMEID_TRANSIENT, f"_{secrets.token_hex(TRANSIENT_BYTES)}")


def pairwise_id(person: str, entity_id: str, scope: str, secret: bytes) -> str:
    """The attribute pairwise-id: one person at one vendor, ``<uniqueID>@<scope>``.

    The unique part holds lower-case letters and digits alone, so that whoever compares it without regard to letter
    case (as the profile says), or with, comes to the same.
    """
    return _scoped(f"pairwise-id:{len(entity_id)}:{entity_id}{person}", scope, secret)


def subject_id(person: str, scope: str, secret: bytes) -> str:
    """The attribute subject-id: one person at every vendor, ``<uniqueID>@<scope>``."""
    return _scoped(f"subject-id:{person}", scope, secret)


def _scoped(message: str, scope: str, secret: bytes) -> str:
    digest = hmac.new(secret, message.encode(), hashlib.sha256).digest()
    return f"{base64.b32encode(digest).decode('ascii').rstrip('=').lower()}@{scope}"
