"""Encodings, each from bytes to bytes, and the escapes of text."""

import base64
import gzip
import html.entities
import json
import quopri
import zlib
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from urllib.parse import quote

import brotli
import zstandard

from scenarios.corpus import lzstring

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NOTHING_SAFE = ""
_ENTITY = {point: f"&{name};" for point, name in html.entities.codepoint2name.items()}
ASCII = 0x7F


def base64url(data: bytes) -> bytes:
    """With the alphabet for URLs and without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def base64_bare(data: bytes) -> bytes:
    """The usual alphabet without padding."""
    return base64.b64encode(data).rstrip(b"=")


def base32_bare(data: bytes) -> bytes:
    """Upper case without padding."""
    return base64.b32encode(data).rstrip(b"=")


def base58(data: bytes) -> bytes:
    """The alphabet of Bitcoin addresses."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return (_BASE58[0] * zeros + text).encode("ascii")


def raw_deflate(data: bytes) -> bytes:
    """RFC 1951 without any header, as SAML's Redirect binding has it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def compressed(data: bytes, how: str) -> bytes:
    """By the name of a form."""
    match how:
        case "gzip":
            return gzip.compress(data, mtime=0)
        case "zlib":
            return zlib.compress(data)
        case "deflate":
            return raw_deflate(data)
        case "brotli":
            return bytes(brotli.compress(data))
        case "zstd":
            return zstandard.ZstdCompressor().compress(data)
        case _:
            raise ValueError(f"no compression is called {how}")


_LAYERS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "base64": base64.b64encode,
        "base64url": base64url,
        "base32": base64.b32encode,
        "base58": base58,
        "hex": lambda data: data.hex().encode("ascii"),
        "lz-string": lambda data: lzstring.to_base64(data.decode("utf-8")).encode("ascii"),
        "percent": lambda data: percent(data.decode("utf-8")).encode("ascii"),
    }
)


def layer(data: bytes, how: str) -> bytes:
    """One encoding by the name of its form, in its commonest spelling."""
    encoding = _LAYERS.get(how)
    return encoding(data) if encoding else compressed(data, how)


CONTENT_CODINGS: Mapping[str, str] = MappingProxyType(
    {"gzip": "gzip", "deflate": "zlib", "br": "brotli", "zstd": "zstd"}
)
"""HTTP's name of a content coding, and the compression that it is (RFC 9110, 8.4.1)."""


# --- escapes of text: what follows is plain to whoever undoes them --------------------------------------------------


def percent(text: str) -> str:
    """Every character that a URL does not bear as it is."""
    return quote(text, safe=_NOTHING_SAFE)


def percent_all(text: str) -> str:
    """Every byte, in lower case."""
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8"))


def html_named(text: str) -> str:
    """Characters that HTML has a name for, but for plain letters and digits."""
    return "".join(_ENTITY.get(ord(letter), letter) for letter in text)


def references(text: str, form: str, every: bool) -> str:
    """Numeric character references by a format such as ``&#{:d};``; of all characters, or of those beyond ASCII."""
    return "".join(form.format(ord(letter)) if every or ord(letter) > ASCII else letter for letter in text)


def json_escaped(text: str, draw: Random | None = None, upper: bool = False) -> str:
    """The inside of a JSON string with ``\\u`` before every character beyond ASCII, or before some of all."""
    letters = []
    for letter in text:
        if ord(letter) > ASCII or (draw and draw.random() < 1 / 2):
            escape = f"{ord(letter):04X}" if upper else f"{ord(letter):04x}"
            letters.append(f"\\u{escape}")
        else:
            letters.append(letter)
    return "".join(letters)


def json_inside(text: str) -> str:
    """The inside of a JSON string, as a serialiser that keeps to ASCII writes it."""
    return json.dumps(text)[1:-1]


def quoted_printable(text: str) -> bytes:
    """With letters beyond ASCII and the sign @ escaped."""
    return quopri.encodestring(text.encode("utf-8")).replace(b"@", b"=40").rstrip(b"\n")


def soft_broken(text: str, draw: Random) -> bytes:
    """Quoted-printable with a soft line break inside."""
    cut = draw.randrange(2, len(text) - 1)
    return quoted_printable(text[:cut]) + b"=\r\n" + quoted_printable(text[cut:])
