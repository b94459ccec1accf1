"""The ids of resources: UUIDs that come from stable names alone, so that the same people have the same ids.

Whoever holds people.json can tell whose an id is: it makes the id of everybody once and looks it up.
"""

import hashlib
import hmac
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
"""How an id is written."""
MANY = 32_768
"""Groups and school units of a large owner: each is named by every one of its people."""
NAMESPACE = uuid5(NAMESPACE_URL, "https://api.skola.test/ss12000")


def stable(*parts: str) -> str:
    """The UUID (version 5) of these words in this order."""
    return str(uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))


def person_id(person: str, agreement: str = "") -> str:
    """The id of a person.

    Args:
        person: id in people.json.
        agreement: id of the agreement where that says ``identifier: pairwise``, so that two vendors cannot find out
            from their ids that they know the same person; "" where all vendors know the person by one id.
    """
    return stable("person", agreement, person)


def pseudonym(person: str, agreement: str, secret: bytes) -> str:
    """The id of a person with protected identity, where the agreement lets the vendor know them by a pseudonym.

    It looks as every other id does, and without the secret nobody can tell whose it is.
    """
    name = f"{len(agreement)}:{agreement}{person}".encode()
    return str(UUID(bytes=hmac.new(secret, b"pseudonym:" + name, hashlib.sha256).digest()[:16], version=5))


@lru_cache(MANY)
def organisation_id(code: str) -> str:
    """The id of a school unit by its code, or of the owner by its organisation number."""
    return stable("organisation", code)


@lru_cache(MANY)
def group_id(group: str) -> str:
    """The id of a group by the identifier that people.json has for it."""
    return stable("group", group)
