"""NameIDs: new at every login, or the same for one person at one vendor and at no other (SAML Core 8.3.7, 8.3.8)."""

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


def name_id(person: str, entity_id: str, wanted_format: str, secret: bytes) -> NameId:
    """The identifier of a person (id in people.json) for one vendor.

    Without the secret nobody can tell that two vendors' identifiers are the same person's.
    """
    if wanted_format == NAMEID_PERSISTENT:
        message = f"{len(entity_id)}:{entity_id}{person}".encode()
        return NameId(NAMEID_PERSISTENT, hmac.new(secret, message, hashlib.sha256).hexdigest())
    return NameId(NAMEID_TRANSIENT, f"_{secrets.token_hex(TRANSIENT_BYTES)}")
