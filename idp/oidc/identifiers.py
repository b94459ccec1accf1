"""What a vendor of OpenID Connect may call a person (OpenID Connect Core 8)."""

import base64
import hashlib
import hmac
import secrets

from idp.saml.identifiers import subject_id
from testbed.model.written import Person

TRANSIENT_BYTES = 24


def pairwise_sub(person: Person, sector: str, secret: bytes) -> str:
    """One person in one sector, by a name that nobody else is given: no identifier of SAML either (Core 8.1)."""
    message = f"sub:{len(sector)}:{sector}{person.id}".encode()
    return base64.b32encode(hmac.new(secret, message, hashlib.sha256).digest()).decode("ascii").rstrip("=").lower()


def public_sub(person: Person, scope: str, secret: bytes) -> str:
    """One person at every vendor: what SAML calls their subject-id."""
    return subject_id(person.id, scope, secret)


def transient_sub() -> str:
    """A name that is never given again, where no vendor may know the person again."""
    return secrets.token_urlsafe(TRANSIENT_BYTES)
