"""Every step from the wire to XML has a limit."""

import base64
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.fields import Fields, read_fields
from idp.refused import Refused
from idp.saml.unpacking import MAX_XML, decode, inflate, parse


def deflated(data: bytes) -> str:
    compressor = zlib.compressobj(wbits=-15)
    return base64.b64encode(compressor.compress(data) + compressor.flush()).decode()


@given(st.binary(max_size=2000))
def test_what_was_packed_is_unpacked(data: bytes) -> None:
    assert inflate(deflated(data)) == data
    assert decode(base64.b64encode(data).decode()) == data


@pytest.mark.parametrize("size", [MAX_XML + 1, 50 * MAX_XML])
def test_a_bomb_is_refused(size: int) -> None:
    with pytest.raises(Refused, match="too large"):
        inflate(deflated(b" " * size))


def test_the_limit_itself_is_allowed() -> None:
    assert len(inflate(deflated(b" " * (MAX_XML - 1)))) == MAX_XML - 1


def test_a_stream_cut_short_is_refused() -> None:
    whole = base64.b64decode(deflated(b"hello" * 100))
    with pytest.raises(Refused, match="ends too early"):
        inflate(base64.b64encode(whole[:-3]).decode())


@pytest.mark.parametrize("text", ["å", "a*b", "=", "A", "AA=A", "====="])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not base64"):
        decode(text)


def test_line_breaks_in_base64_are_forgiven() -> None:
    assert decode("aGVs\r\nbG8=\n") == b"hello"
    assert decode("aGVsbG8") == b"hello"


@given(st.text(max_size=200))
def test_any_text_is_unpacked_or_refused(text: str) -> None:
    statuses: list[int] = []
    for unpack in (decode, inflate):
        try:
            assert isinstance(unpack(text), bytes)
        except Refused as refused:
            statuses.append(refused.status)
    assert set(statuses) <= {400, 413}


def test_fields_keep_their_octets() -> None:
    fields = read_fields(b"a=%3a+b&c=&&d")
    assert fields.octets("a") == b"%3a+b"
    assert fields.value("a") == ": b"
    assert (fields.octets("c"), fields.octets("d"), fields.octets("e")) == (b"", b"", None)
    assert fields.value("e") == ""


@pytest.mark.parametrize("query", [b"a=1&a=2", b"a=%ff"])
def test_fields_that_can_be_read_in_two_ways_are_refused(query: str) -> None:
    with pytest.raises(Refused):
        read_fields(query).value("a")


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(Refused, match="too many"):
        read_fields(b"a=b&" * 51)
    assert isinstance(read_fields(b"a=b&" * 40), Fields)


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://evil.test/"><a/>', "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "DOCTYPE"),
        (b"<a>&undefined;</a>", "not well-formed"),
        (b"<a>" * 300 + b"</a>" * 300, "not well-formed"),
        (b"", "XML"),
        (b"<!-- -->", "XML"),
    ],
)
def test_unsafe_xml_is_refused(xml: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(xml)


def test_comments_and_instructions_do_not_split_a_text() -> None:
    assert parse(b"<a>one<!-- x -->two<?y z?>three</a>").text == "onetwothree"


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(parse(data), etree._Element)
