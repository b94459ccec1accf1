"""What may be packed is told by its first octets: never no to what is, and seldom yes to what is not."""

import gzip
import zlib
from collections.abc import Iterator
from random import Random

import brotli
import numpy as np
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.unwrap import unpacked
from testbed.privacy.words import joined

WORDS = ["anna", "berg", "åsa", "öberg", "elev", "201301012399", "a@skola.test", '{"namn":', "}", "<p>&amp;"]
WORDS += ["\t\n", "ÅÄÖ", "é", "ß", "漢字", "😀"]
SPOKEN = st.lists(st.sampled_from(WORDS) | st.text(max_size=9), min_size=1, max_size=60).map(" ".join)
TEXTS = SPOKEN.map(lambda text: text.encode("utf-8", "replace")).filter(lambda text: len(text) >= 8)
LIMIT = 1 << 20
FLUSHES = (zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_PARTIAL_FLUSH, zlib.Z_BLOCK)
STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)


def may_be(rows: list[bytes], signs: bool = True) -> list[bool]:
    """Which rows may be packed."""
    buffer, begins = joined(rows)
    marks = np.zeros(len(rows), np.bool_)
    ends = begins + np.array([len(row) for row in rows], np.int64)
    kernels.packings.which(np.frombuffer(buffer, np.uint8), begins, ends, signs, marks)
    return [bool(mark) for mark in marks]


def deflated(data: bytes, bits: int, level: int, strategy: int, cut: int = 0, flush: int = zlib.Z_NO_FLUSH) -> bytes:
    """A stream that is flushed behind so many octets."""
    packing = zlib.compressobj(level, zlib.DEFLATED, bits, 8, strategy)
    return packing.compress(data[:cut]) + packing.flush(flush) + packing.compress(data[cut:]) + packing.flush()


def can_be_unpacked(raw: bytes, data: bytes) -> bool:
    """Whether the slower code, which is asked for those alone that may be, would have read it."""
    return any(out == data for _, out in unpacked(raw, LIMIT))


@settings(deadline=None)
@given(TEXTS, st.integers(0, 9), st.sampled_from(STRATEGIES), st.integers(0, 40), st.sampled_from(FLUSHES))
@example(b"{elev: anna berg}", 9, zlib.Z_DEFAULT_STRATEGY, 1, zlib.Z_SYNC_FLUSH)
@example("anna berg går i skolan".encode("utf-16-le"), 9, zlib.Z_FIXED, 0, zlib.Z_SYNC_FLUSH)
def test_what_zlib_makes_may_be_packed(data: bytes, level: int, strategy: int, cut: int, flush: int) -> None:
    whole = [deflated(data, bits, level, strategy) for bits in (15, 9, 31, -15, -9)]
    parted = [deflated(data, bits, level, strategy, cut, flush) for bits in (15, 31, -15)] if cut else []
    missed = [raw for raw, may in zip(whole + parted, may_be(whole + parted), strict=True) if not may]
    # NOTE: a text that was stored as it was can be read as it is.
    assert [raw for raw in missed if can_be_unpacked(raw, data) and data not in raw] == []


@settings(deadline=None)
@given(TEXTS, st.integers(0, 11), st.integers(10, 24), st.sampled_from(range(3)), st.integers(0, 40))
@example(b"anna berg, elev i klass 7b" * 9, 5, 22, 0, 0)
@example(b"".join(b"%d " % (number * number % 7919) for number in range(9000)), 9, 16, 0, 0)
def test_what_brotli_makes_may_be_packed(data: bytes, quality: int, lgwin: int, mode: int, cut: int) -> None:
    packing = brotli.Compressor(mode=mode, quality=quality, lgwin=lgwin)
    first = packing.process(data[:cut]) if cut else b""
    parted = first + packing.flush() + packing.process(data[cut:]) + packing.finish()
    whole = brotli.compress(data, mode=mode, quality=quality, lgwin=lgwin)
    missed = [raw for raw, may in zip((whole, parted), may_be([whole, parted]), strict=True) if not may]
    assert [raw for raw in missed if can_be_unpacked(raw, data) and data not in raw] == []


@settings(deadline=None)
@given(TEXTS, st.integers(-5, 19), st.booleans(), st.booleans(), st.binary(max_size=30))
def test_the_signs_of_gzip_and_zstd_are_seen_anywhere(
    data: bytes, level: int, sized: bool, checked: bool, before: bytes
) -> None:
    packer = zstandard.ZstdCompressor(level=level, write_content_size=sized, write_checksum=checked)
    whole = [before + packer.compress(data), before + gzip.compress(data)]
    assert all(may_be(whole))


def varint(number: int) -> bytes:
    """As protocol buffers write it; what is below zero as 64 bits."""
    number &= (1 << 64) - 1
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


NUMBERS = st.integers(1, (1 << 29) - 1) | st.integers(1, 15)
FIELDS = st.one_of(
    st.builds(lambda tag, number: varint(tag << 3) + varint(number), NUMBERS, st.integers(-(1 << 63), (1 << 63) - 1)),
    st.builds(lambda tag, octets: varint(tag << 3 | 1) + octets, NUMBERS, st.binary(min_size=8, max_size=8)),
    st.builds(lambda tag, octets: varint(tag << 3 | 5) + octets, NUMBERS, st.binary(min_size=4, max_size=4)),
    st.builds(lambda tag, text: varint(tag << 3 | 2) + varint(len(text)) + text, NUMBERS, TEXTS | st.binary()),
)


def message(fields: list[bytes], text: bytes) -> bytes:
    """One with these fields, and a text in its first."""
    return b"\x0a" + varint(len(text)) + text + b"".join(fields)


MESSAGES = st.builds(message, st.lists(FIELDS, max_size=6), TEXTS)


@settings(deadline=None)
@given(MESSAGES)
@example(b"\x08" + varint(-1) + b"\x12\x09anna berg")
@example(message([], b"Anna Berg".ljust(ord("0"), b".")))
def test_binary_messages_may_be_packed(raw: bytes) -> None:
    framed = bytes([0]) + len(raw).to_bytes(4) + raw
    missed = [one for one, may in zip((raw, framed), may_be([raw, framed]), strict=True) if not may]
    assert [one for one in missed if list(unpacked(one, LIMIT))] == []


def _random(seed: int, count: int) -> Iterator[bytes]:
    random = Random(seed)
    for _ in range(count):
        yield random.randbytes(random.randrange(8, 600))


def test_again_is_said_only_what_was_said_before() -> None:
    said = deflated(b"anna berg anna berg anna berg", -15, 9, zlib.Z_FIXED)
    assert may_be([said]) == [True]
    bits = f"{int.from_bytes(said, 'little'):0{8 * len(said)}b}"[::-1]
    # NOTE: a literal, and then a length of three and a distance of far more than one.
    before = bits[:11] + "0000001" + "11000" + "0" * 64
    octets = int(before[::-1], 2).to_bytes(len(before) // 8 + 1, "little")
    assert may_be([octets + b"\xff" * 9]) == [False]


@pytest.mark.parametrize("seed", range(3))
def test_few_random_octets_may_be_packed(seed: int) -> None:
    marks = may_be(list(_random(seed, 4000)))
    assert sum(marks) * 20 < len(marks)


def test_texts_and_what_is_too_short_are_not_packed() -> None:
    assert not any(
        may_be([b"", b"x\x9c", gzip.compress(b"")[:7][3:], b"{" * 500, b"anna berg\n" * 50, "åäö".encode() * 3])
    )


def test_signs_are_looked_for_only_where_they_are_asked_for() -> None:
    raw = b"before it stands a text of some length " + gzip.compress(b"anna berg")[:10]
    assert may_be([raw]) == [True]
    assert may_be([raw], signs=False) == [False]
