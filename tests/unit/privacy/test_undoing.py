"""What has to be undone in texts is undone, and all others are left as they are."""

import base64
import gzip
import json
import quopri
import zlib
from dataclasses import replace
from urllib.parse import quote

import brotli
import numpy as np
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy.protobuf import texts_in
from testbed.privacy.skeleton import narrowed
from testbed.privacy.texts import AS_SENT, Raw, texts_of
from testbed.privacy.undoing import MAX_LAYERS, TOO_LARGE, Bounds, Undone, packed_in, undone
from testbed.privacy.unwrap import unescaped
from testbed.privacy.words import MARGIN

ROOM = 1 << 20
TEXT = "Åsa Öberg <asa@skola.test> & Co, elev i klass 7b"
BITS = (b"%41", b"&amp;", b"\\u0041", b"\\n", b"=C3=A5", b"--", b"eyJ", b"\0a\0b\0", b"\r\n", b"anna", b" ", b"\xe5")
ROWS = st.lists(st.sampled_from(BITS) | st.binary(max_size=6), max_size=8).map(b"".join)


def bounds_for(parts: int, room: int = ROOM) -> Bounds:
    return Bounds(np.full(parts, room, np.int64))


def undone_of(rows: list[bytes], room: int = ROOM, glued: bool = False) -> tuple[Undone, Bounds]:
    """The rows as parts of their own."""
    bounds = bounds_for(len(rows), room)
    raws = [Raw(number, AS_SENT, row, glued) for number, row in enumerate(rows)]
    more: list[Raw] = []
    plain = undone(texts_of(raws), bounds, more.extend)
    return replace(plain, inner=more + plain.inner), bounds


def inner_of(row: bytes, room: int = ROOM, glued: bool = False) -> list[tuple[str, bytes]]:
    """What was packed in a row, with its layers."""
    plain, bounds = undone_of([row], room, glued)
    return [("+".join(bounds.layers.names(raw.layers)), raw.data) for raw in plain.inner]


@settings(deadline=None)
@example([b"\xca\x00\r%41\\u0041anna"])
@given(st.lists(ROWS, max_size=6))
def test_each_text_says_what_the_slower_code_makes_of_it(rows: list[bytes]) -> None:
    plain, _ = undone_of(rows)
    texts = plain.texts
    assert texts.octets.tobytes() == plain.buffer
    assert texts.parts.tolist() == list(range(len(rows)))
    edges = [0, *texts.ends.tolist()], [*texts.begins.tolist(), len(plain.buffer)]
    assert all(plain.buffer[end:begin] == bytes(begin - end) for end, begin in zip(*edges, strict=True))
    assert all(begin - end >= MARGIN for end, begin in zip(*edges, strict=True))
    for number, row in enumerate(rows):
        wide = b"\0" in row and narrowed(row) != row
        whole = row[:2] in (b"\x1f\x8b", b"\x28\xb5")
        # NOTE: what may be a binary message is read by its fields.
        message = texts.data(number) == b"" and bool(texts_in(row))
        assert wide or whole or message or texts.data(number) == unescaped(row)


@settings(deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_texts_are_undone_alone_as_among_others(rows: list[bytes]) -> None:
    plain, _ = undone_of(rows)
    alone = [undone_of([row])[0] for row in rows]
    assert [plain.texts.data(number) for number in range(len(rows))] == [one.texts.data(0) for one in alone]
    assert plain.wide.tolist() == [bool(one.wide[0]) for one in alone]
    assert [raw.data for raw in plain.inner] == [raw.data for one in alone for raw in one.inner]


def test_what_holds_nothing_is_left_in_its_buffer() -> None:
    texts = texts_of([Raw(0, AS_SENT, b"anna berg"), Raw(0, AS_SENT, b"")])
    plain = undone(texts, bounds_for(1), list)
    assert plain.texts is texts
    assert plain.inner == []


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("gzip", gzip.compress(TEXT.encode(), mtime=0)),
        ("zlib", zlib.compress(TEXT.encode())),
        ("deflate", zlib.compress(TEXT.encode())[2:-4]),
        ("brotli", brotli.compress(TEXT.encode())),
        ("zstd", zstandard.compress(TEXT.encode())),
    ],
    ids=["gzip", "zlib", "deflate", "brotli", "zstd"],
)
def test_what_is_packed_is_unpacked_within_bounds(name: str, packed: bytes) -> None:
    assert (name, TEXT.encode()) in inner_of(packed)
    assert (name, TEXT.encode()) in inner_of(quote(packed).encode())
    assert ("", packed) in inner_of(b"a=1&b=" + quote(packed).encode())
    assert inner_of(packed, glued=True) == inner_of(packed, room=0) == []
    _, bounds = undone_of([packed], room=10)
    # NOTE: what does not tell that it is deflated is known by its end alone.
    assert bounds.unreadable == ({} if name == "deflate" else {(0, TOO_LARGE): None})


@pytest.mark.parametrize("before", [b"", b"RIFF \x00\x01"])
def test_what_is_packed_anywhere_is_unpacked_and_what_is_so_wholly_is_no_text(before: bytes) -> None:
    raw = before + gzip.compress(TEXT.encode())
    plain, _ = undone_of([raw])
    assert ("gzip", TEXT.encode()) in inner_of(raw)
    assert (plain.texts.data(0) == b"") == (not before)


def test_no_more_than_so_many_layers_are_unpacked() -> None:
    bounds = bounds_for(1)
    layers = AS_SENT
    for _ in range(MAX_LAYERS):
        assert list(packed_in(Raw(0, layers, gzip.compress(b"anna")), bounds))
        layers = bounds.layers.within(layers, "gzip")
    assert list(packed_in(Raw(0, layers, gzip.compress(b"anna")), bounds)) == []


def test_a_binary_message_is_no_layer_of_its_own() -> None:
    text = b"Anna Berg".ljust(ord("0"), b".")
    assert ("", text) in inner_of(b"\x0a" + bytes([len(text)]) + text)


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_its_escapes(charset: str) -> None:
    plain, _ = undone_of([b"x", json.dumps(TEXT).encode().decode().encode(charset), b"y"])
    said = [plain.texts.data(number) for number in range(3)]
    assert said == [b"x", b'"' + TEXT.encode() + b'"', b"y"]
    assert plain.wide.tolist() == [False, True, False]


def test_quoted_printable_and_parts_stand_apart() -> None:
    assert any(TEXT.encode() in data for _, data in inner_of(quopri.encodestring(TEXT.encode())))
    form = b'--b\r\nContent-Disposition: form-data; name="fnamn"\r\n\r\nAnna\r\n--b--\r\n'
    assert ("", b"fnamn: Anna") in inner_of(form)


def test_an_encrypted_token_is_told() -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"RSA-OAEP","enc":"A256GCM"}').rstrip(b"=")
    _, bounds = undone_of([b"x", b"id_token=" + head + b".AAAAAAAA.AAAAAAAAAAAA.AAAAAAAA.AAAAAAAAAAAAAAAAAAAA"])
    assert [part for part, _ in bounds.unreadable] == [1]
