"""Ways to spell a value so that it is not read at a glance: digests, and encodings of text and bytes. All are pure."""

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Mapping

type Spelling = Callable[[str], str]

HMAC_KEY = "sommarlov-2019"
"""Whoever gets the digests knows it, and the zoo's vendors say it (``digest_keys``)."""
SALT_BEFORE, SALT_AFTER = "skolstart:", "QX4QkKEU"
"""The second is one that trackers really use."""
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Without the letters and figures that people mistake for one another."""


def plain(text: str) -> str:
    """As it is."""
    return text


def capitals(text: str) -> str:
    """In another letter case."""
    return text.upper()


# --- digests --------------------------------------------------------------------------------------------------------


def md5_hex(text: str) -> str:
    """MD5 of it in small letters."""
    return hashlib.md5(_small(text), usedforsecurity=False).hexdigest()


def md5_base64(text: str) -> str:
    """The same, with the sixteen bytes in base64."""
    return _base64(hashlib.md5(_small(text), usedforsecurity=False).digest())


def sha256_hex(text: str) -> str:
    """SHA-256 of it in small letters, as advertisers match people."""
    return hashlib.sha256(_small(text)).hexdigest()


def sha256_capitals(text: str) -> str:
    """The same, in hexadecimal of capital letters."""
    return sha256_hex(text).upper()


def sha512_hex(text: str) -> str:
    """SHA-512 of it as it is written."""
    return hashlib.sha512(text.encode()).hexdigest()


def sha3_hex(text: str) -> str:
    """SHA3-256 of it in small letters."""
    return hashlib.sha3_256(_small(text)).hexdigest()


def blake2b_hex(text: str) -> str:
    """BLAKE2b of it in small letters, at its full length."""
    return hashlib.blake2b(_small(text)).hexdigest()


def hmac_hex(text: str) -> str:
    """HMAC-SHA256 of it in small letters, by a key that those who are told share."""
    return hmac.new(HMAC_KEY.encode(), _small(text), "sha256").hexdigest()


def salted_sha1(text: str) -> str:
    """SHA-1 of a salt that never changes, and it in small letters."""
    return hashlib.sha1(SALT_BEFORE.encode() + _small(text), usedforsecurity=False).hexdigest()


def salted_sha256(text: str) -> str:
    """SHA-256 of it in small letters and a salt that never changes."""
    return hashlib.sha256(_small(text) + SALT_AFTER.encode()).hexdigest()


def _small(text: str) -> bytes:
    return text.strip().lower().encode()


# --- encodings ------------------------------------------------------------------------------------------------------


def base64_text(text: str) -> str:
    """Base64."""
    return _base64(text.encode())


def hex_text(text: str) -> str:
    """Hexadecimal."""
    return text.encode().hex()


def base32_label(text: str) -> str:
    """Base32 as a label of a host name bears it: in small letters and without padding."""
    return base64.b32encode(text.encode()).rstrip(b"=").lower().decode()


def base58_text(text: str) -> str:
    """Base58 as Bitcoin has it."""
    octets = text.encode()
    number, figures = int.from_bytes(octets), ""
    while number:
        number, rest = divmod(number, len(BASE58))
        figures = BASE58[rest] + figures
    return BASE58[0] * (len(octets) - len(octets.lstrip(b"\0"))) + figures


def deflated(text: str) -> str:
    """DEFLATE without a header, in base64: as SAML packs a message into an address."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return _base64(packer.compress(text.encode()) + packer.flush())


def zlib_packed(text: str) -> str:
    """The zlib format, in base64."""
    return _base64(zlib.compress(text.encode()))


def gzip_packed(text: str) -> str:
    """gzip in base64url without padding, as it goes into an address unescaped."""
    return _base64url(gzip.compress(text.encode(), mtime=0))


def thrice_wrapped(text: str) -> str:
    """Base64, then gzip, then base64 again."""
    return _base64(gzip.compress(base64_text(text).encode(), mtime=0))


def compact_token(header: Mapping[str, str], content: bytes) -> str:
    """A signed token in its compact form (RFC 7515, 3.1), by a key that whoever gets it shares."""
    signed = ".".join(_base64url(part) for part in (json.dumps(header).encode(), content))
    return f"{signed}.{_base64url(hmac.new(HMAC_KEY.encode(), signed.encode(), 'sha256').digest())}"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
