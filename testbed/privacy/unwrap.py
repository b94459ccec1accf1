"""What octets say when escapes are undone and what was packed is unpacked; within bounds."""

import html
import quopri
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_to_bytes

import numpy as np

from testbed.privacy import kernels, protobuf
from testbed.wire.bodies import NotCoded, without_coding

ROUNDS = 3
"""Escapes within escapes that are undone."""
MAX_PACKED = 20
"""Packed things within one text that are unpacked."""
MAX_PARTS = 1000
BEGUN = re.compile(rb"[^\s&;,\"'<>=]*")
AROUND = 200
"""Octets before and behind a sign of quoted-printable that are read."""
LEAST_PACKED = 8
MAX_TRIED = 1 << 20
"""Octets of what is unpacked on trial, with no sign that it is packed at all."""
VALUE = re.compile(rb"=([^&=\s\"'<>]*%(?:[0189A-Fa-f][0-9A-Fa-f]|25)[^&=\s\"'<>]*)")
PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
PERCENT_U = re.compile(rb"%u([0-9A-Fa-f]{4})")
ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
UNICODE = re.compile(rb"\\u(?:[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|\{[0-9a-fA-F]{1,6}\})")
OCTET = re.compile(rb"\\x([0-9a-fA-F]{2})")
SIMPLE = (
    (b"\\/", b"/"),
    (b'\\"', b'"'),
    (b"\\'", b"'"),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
)
LINES = tuple(
    re.compile(end + rb"(?<=[A-Za-z0-9+/]{60}" + end + rb")(?=[A-Za-z0-9+/]{2})") for end in (rb"\r\n", rb"\n")
)
"""The ends of lines within base64; the end itself stands first, for a search by what stands before it would be slow."""
QUOTED = re.compile(
    rb"=(?:[89A-F][0-9A-F]|2[0-9A-F]|3[A-F]|40|5[B-F]|60|7[B-E]|0[9AD]|\r?\n|[0-9A-F]{2}=[0-9A-F]{2}=[0-9A-F]{2})"
)
"""A sign of quoted-printable (RFC 2045, 6.7): what stands for a letter or a digit counts only beside others."""
PART = re.compile(rb"content-disposition:", re.IGNORECASE)
PART_NAME = re.compile(rb"content-disposition:[^\r\n]{0,200}?\bname=\"?([^\";\r\n]{1,200})", re.IGNORECASE)
GZIP, ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
GZIP_HEAD, NAMED, MAX_NAMES = 10, 0b11000, 4096
"""Octets before the names in the head of gzip, the flags that tell of a name and of a comment, and what is read."""
DEFLATE = (0b101, 0b011, 0b100, 0b010)
"""What the first three bits of a deflated stream are, if it is not stored as it was (RFC 1951, 3.2.3)."""
_PRINTABLE = bytes((*range(0x20, 0x7F), 9, 10, 13))
_HIGH = bytes(range(0x80, 0x100))
_NOT_CONTROL = bytes((*_PRINTABLE, *range(0x80, 0x100)))


def unescaped(raw: bytes) -> bytes:
    """Without percent-encoding, escapes of JSON and scripts, entities of HTML and XML, and line ends in base64."""
    raw = without_percents(raw)
    if b"\\" in raw:
        raw = _without_backslashes(raw)
    for _ in range(ROUNDS):
        if b"&" not in raw or not ENTITY.search(raw):
            break
        raw = ENTITY.sub(lambda found: _entity(found[0]), _as_utf8(raw))
    if b"\n" in raw:
        for ends in LINES:
            raw = ends.sub(b"", raw)
    return raw


def _as_utf8(raw: bytes) -> bytes:
    """Octets among which letters of UTF-8 are going to stand: a form in Latin-1 writes all others as entities."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode("utf-8")
    return raw


def without_percents(raw: bytes) -> bytes:
    """Without percent-encoding alone, also of percent-encoding."""
    for _ in range(ROUNDS):
        if b"%u" in raw:
            raw = PERCENT_U.sub(lambda found: _char(int(found[1], 16)), raw)
        if b"%" not in raw or not PERCENT.search(raw):
            break
        raw = unquote_to_bytes(raw)
    return raw


def _char(number: int) -> bytes:
    return chr(number).encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def _entity(entity: bytes) -> bytes:
    return html.unescape(entity.decode("ascii")).encode("utf-8", "replace")


def _without_backslashes(raw: bytes) -> bytes:
    # NOTE: of escapes within escapes only the last one says something.
    while b"\\\\" in raw:
        raw = raw.replace(b"\\\\", b"\\")
    if b"\\u" in raw:
        raw = UNICODE.sub(lambda found: _units(found[0]), raw)
    if b"\\x" in raw:
        raw = OCTET.sub(lambda found: _char(int(found[1], 16)), raw)
    for escape, char in SIMPLE:
        raw = raw.replace(escape, char)
    # NOTE: a text in JSON may be percent-encoded by escapes.
    return without_percents(raw) if b"%" in raw else raw


def _units(escapes: bytes) -> bytes:
    """Escapes that follow one another are read together: half a character makes sense with its other half alone."""
    text = escapes.decode("ascii")
    if "{" in text:
        number = int(text[3:-1], 16)
        return _char(number) if number <= 0x10FFFF else b""
    units = b"".join(bytes.fromhex(unit) for unit in text.split("\\u")[1:])
    return units.decode("utf-16-be", "replace").encode("utf-8")


def aside(raw: bytes) -> Iterator[bytes]:
    """A further reading of octets that say something as they are: what stands in quoted-printable."""
    if b"=" in raw and (quoted := b"\n\0\n".join(_quoted(raw))):
        yield quoted


def _quoted(raw: bytes) -> Iterator[bytes]:
    """What stands around signs of quoted-printable: a script is full of what may be one, and is not read twice."""
    begin = beyond = 0
    for found in QUOTED.finditer(raw):
        if found.start() - AROUND > beyond:
            if beyond:
                yield _decoded_around(raw, begin, beyond)
            begin = found.start() - AROUND
        beyond = found.start() + AROUND
    if beyond:
        yield _decoded_around(raw, begin, beyond)


def _decoded_around(raw: bytes, begin: int, beyond: int) -> bytes:
    # NOTE: neither end may be in the middle of a word, which would then look like another.
    if word := BEGUN.match(raw, beyond):
        beyond = word.end()
    if begin and (word := BEGUN.match(raw, begin, begin + AROUND)):
        begin = word.end()
    return quopri.decodestring(raw[begin:beyond])


def parts_in(raw: bytes) -> Iterator[bytes]:
    """The parts of a multipart body, as they are, and those that are short once more behind their names (RFC 7578)."""
    if raw[:2] != b"--" and not (b"isposition:" in raw and PART.search(raw)):
        return
    found = re.search(rb"(?:^|\n)(--[^\r\n]{1,200})\r?\n", raw)
    if not found:
        return
    for piece, _ in zip(raw.split(found[1]), range(MAX_PARTS), strict=False):
        head, _, body = piece.partition(b"\r\n\r\n" if b"\r\n\r\n" in piece else b"\n\n")
        if body:
            name = PART_NAME.search(head)
            # NOTE: no more than the one line end belongs to the boundary: what is packed may end with another.
            body = body.removesuffix(b"\n").removesuffix(b"\r")
            yield body
            if name and len(body) <= MAX_TRIED:
                yield name[1] + b": " + body.rstrip(b"\r\n")


def packed_values(raw: bytes) -> Iterator[bytes]:
    """The values of a query or a form that are no text once they are decoded: as such they may be unpacked."""
    if b"%" not in raw or b"=" not in raw:
        return
    for found in islice(VALUE.finditer(raw), MAX_PARTS):
        value = without_percents(found[1])
        if len(value) >= LEAST_PACKED and _packed_perhaps(value):
            yield value


def unpacked(raw: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """What was packed in octets that are no text: the name of the packing, and what it holds, at most ``limit`` octets.

    Raises nothing: what is no such packing, or a broken one, is passed over.
    """
    if len(raw) < LEAST_PACKED:
        return
    for name, begin in _signed(raw):
        try:
            out = without_coding(name, raw[begin:], limit)
        except NotCoded:
            continue
        if out:
            yield name, out
            if begin == 0:
                return
    if (raw[0] < 0x20 or raw[:256].translate(None, _NOT_CONTROL)) and (texts := protobuf.texts_in(raw)):
        yield "", bytes(16).join(texts)
    elif _packed_perhaps(raw):
        yield from _on_trial(raw[:MAX_TRIED], limit)


def beside(raw: bytes, limit: int) -> bytes:
    """What stands beside a stream of gzip that octets begin with: the names in its head, and what follows its end.

    As for RFC 1952, 2.3.
    """
    if not raw.startswith(GZIP):
        return b""
    reading = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        reading.decompress(raw, limit)
    except zlib.error:
        return b""
    names = b"\0".join(raw[GZIP_HEAD : GZIP_HEAD + MAX_NAMES].split(b"\0")[:2]) if raw[3] & NAMED else b""
    return names + bytes(16) + reading.unused_data if names or reading.unused_data else b""


def _packed_perhaps(raw: bytes) -> bool:
    """Whether so much of it is no text that it may be something packed."""
    sample = raw[:256]
    odd = sample.translate(None, _PRINTABLE)
    return len(odd) * 5 > len(sample) or (len(odd) * 12 > len(sample) and bool(odd.translate(None, _HIGH)))


def _signed(raw: bytes) -> Iterator[tuple[str, int]]:
    """Packings that tell what they are, and where they begin."""
    for name, sign in (("gzip", GZIP), ("zstd", ZSTD)):
        begin = raw.find(sign)
        for _ in range(MAX_PACKED):
            if begin < 0:
                break
            yield name, begin
            begin = raw.find(sign, begin + 1)
    if raw[0] & 0x0F == 8 and int.from_bytes(raw[:2]) % 31 == 0:
        yield "zlib", 0


def _on_trial(raw: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """Packings that do not tell what they are: what can be read to its very end is taken for one."""
    if raw[0] & 7 in DEFLATE or raw[1:3] == bytes(octet ^ 0xFF for octet in raw[3:5]):
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            out = inflating.decompress(raw, limit)
        except zlib.error:
            out = b""
        if out and (inflating.eof and not inflating.unused_data) and _says_text(out):
            yield "deflate", out
            return
    try:
        out = without_coding("br", raw, limit)
    except NotCoded:
        out = b""
    if len(out) >= LEAST_PACKED and _says_text(out):
        yield "brotli", out


def _says_text(data: bytes) -> bool:
    return bool(kernels.decoding.says_text(np.frombuffer(data, np.uint8), 0, len(data)))


ENCRYPTED = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{16,}")


def sealed(raw: bytes) -> str:
    """Why the octets hold something that nobody here can read; "" where they hold no such thing (RFC 7516, 3.1)."""
    place = raw.find(b"eyJ")
    while place >= 0:
        before = raw[place - 1 : place]
        if not before.isalnum() and before not in (b"-", b"_") and ENCRYPTED.match(raw, place):
            return "it holds an encrypted token (JWE)"
        place = raw.find(b"eyJ", place + 1)
    return ""
