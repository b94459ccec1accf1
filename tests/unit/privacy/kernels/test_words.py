"""Words and telephone numbers are found as regular expressions would find them."""

import re

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.mixing import CHAIN, FIRST, MAX_GAP, NAME, PAIR, VALUE
from testbed.privacy.prints import Heads, sieve_of
from testbed.privacy.words import MARGIN, Prints, Words, eights_of, joined, stirred, words_of

CHARS = st.text("abz019 .-A\x02\x7f", max_size=150).map(str.encode)
LONG = st.builds(lambda char, size: char * size, st.sampled_from((b"a", b"7", b" ")), st.integers(0, 150))
OCTETS = st.lists(CHARS | LONG | st.binary(max_size=20), max_size=8).map(b"".join)


def spans(buffer: bytes) -> tuple[list[tuple[int, int, bool]], list[int]]:
    """Where words begin and end, whether they are digits alone, and the print of each."""
    words = words_of(buffer)
    rows = zip(words.starts.tolist(), words.ends.tolist(), map(bool, words.digits), strict=True)
    return list(rows), words.prints.tolist()


@settings(deadline=None)
@given(OCTETS)
@example(b"a" * 15 + b"1" * 49 + b" " + b"1" * 64 + b"x" + b"2" * 127)
@example(b"1" * 47 + b"\x7f" + b"/0:9`a{z@[")
def test_words_are_runs_of_digits_and_small_letters(octets: bytes) -> None:
    buffer = bytes(MARGIN) + octets + bytes(MARGIN)
    found = [(*word.span(), word[0].isdigit()) for word in re.finditer(rb"[a-z0-9]+", buffer)]
    assert spans(buffer)[0] == found


@settings(deadline=None)
@given(st.lists(st.text("ab1", min_size=1, max_size=16).map(str.encode), min_size=1, max_size=12), st.integers(0, 70))
def test_a_print_tells_words_apart_wherever_they_stand(words: list[bytes], before: int) -> None:
    _, prints = spans(bytes(MARGIN) + b" " * before + b"-".join(words) + bytes(MARGIN))
    assert [prints.index(one) for one in prints] == [words.index(word) for word in words]


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=40))
def test_eight_octets_are_read_from_each_place(octets: bytes) -> None:
    expected = [int.from_bytes(octets[at : at + 8], "little") for at in range(len(octets) - 7)]
    assert eights_of(np.frombuffer(octets, np.uint8)).tolist() == expected


def pairs_of(words: Words) -> Prints:
    """Of each word and the next."""
    return words.prints[:-1] * CHAIN + words.prints[1:]


@settings(deadline=None)
@given(st.lists(st.sampled_from((b"anna", b"berg", b"1", b"x" * 30, b" " * (MAX_GAP + 1))), min_size=2, max_size=20))
def test_what_is_in_a_sieve_passes_as_what_it_is(some: list[bytes]) -> None:
    buffer, _ = joined([b" ".join(some)])
    words = words_of(buffer)
    gaps = (words.starts[1:] - words.ends[:-1]).tolist()
    near = [number for number, gap in enumerate(gaps) if gap <= MAX_GAP]
    firsts = stirred(words.prints, FIRST)
    for tag, picked in ((VALUE, "alone"), (NAME, "named")):
        sieve = sieve_of(Heads(firsts, stirred(words.prints, tag)))
        assert getattr(words_of(buffer, sieve), picked).tolist() == list(range(len(words.prints)))
    sieve = sieve_of(Heads(firsts, stirred(pairs_of(words), PAIR)))
    assert words_of(buffer, sieve).paired.tolist() == near
    nothing = sieve_of(Heads(np.zeros(0, np.uint64), stirred(words.prints, VALUE)))
    assert words_of(buffer, nothing).alone.tolist() == []


PHONES, UNIT, SIGNS = ("0701234567", "46701234567", "12345678"), 1 << 60, 4


def phones_in(octets: bytes, room: int = 1000) -> list[tuple[int, int]]:
    """Where telephone numbers end, and how many digits each has."""
    buffer = bytes(MARGIN) + octets + bytes(MARGIN)
    words = words_of(buffer)
    table = np.array(sorted(int(phone) + len(phone) * UNIT for phone in PHONES), np.uint64)
    ends, prints, of = np.empty(room, np.int64), np.empty(room, np.uint64), np.empty(room, np.int64)
    lengths = np.array(sorted({len(phone) for phone in PHONES}), np.int64)
    count = kernels.words.phone_ends(
        np.frombuffer(buffer, np.uint8),
        (words.starts, words.ends, words.digits),
        lengths,
        SIGNS,
        np.uint64(UNIT),
        table,
        ends,
        prints,
        of,
    )
    return list(zip((ends[:count] - MARGIN).tolist(), of[:count].tolist(), strict=True))


def expected_phones(octets: bytes) -> set[tuple[int, int]]:
    """The same where there are no letters, said slowly: digits that end a word, with few signs among them."""
    found = set()
    for word in re.finditer(rb"[0-9]+", octets):
        for phone in PHONES:
            digits = [at for at in range(word.end()) if octets[at : at + 1].isdigit()][-len(phone) :]
            said = bytes(octets[at] for at in digits).decode()
            if said == phone and word.end() - digits[0] <= len(phone) + SIGNS:
                found.add((word.end(), len(phone)))
    return found


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            (b"070", b"123", b"45", b"67", b"46", b"701", b"23", b"-", b" ", b"(", b"12345678", b". ", b"  ")
        ),
        max_size=14,
    ).map(b"".join)
)
@example(b"070-123 45 67 och 46 70-123 45 67")
@example(b"070 - 1 2345 6  7")
def test_telephone_numbers_end_where_a_word_of_digits_does(octets: bytes) -> None:
    assert set(phones_in(octets)) == expected_phones(octets)


def test_a_word_with_letters_parts_numbers_and_room_is_kept_to() -> None:
    assert phones_in(b"070 123x 4567") == []
    assert phones_in(b"x070 1234567") == []
    assert phones_in(b"0701234567 " * 20, room=3) == [(10, 10), (21, 10), (32, 10)]
