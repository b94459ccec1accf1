"""Words and runs of words are found by one pass as regular expressions would find them."""

import base64
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.kernels.alphabets import DIGEST_SIZES
from testbed.privacy.words import joined

HEX, DIGEST_HEX, BASE32, BASE58 = 1, 2, 4, 8
TEXT, PACKED, DIGEST, ALIGNED, OF_LZ = 1, 2, 4, 8, 16
SHORT, LONG, MAX_58 = 7, 16, 2048
TEXTUAL = frozenset((*range(0x20, 0x7F), 9, 10, 13))
LETTERS = frozenset((*range(0xC3, 0xCE), 0xD6, 0xD8, *range(0xE0, 0xE7), 0xE9, 0xF6, 0xF8, 0xFC)) | TEXTUAL
DIGITS_58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
type Run = tuple[int, int, int]
PIECES = st.one_of(
    st.text("AaBbCfGgZz09237lIO", min_size=1, max_size=30).map(str.encode),
    st.text("+/-_$", min_size=1, max_size=3).map(str.encode),
    st.sampled_from((b" ", b"=", b"\0", b".", b"\xe5")),
    st.binary(min_size=5, max_size=40).map(base64.b64encode),
    st.binary(min_size=5, max_size=40).map(base64.urlsafe_b64encode),
    st.binary(min_size=4, max_size=70).map(lambda data: data.hex().encode()),
    st.binary(min_size=4, max_size=70).map(lambda data: data.hex().upper().encode()),
    st.text("anna berg@.åö", min_size=5, max_size=40).map(lambda text: base64.b64encode(text.encode())),
    st.text("anna berg@.åö", min_size=5, max_size=40).map(lambda text: base64.b32encode(text.encode()).rstrip(b"=")),
)
BUFFERS = st.lists(st.lists(PIECES, max_size=12).map(b"".join), max_size=4)


def tokens_of(texts: list[bytes]) -> tuple[bytes, list[Run], list[Run]]:
    """The buffer; its words; its runs, without those that are pieces of something longer."""
    buffer, _ = joined(texts)
    room = len(buffer) // SHORT + 2
    words, runs = np.empty((room, 3), np.int32), np.empty((5 * room, 4), np.int32)
    pluses = np.empty(room, np.uint8)
    many = kernels.tokens.tokens(np.frombuffer(buffer, np.uint8), words, runs, pluses)
    kept = [row for row in runs[: many[1]].tolist() if row[3] < 0 or not pluses[row[3]]]
    return buffer, [tuple(row) for row in words[: many[0]].tolist()], [tuple(row[:3]) for row in kept]


def goes_on(before: int, here: int) -> bool:
    return here in LETTERS or here == 0 or (0x80 <= here < 0xC0 and before not in TEXTUAL)


def is_likely(data: bytes) -> bool:
    return data[0] in LETTERS and all(goes_on(*pair) for pair in pairwise(data))


def is_signed(data: bytes) -> bool:
    return data[:2] in (b"\x1f\x8b", b"\x28\xb5") or (data[0] == 0x78 and int.from_bytes(data[:2]) % 31 == 0)


def begins(data: bytes) -> bool:
    return is_likely(data[:4]) or is_signed(data)


def of_58(word: bytes) -> bytes:
    number = 0
    for octet in word:
        number = number * 58 + DIGITS_58.index(octet)
    return number.to_bytes((number.bit_length() + 7) // 8)


def may_be_word(word: bytes) -> int:
    """What a word may be, said slowly."""
    may = 0
    if re.fullmatch(rb"(?:[0-9A-Fa-f]{2}){5,}", word):
        may |= HEX if begins(bytes.fromhex(word.decode())) else 0
        may |= DIGEST_HEX if len(word) // 2 in DIGEST_SIZES else 0
    if re.fullmatch(rb"[A-Z2-7]{8,}|[a-z2-7]{8,}", word) and len(word) % 8 in (0, 2, 4, 5, 7):
        may |= BASE32 if begins(base64.b32decode(word + b"=" * (-len(word) % 8), casefold=True)) else 0
    spoken = re.search(rb"[A-Z]", word) or len(word) < (16 if re.search(rb"[0-9]", word) else 10)
    if spoken and re.fullmatch(rb"[1-9A-HJ-NP-Za-km-z]{7,2048}", word) and len(data := of_58(word)) > 4:
        may |= BASE58 if begins(data) else 0
    return may


def bits_of(run: bytes) -> str:
    """Those of its first characters."""
    first = base64.b64decode(run[:4].replace(b"-", b"+").replace(b"_", b"/"))
    return f"{int.from_bytes(first):024b}"


def is_char(bits: str) -> bool:
    char = int(bits[::-1], 2)
    return char in TEXTUAL or char >= 0xC0


def may_be_of_lz(bits: str) -> bool:
    """Whether two characters may stand first: the first of eight bits or of sixteen."""
    if bits[:2] == "10":
        return bits[13:18] == "00000"
    second = bits[10:13] in ("110", "100", "001") or (bits[10:13] == "000" and is_char(bits[13:21]))
    return bits[:2] == "00" and is_char(bits[2:10]) and second


def may_be_run(run: bytes) -> int:
    """What a run may be, said slowly."""
    bits, may = bits_of(run), 0
    data = int(bits, 2).to_bytes(3)
    capital, small, digit = (re.search(chars, run) for chars in (rb"[A-Z]", rb"[a-z]", rb"[0-9]"))
    chance = capital and (digit or (len(run) >= LONG and len(re.findall(rb"[A-Z]", run[:LONG])) >= 4))
    if is_likely(data) or data[0] >= 0xFE:
        may |= TEXT
    if is_signed(data) or (chance and small and len(run) >= 12):
        may |= PACKED
    if capital and small and len(run) in {-(-size * 4 // 3) for size in DIGEST_SIZES}:
        may |= DIGEST
    if chance and len(run) >= LONG and re.search(rb"[G-Zg-z]", run):
        may |= ALIGNED
    return may | (OF_LZ if may_be_of_lz(bits) else 0)


def runs_of(buffer: bytes, signs: bytes) -> Iterator[tuple[int, int]]:
    """Words that these signs join."""
    for run in re.finditer(rb"[A-Za-z0-9]+(?:[%b]+[A-Za-z0-9]+)*" % re.escape(signs), buffer):
        if len(run[0]) >= SHORT:
            yield run.span()


def with_signs(buffer: bytes, span: tuple[int, int], signs: bytes) -> tuple[int, int]:
    """The same with such signs as stand next to it, two on either side, where it looks like chance."""
    start, end = span
    run = buffer[start:end]
    if len(run) >= LONG and re.search(rb"[A-Z]", run) and re.search(rb"[a-z]", run):
        for _ in range(2):
            start -= buffer[start - 1] in signs
            end += buffer[end] in signs
    return start, end


def expected_runs(buffer: bytes) -> set[Run]:
    """Every run that may be something."""
    usual, addresses = list(runs_of(buffer, b"+/")), list(runs_of(buffer, b"-_"))
    spans = usual + [with_signs(buffer, span, b"+/") for span in usual]
    for start, end in addresses:
        within = next((buffer[a:b] for a, b in usual if a <= start and end <= b), b"")
        part = b"/" in (buffer[start - 1 : start], buffer[end : end + 1]) and b"+" not in within
        if part or re.search(rb"[-_]", buffer[start:end]):
            spans.append((start, end))
        wider = with_signs(buffer, (start, end), b"-_")
        if wider != (start, end):
            spans.append(wider)
    runs = {(start, end, may) for start, end in spans if (may := may_be_run(buffer[start:end]))}
    for start, end in runs_of(buffer, b"+-$"):
        if b"+" in buffer[start:end] and b"-" in buffer[start:end]:
            runs.add((start, end, OF_LZ))
    return runs


@settings(deadline=None)
@given(BUFFERS)
@example([])
@example([b"YW5uYSBiZXJn"])
@example([b"/YW5uYSBiZXJn", b"YW5uYSBiZXJn/", b"+YW5uYSBiZXJn0000+", b"-YW5uYSBiZXJn0000-_"])
@example([b"AaBbCcDd/-AaBbCcDd+_$-AaBbCcDd$AaBbCc+a-b"])
@example([b"d6626572672e616e6e61 1ma5iZXJnIMO"])
def test_words_and_runs_are_those_of_regular_expressions(texts: list[bytes]) -> None:
    buffer, words, runs = tokens_of(texts)
    spans = [word.span() for word in re.finditer(rb"[A-Za-z0-9]{%d,}" % SHORT, buffer)]
    assert words == [(start, end, may) for start, end in spans if (may := may_be_word(buffer[start:end]))]
    assert set(runs) == expected_runs(buffer)


@settings(deadline=None)
@given(st.text("GHmnPQ234", min_size=12, max_size=3000).map(str.encode))
def test_long_words_of_base58_begin_as_the_exact_number_does(word: bytes) -> None:
    _, words, _ = tokens_of([word])
    assert bool(words and words[0][2] & BASE58) == bool(may_be_word(word) & BASE58)


CHAINS: tuple[tuple[str, Callable[[int], bytes]], ...] = (
    ("short words", lambda count: b"abcdefg " * count),
    ("short runs", lambda count: b"Ab1+Cd2 " * count),
    ("all signs", lambda count: b"YW5u+YW5u-YW5u/YW5u_YW5u$" * count),
    ("signs between words", lambda count: b"YW5uYSBi+YW5uYSBi-YW5uYSBi/-" * count),
    ("long words and signs", lambda count: b"YW5uYSBiZXJnIDEy+-YW5uYSBiZXJnIDEy/_" * count),
    ("digests", lambda count: (b"0a" * 16 + b" ") * count),
    ("lz", lambda count: b"a+b-c00 " * count),
    ("letters", lambda count: b"a" * 8 * count),
)


@pytest.mark.parametrize("name", [name for name, _ in CHAINS])
def test_there_is_room_for_every_token(name: str) -> None:
    make = dict(CHAINS)[name]
    buffer, words, runs = tokens_of([make(50)])
    assert set(runs) == expected_runs(buffer)
    room = len(buffer) // SHORT + 2
    assert len(words) <= room
    assert len(runs) <= 5 * room
