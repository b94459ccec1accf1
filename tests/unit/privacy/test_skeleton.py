"""Spellings of one text have one skeleton."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.skeleton import MAX_KNOWN, narrowed, of_bytes, of_rows, of_text
from testbed.privacy.undoing import signs_in
from testbed.privacy.words import MARGIN, joined

NAMES = st.text(st.sampled_from("abcdefåäöéüçøæðñšžčőűłÅÄÖÉAZ -'.ěαβγжд漢가"), max_size=40)
ANYTHING = st.binary(max_size=400)


@given(NAMES)
def test_unicode_forms_and_letter_case_make_no_difference(text: str) -> None:
    forms = {of_text(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert forms == {of_text(text)} == {of_text(text.lower())} == {of_text(text.swapcase())}


@given(st.text())
def test_a_skeleton_is_ascii(text: str) -> None:
    assert of_text(text).isascii()


@pytest.mark.parametrize(
    ("text", "skeleton"),
    [("Åsa Öberg", b"asa oberg"), ("O\N{RIGHT SINGLE QUOTATION MARK}Hara", b"o'hara"), ("Anna\u00a0B", b"anna b")],
)
def test_accents_and_kinds_of_signs_are_taken_away(text: str, skeleton: bytes) -> None:
    assert of_text(text) == skeleton


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-16-le", "utf-16-be"])
def test_a_text_is_read_in_whichever_charset_it_is_written(charset: str) -> None:
    text = "Åsa Öberg bor på Åvägen och går i skolan"
    assert of_text(text) in list(of_bytes(text.encode(charset)))


def test_texts_in_binary_data_are_read() -> None:
    utf8 = b"\x00\x01\xff\xfe\x80" + "Åsa Öberg".encode() + b"\xff\x00"
    assert any(b"asa oberg" in one for one in of_bytes(utf8))
    wide = b"\x01\x02\xff" * 60 + "Anna Berg".encode("utf-16-le") + b"\x01\x02\xff" * 60
    assert any(b"anna berg" in one for one in of_bytes(wide))


@given(ANYTHING)
def test_any_octets_have_skeletons_of_ascii(raw: bytes) -> None:
    assert all(one.isascii() for one in of_bytes(raw))
    assert isinstance(narrowed(raw), bytes)


def test_utf_16_becomes_utf_8_and_anything_else_stays() -> None:
    assert narrowed("Åsa Öberg".encode("utf-16-le")) == "Åsa Öberg".encode()
    assert narrowed(b"anna\0berg") == b"anna\0berg"


@given(st.text("漢字仮名", min_size=MAX_KNOWN - 2, max_size=MAX_KNOWN + 2))
def test_a_long_run_has_the_skeletons_of_its_characters(text: str) -> None:
    assert of_text(text) == b"".join(map(of_text, text))


def in_rows(rows: list[bytes]) -> list[list[bytes]]:
    """The skeletons of rows of one buffer, each the first of its row and then further ones."""
    buffer, begins = joined(rows)
    ends = begins + np.array([len(row) for row in rows], np.int64)
    held = signs_in(np.frombuffer(buffer, np.uint8), begins, ends)
    found = of_rows(buffer, begins, ends, held & kernels.signs.WIDE != 0)
    assert len(found.buffer) == len(buffer)
    said = [[found.buffer[begin:end]] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    for row in found.hard.tolist():
        assert not any(said[row][0])
        said[row] = list(of_bytes(rows[row]))
    for row, more in found.further():
        said[row].append(more)
    assert not any(found.buffer[end : end + MARGIN].strip(b"\0") for end in ends.tolist())
    return said


def stripped(skeletons: list[bytes]) -> list[bytes]:
    """Without the zeros in place of what a letter took up."""
    return [skeleton.rstrip(b"\0") for skeleton in skeletons]


KINDS = st.one_of(
    st.text(st.characters(max_codepoint=0x7F), max_size=60).map(str.encode),
    st.text(st.characters(max_codepoint=0x37F, exclude_categories=("Cs",)), max_size=60).map(str.encode),
    st.text(st.sampled_from("åäöÅÄÖéaA b\u00ad\u2019\u2011\u2003\u200b\u0301"), max_size=60).map(str.encode),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    NAMES.map(str.encode),
    st.text(st.characters(min_codepoint=1, max_codepoint=0xFF), max_size=60).map(lambda text: text.encode("latin-1")),
    st.text(st.sampled_from("abcåäö"), min_size=5, max_size=60).map(lambda text: text.encode("utf-16-le")),
    st.binary(max_size=60).map(lambda raw: raw.replace(b"\0", b"\x80")),
    st.sampled_from((b"\xc3", b"\xe2\x80", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98")),
)
MIXTURES = KINDS | st.lists(KINDS, max_size=4).map(b" ".join)


@settings(deadline=None)
@given(st.lists(MIXTURES, max_size=7))
@example(["Åsa Öberg".encode(), "Åsa Öberg".encode("latin-1"), b"Anna", b"", "한글".encode(), b"\xff" + "é".encode()])
@example([bytes(range(1, 256)), b"A" * 7 + "å".encode(), b"A" * 8 + "å".encode() + b"B" * 9])
@example(["\u200b".encode() * 9, "\u00ad".encode() + b"12345678", b"\xc3\xa5\xc3"])
def test_rows_of_a_buffer_have_the_skeletons_of_their_octets(rows: list[bytes]) -> None:
    held = in_rows(rows)
    for row, said in zip(rows, held, strict=True):
        # NOTE: what is UTF-16 by its zeros alone, with no two letters of Latin-1 side by side, has nothing to be found.
        if b"\0" not in row or narrowed(row) == row:
            assert stripped(said) == stripped(list(of_bytes(row)))


@settings(deadline=None)
@given(st.lists(MIXTURES, max_size=5))
def test_a_row_says_the_same_alone_and_among_others(rows: list[bytes]) -> None:
    assert in_rows(rows) == [said for row in rows for said in in_rows([row])]


def test_a_row_of_utf_16_is_left_to_be_read_by_itself() -> None:
    raw = "Åsa Öberg".encode("utf-16-be")
    assert in_rows([b"x", raw, b"Y"]) == [[b"x"], [b"asa oberg"], [b"y"]]
