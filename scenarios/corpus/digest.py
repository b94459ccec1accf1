"""Digests of values, their spellings, and keys."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.corpus.encode import base64url

DIGESTS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "md5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
        "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
        "sha224": lambda data: hashlib.sha224(data).digest(),
        "sha256": lambda data: hashlib.sha256(data).digest(),
        "sha384": lambda data: hashlib.sha384(data).digest(),
        "sha512": lambda data: hashlib.sha512(data).digest(),
        "sha3-224": lambda data: hashlib.sha3_224(data).digest(),
        "sha3-256": lambda data: hashlib.sha3_256(data).digest(),
        "sha3-384": lambda data: hashlib.sha3_384(data).digest(),
        "sha3-512": lambda data: hashlib.sha3_512(data).digest(),
        "blake2b": lambda data: hashlib.blake2b(data).digest(),
        "blake2b-256": lambda data: hashlib.blake2b(data, digest_size=32).digest(),
        "blake2s": lambda data: hashlib.blake2s(data).digest(),
    }
)
"""By the name of the form."""

SPELLINGS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "hex": lambda digest: digest.hex().encode("ascii"),
        "upper-hex": lambda digest: digest.hex().upper().encode("ascii"),
        "base64": base64.b64encode,
        "base64url": base64url,
    }
)
"""How a digest is written; that is no layer of its own."""


def keyed(data: bytes, key: bytes, how: str) -> tuple[str, bytes]:
    """Form and digest of a value with a key or salt that the laboratory knows."""
    kind, _, digest = how.partition(":")
    match kind:
        case "hmac":
            return f"hmac-{digest}", hmac.digest(key, data, digest)
        case "salt-before":
            return f"salted-{digest}", DIGESTS[digest](key + data)
        case "salt-after":
            return f"salted-{digest}", DIGESTS[digest](data + key)
        case _:
            raise ValueError(f"no keyed digest is called {how}")
