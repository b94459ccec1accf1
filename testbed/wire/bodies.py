"""Bodies as they were before they were encoded for the wire, within bounds."""

import zlib
from urllib.parse import parse_qsl

import brotli
import zstandard

from testbed.model.wire import Headers, header

MAX_DECODED = 16 * 1024 * 1024
"""Bytes that a body may become; what is more is cut: a bomb must not be larger than what it can hide."""
CHUNK = 64 * 1024
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000


def form_fields(text: str) -> list[tuple[str, str]]:
    """Names and values of a query or a form's body; none where there are more than :data:`MAX_FIELDS`."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return []


def decoded(headers: Headers, body: bytes) -> bytes:
    """The body without its content codings (RFC 9110, 8.4), at most :data:`MAX_DECODED` bytes.

    A body that is not what its header says is given back as it is: whoever looks for values must see it all the same.
    """
    for coding in reversed([part.strip().lower() for part in header(headers, "content-encoding").split(",")]):
        try:
            body = _undo(coding, body)
        except (zlib.error, brotli.error, zstandard.ZstdError):
            return body[:MAX_DECODED]
    return body[:MAX_DECODED]


def _undo(coding: str, body: bytes) -> bytes:
    match coding:
        case "gzip" | "x-gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_DECODED)
        case "deflate":
            return _inflate(body)
        case "br":
            return _brotli(body)
        case "zstd":
            return zstandard.ZstdDecompressor(max_window_size=MAX_DECODED).stream_reader(body).read(MAX_DECODED)
        case _:
            return body


def _inflate(body: bytes) -> bytes:
    # NOTE: "deflate" means the zlib format, but some senders leave its header out.
    try:
        return zlib.decompressobj().decompress(body, MAX_DECODED)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, MAX_DECODED)


def _brotli(body: bytes) -> bytes:
    decoder, out = brotli.Decompressor(), bytearray()
    out += decoder.process(body, output_buffer_limit=CHUNK)
    while len(out) < MAX_DECODED and not decoder.is_finished():
        more = decoder.process(b"", output_buffer_limit=CHUNK)
        if not more:
            break
        out += more
    return bytes(out)
