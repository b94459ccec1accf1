"""Bodies as they were before they were encoded for the wire, within bounds."""

import zlib
from urllib.parse import parse_qsl

import brotli
import zstandard

from testbed.model.wire import Headers, header

MAX_DECODED = 16 * 1024 * 1024
"""Bytes that a body may become; what is more is cut: a bomb must not be larger than what it can hide."""
OUT_OF_BOUNDS = "grows beyond all bounds when it is unpacked"
"""What is wrong with a bomb; the end of a sentence."""
CHUNK = 64 * 1024
MAX_MEMBERS = 100
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000


def form_fields(text: str) -> list[tuple[str, str]]:
    """Names and values of a query or a form's body; none where there are more than :data:`MAX_FIELDS`."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return []


class NotCoded(ValueError):
    """A body is not in the coding that it is said to be in."""


def decoded(headers: Headers, body: bytes) -> bytes:
    """The body without its content codings (RFC 9110, 8.4), at most :data:`MAX_DECODED` bytes.

    A body that is not what its header says is given back as it is: whoever looks for values must see it all the same.
    """
    codings = header(headers, "content-encoding") if body else ""
    for coding in reversed([part.strip().lower() for part in codings.split(",")] if codings else []):
        try:
            body = without_coding(coding, body)
        except NotCoded:
            return body[:MAX_DECODED]
    return body[:MAX_DECODED]


def is_bomb(raw: bytes, body: bytes) -> bool:
    """Whether a body was cut while it was unpacked: what came out is larger than what was sent, and not all of it."""
    return len(raw) < len(body) >= MAX_DECODED


def without_coding(coding: str, body: bytes, limit: int = MAX_DECODED) -> bytes:
    """The body without one coding, at most ``limit`` bytes; as it is where the coding is unknown.

    Raises:
        NotCoded: it is not in this coding.
    """
    try:
        match coding:
            case "gzip" | "x-gzip":
                return _members(body, limit)
            case "deflate" | "zlib":
                return _inflate(body, limit)
            case "br":
                return _brotli(body, limit)
            case "zstd":
                return zstandard.ZstdDecompressor(max_window_size=MAX_DECODED).stream_reader(body).read(limit)
            case _:
                return body
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise NotCoded(str(error)) from error


def _members(body: bytes, limit: int) -> bytes:
    """A gzip file may be several, one after the other (RFC 1952, 2.2)."""
    out = b""
    for _ in range(MAX_MEMBERS):
        reading = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            out += reading.decompress(body, limit - len(out))
        except zlib.error:
            if out:
                break
            raise
        body = reading.unused_data
        if not body or len(out) >= limit:
            break
    return out


def _inflate(body: bytes, limit: int) -> bytes:
    # NOTE: "deflate" means the zlib format, but some senders leave its header out.
    try:
        return zlib.decompressobj().decompress(body, limit)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit)


def _brotli(body: bytes, limit: int) -> bytes:
    decoder, out = brotli.Decompressor(), bytearray()
    out += decoder.process(body, output_buffer_limit=CHUNK)
    while len(out) < limit and not decoder.is_finished():
        more = decoder.process(b"", output_buffer_limit=CHUNK)
        if not more:
            break
        out += more
    return bytes(out[:limit])
