"""What has to be undone in a row is seen wherever it stands in it, and a print tells contents apart."""

import gzip
import quopri
import re
from itertools import pairwise
from urllib.parse import quote

import numpy as np
import pytest
import zstandard
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.skeleton import narrowed
from testbed.privacy.undoing import signs_in
from testbed.privacy.unwrap import (
    ENTITY,
    LINES,
    OCTET,
    PERCENT,
    PERCENT_U,
    QUOTED,
    SIMPLE,
    UNICODE,
    aside,
    parts_in,
    sealed,
    unescaped,
)
from testbed.privacy.words import MARGIN, joined

PERCENTS, BACKSLASH, ENTITIES, LINE, QUOTED_PRINTABLE, WIDE, APART, SIGNED = (1 << bit for bit in range(8))
UNDONE = PERCENTS | BACKSLASH | ENTITIES | LINE
LETTERS = st.text("abnuxABF019&#;%=\\/\"'\r\n-+ :", max_size=80).map(str.encode)
FULL_LINE = b"QUJD" * 15
BITS = (
    b"%41", b"%u0041", b"%4", b"%", b"&amp;", b"&#229;", b"&#xe5;", b"&CounterClockwiseContourIntegral;", b"&", b";",
    b"\\u0041", b"\\u{1f600}", b"\\x41", b"\\n", b"\\", b"\\\\", b"\\/", b"=C3=A5", b"=0A", b"=\r\n", b"=\n", b"=",
    b"Content-Disposition: form-data; name=x", b"content-disposition:", b"--", b"eyJ", b"eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
    b"\r\n", b"\n", b"\r", FULL_LINE, FULL_LINE + b"\nQU", FULL_LINE + b"\r\nQU", b"QU", b"\x1f\x8b\x08", b"\x1f",
    b"\x28\xb5\x2f\xfd", b"\xb5", b"a\0b\0", b"\0a\0b", b"\0", b"a", b" ", b"\xe5", b"\xc3\xa5", b"anna", b"\x8b\x08",
)  # fmt: skip
ROWS = st.lists(st.sampled_from(BITS) | LETTERS | st.binary(max_size=6), max_size=8).map(b"".join)
SIGNS = (
    (PERCENT, PERCENTS), (PERCENT_U, PERCENTS), (ENTITY, ENTITIES), (UNICODE, BACKSLASH), (OCTET, BACKSLASH),
    *((re.compile(re.escape(escape)), BACKSLASH) for escape, _ in SIMPLE), (re.compile(rb"\\\\"), BACKSLASH),
    *((ends, LINE) for ends in LINES), (QUOTED, QUOTED_PRINTABLE), (re.compile(rb"^--"), APART),
    (re.compile(rb"isposition:"), APART), (re.compile(rb"eyJ"), APART), (re.compile(rb"\x1f\x8b\x08"), SIGNED),
    (re.compile(rb"\x28\xb5\x2f\xfd"), SIGNED), (re.compile(rb"\0[^\0]\0", re.DOTALL), WIDE),
)  # fmt: skip


def held_by(rows: list[bytes]) -> list[int]:
    """What each row holds, as flags."""
    buffer, begins = joined(rows)
    ends = begins + np.array([len(row) for row in rows], np.int64)
    held = signs_in(np.frombuffer(buffer, np.uint8), begins, ends)
    return [int(one) for one in held]


def hashed(rows: list[bytes], seed: int) -> list[int]:
    """A print of each."""
    buffer, begins = joined(rows)
    prints = np.empty(len(rows), np.uint64)
    ends = begins + np.array([len(row) for row in rows], np.int64)
    kernels.signs.hashes(np.frombuffer(buffer, np.uint8), begins, ends, np.uint64(seed), prints)
    return [int(one) for one in prints]


@settings(deadline=None)
@given(st.lists(ROWS, max_size=6))
@example([b"", b"%", b"&", b"\\", b"=", b"\n", b"\0", b"eyJ", b"isposition:", b"--"])
def test_every_sign_of_a_regular_expression_is_seen(rows: list[bytes]) -> None:
    for row, held in zip(rows, held_by(rows), strict=True):
        assert [sign for sign, flag in SIGNS if sign.search(row) and not held & flag] == []


@settings(deadline=None)
@given(st.lists(ROWS, max_size=6))
def test_what_stands_in_one_row_is_told_of_no_other(rows: list[bytes]) -> None:
    assert held_by(rows) == [flags for row in rows for flags in held_by([row])]


@settings(deadline=None)
@given(ROWS)
def test_nothing_that_the_slower_code_would_do_is_passed_over(row: bytes) -> None:
    (held,) = held_by([row])
    assert held & UNDONE or unescaped(row) == row
    assert held & QUOTED_PRINTABLE or not list(aside(row))
    assert held & APART or not list(parts_in(row))
    assert held & APART or not sealed(row)


@settings(deadline=None)
@given(st.text(min_size=3, max_size=300), st.sampled_from(("utf-16-le", "utf-16-be")))
def test_utf_16_is_seen(text: str, charset: str) -> None:
    # NOTE: of letters that are not of Latin-1 no two octets that are zero stand by another one.
    assume(
        any(first <= "\xff" and second <= "\xff" and "\0" not in (first, second) for first, second in pairwise(text))
    )
    raw = text.encode(charset, "replace")
    assert held_by([raw])[0] & WIDE or narrowed(raw) == raw


@pytest.mark.parametrize(
    ("sign", "flag"),
    [
        (quote("å").encode(), PERCENTS),
        (b"%u00e5", PERCENTS),
        (b"&aring;", ENTITIES),
        (b"\\u00e5", BACKSLASH),
        (quopri.encodestring("å".encode()), QUOTED_PRINTABLE),
        (FULL_LINE + b"\r\nQUJD", LINE),
        (gzip.compress(b"anna", mtime=0), SIGNED),
        (zstandard.compress(b"anna"), SIGNED),
        ("åsa".encode("utf-16-le"), WIDE),
        ("åsa".encode("utf-16-be"), WIDE),
        (b"Content-Disposition:", APART),
        (b"eyJ", APART),
    ],
)
def test_a_sign_is_seen_at_either_end_of_a_row(sign: bytes, flag: int) -> None:
    assert [held & flag for held in held_by([sign, sign + b" x", b"x " + sign])] == [flag] * 3


def test_plain_text_holds_nothing() -> None:
    plain = "100 % av 7 & 8; a = b\n- Åsa \\ Öberg (x=y) a&b c:d\\ny".replace("\\n", "\\ ").encode()
    assert held_by([plain, b"", b"a-- b"]) == [0, 0, 0]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), unique=True, max_size=12), st.integers(0, 2**64 - 1))
@example([b"", b"\0", b"\0\0", bytes(8), bytes(9), bytes(16)], 0)
def test_prints_differ_for_different_contents_and_seeds(rows: list[bytes], seed: int) -> None:
    prints = hashed(rows, seed)
    assert len(set(prints)) == len(rows)
    assert hashed([*rows, *rows], seed) == prints * 2
    assert not rows or hashed(rows, seed ^ 1) != prints


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=40), st.integers(0, 7), st.integers(0, 2**64 - 1))
def test_no_change_of_two_blocks_is_sure_to_leave_a_print_as_it_was(row: bytes, bit: int, seed: int) -> None:
    first, second = int.from_bytes(row[:8]), int.from_bytes(row[8:16])
    changed = first ^ 1 << 63 - bit
    others = [(1 << 63 - bit) | (1 << 31 - bit), 1 << 63 - bit, 1 << 31 - bit]
    rows = [row, *(changed.to_bytes(8) + (second ^ other).to_bytes(8) + row[16:] for other in others)]
    assert len(set(hashed(rows, seed))) == len(rows)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_rows_are_gathered_with_zeros_around_each(rows: list[bytes]) -> None:
    buffer, begins = joined([b"x".join((row, row)) for row in rows])
    ends = begins + np.array([len(row) for row in rows], np.int64)
    out = np.full(sum(map(len, rows)) + MARGIN * (len(rows) + 1), 0xFF, np.uint8)
    to = np.empty(len(rows), np.int64)
    kernels.signs.gathered(np.frombuffer(buffer, np.uint8), begins, ends, MARGIN, out, to)
    expected, places = joined(rows)
    assert out.tobytes() == (expected if rows else bytes(MARGIN))
    assert to.tolist() == places.tolist()
