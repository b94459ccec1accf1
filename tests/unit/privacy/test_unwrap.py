"""Escapes are undone and packings opened, within bounds."""

import base64
import gzip
import html
import json
import quopri
import zlib
from urllib.parse import quote

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.unwrap import aside, parts_in, sealed, unescaped, unpacked

TEXT = "Åsa Öberg <asa@skola.test> & Co 😀"
LIMIT = 1 << 20


@pytest.mark.parametrize(
    "written",
    [
        quote(TEXT),
        quote(quote(quote(TEXT))),
        json.dumps(TEXT),
        json.dumps(json.dumps(json.dumps(TEXT))),
        html.escape(TEXT),
        html.escape(html.escape(TEXT)),
        TEXT.encode("ascii", "xmlcharrefreplace").decode(),
        quote(json.dumps(TEXT)),
        json.dumps(quote(TEXT)),
        "".join(f"&#x{ord(char):x};" for char in TEXT),
        "".join(f"\\u{{{ord(char):x}}}" for char in TEXT),
        "".join(f"%u{ord(char):04x}" if ord(char) < 1 << 16 else char for char in TEXT),
    ],
)
def test_escapes_are_undone(written: str) -> None:
    assert TEXT.encode() in unescaped(written.encode())


def test_line_ends_within_base64_are_taken_out() -> None:
    assert base64.b64encode(TEXT.encode() * 9) in unescaped(
        base64.encodebytes(TEXT.encode() * 9).replace(b"\n", b"\r\n")
    ) or (base64.b64encode(TEXT.encode() * 9)[:76] in unescaped(base64.encodebytes(TEXT.encode() * 9)))


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("zlib", zlib.compress),
        ("zstd", zstandard.compress),
        ("brotli", brotli.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ],
)
def test_what_is_packed_is_unpacked_and_bounded(name: str, pack: object) -> None:
    data = TEXT.encode() * 20
    assert (name, data) in list(unpacked(pack(data), LIMIT))  # type: ignore[operator]
    bomb = pack(b"elev " * 400_000)  # type: ignore[operator]
    assert all(len(out) <= LIMIT for _, out in unpacked(bomb, LIMIT))
    assert list(unpacked(bomb[:7], LIMIT)) == []


@given(st.binary(max_size=300))
def test_any_octets_can_be_unwrapped(raw: bytes) -> None:
    assert all(isinstance(more, bytes) for more in aside(raw))
    assert all(len(out) <= LIMIT for _, out in unpacked(raw, LIMIT))
    assert isinstance(unescaped(raw), bytes)


def test_quoted_printable_and_the_parts_of_a_form_are_read_aside() -> None:
    assert any(TEXT.encode() in one for one in aside(quopri.encodestring(TEXT.encode())))
    form = b'--b\r\nContent-Disposition: form-data; name="fnamn"\r\n\r\nAnna\r\n--b--\r\n'
    assert b"fnamn: Anna" in list(parts_in(form))


def test_a_line_of_headers_without_a_name_is_given_up_soon() -> None:
    hostile = b"--x\r\n" + b"content-disposition: " * 20_000 + b"\r\n\r\nv\r\n--x--"
    assert b"v" in list(parts_in(hostile))


def test_an_encrypted_token_is_told_and_a_signed_one_is_not() -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"dir","enc":"A128GCM"}').rstrip(b"=").decode()
    assert "JWE" in sealed(f"{head}..{'a' * 16}.{'b' * 30}.{'c' * 22}".encode())
    assert sealed(f"{head}.{'a' * 30}.{'c' * 22}".encode()) == ""
