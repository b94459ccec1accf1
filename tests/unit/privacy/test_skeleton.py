"""Spellings of one text have one skeleton."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.skeleton import MAX_KNOWN, narrowed, of_bytes, of_text

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
