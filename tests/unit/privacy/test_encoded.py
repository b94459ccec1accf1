"""Tokens of hex, base32, base58 and base64 are found by their shape."""

import base64
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.privacy.encoded import LZ_LIMIT, encoded_in
from testbed.privacy.people import PeopleIndex
from testbed.privacy.pieces import DIGEST, FORMS, Pieces
from testbed.privacy.search import search
from testbed.privacy.undoing import TOO_LARGE
from testbed.privacy.words import joined

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/lzstring/packed.json").read_text(encoding="utf-8"))
PIECES = st.one_of(
    st.text("ab1Z+/-_$= .", max_size=20).map(str.encode),
    st.text("anna berg@.å1", min_size=5, max_size=60).map(lambda text: base64.b64encode(text.encode())),
    st.binary(min_size=5, max_size=60).map(base64.b64encode),
    st.binary(min_size=5, max_size=60).map(base64.urlsafe_b64encode),
    st.text("anna berg@.å1", min_size=5, max_size=40).map(lambda text: text.encode().hex().encode()),
    st.binary(min_size=16, max_size=32).map(lambda data: data.hex().encode()),
    st.sampled_from([vector["uri"].encode() for vector in VECTORS if len(vector["uri"]) < 500]),
)
TEXTS = st.lists(st.lists(PIECES, max_size=5).map(b"/".join), max_size=5)
TEXT = b"anna.berg@skola.test"


def everything_in(buffer: bytes) -> Pieces:
    """What is encoded in a buffer, all portions as one."""
    portions = list(encoded_in(buffer))
    shifts = np.cumsum([0, *(len(portion.octets) for portion in portions)])
    moved = list(zip(portions, shifts.tolist(), strict=False))
    return Pieces(
        np.concatenate([one.octets for one in portions]),
        np.concatenate([one.places for one in portions]),
        np.concatenate([one.forms for one in portions]),
        np.concatenate([one.kinds for one in portions]),
        np.concatenate([one.begins + shift for one, shift in moved]),
        np.concatenate([one.ends + shift for one, shift in moved]),
    )


def base58(data: bytes) -> bytes:
    """As Bitcoin writes it."""
    number, out = int.from_bytes(data), b""
    while number:
        number, rest = divmod(number, 58)
        out = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest : rest + 1] + out
    return out


@pytest.mark.parametrize(
    ("form", "token"),
    [
        ("hex", TEXT.hex().encode()),
        ("hex", TEXT.hex().upper().encode()),
        ("base32", base64.b32encode(TEXT).rstrip(b"=")),
        ("base32", base64.b32encode(TEXT).rstrip(b"=").lower()),
        ("base58", base58(TEXT)),
        ("base64", base64.b64encode(TEXT)),
        ("base64", base64.urlsafe_b64encode(TEXT).rstrip(b"=")),
    ],
)
def test_a_token_is_found_where_it_begins(form: str, token: bytes) -> None:
    buffer, _ = joined([b"id=" + token + b"&x=1"])
    found = everything_in(buffer)
    said = zip([FORMS[number] for number in found.forms.tolist()], found.said(), found.places.tolist(), strict=True)
    assert (form, TEXT, buffer.index(token)) in list(said)


@pytest.mark.parametrize("size", [16, 20, 28, 32, 48, 64])
def test_tokens_of_the_size_of_a_digest_are_kept_apart(size: int) -> None:
    token = bytes(range(0x81, 0x81 + size))
    buffer, _ = joined([token.hex().encode()])
    found = everything_in(buffer)
    assert token in found.chosen(found.forms == DIGEST).said()


def test_common_words_are_nothing_encoded() -> None:
    buffer, _ = joined([b"the quick brown fox getElementById addEventListener 20260101"])
    assert len(everything_in(buffer)) == 0


def told_of(texts: list[bytes]) -> list[Counter[tuple[int, int, int, bytes]]]:
    """What is encoded in each text of one buffer, and where."""
    buffer, begins = joined(texts)
    found = everything_in(buffer)
    told: list[Counter[tuple[int, int, int, bytes]]] = [Counter() for _ in texts]
    for place, form, kind, said in zip(found.places, found.forms, found.kinds, found.said(), strict=True):
        of = int(np.searchsorted(begins, place, "right")) - 1
        told[of][(int(place - begins[of]), int(form), int(kind), said)] += 1
    return told


@settings(deadline=None)
@given(TEXTS)
def test_a_text_says_the_same_alone_and_among_others(texts: list[bytes]) -> None:
    assert told_of(texts) == [told for text in texts for told in told_of([text])]


@settings(deadline=None)
@given(TEXTS)
def test_every_piece_has_octets_of_its_own_and_begins_with_a_token(texts: list[bytes]) -> None:
    buffer, _ = joined(texts)
    found = everything_in(buffer)
    assert all(buffer[place : place + 1].strip(b"\0 =.") for place in found.places.tolist())
    assert (found.ends > found.begins).all()
    assert (found.begins >= 0).all()
    assert (found.ends <= len(found.octets)).all()
    order = np.argsort(found.begins)
    assert (found.begins[order][1:] >= found.ends[order][:-1]).all()


@pytest.mark.parametrize("form", ["base64", "uri"])
def test_what_lz_string_made_is_found_in_a_text(form: str) -> None:
    texts = [vector for vector in VECTORS if len(vector["text"]) > 5]
    tokens = [vector[form].rstrip("=").encode() for vector in texts]
    buffer, _ = joined([b" ".join(b"v=" + token for token in tokens)])
    found = everything_in(buffer)
    said = set(found.chosen(found.forms == FORMS.index("lz-string")).said())
    assert said >= {vector["text"].encode() for vector in texts}


def of_many(count: int) -> bytes:
    """What lz-string makes of so many times the same letter: codes of entries that grow by a letter each."""
    bits, width, known, room, said = "00" + f"{ord('a'):08b}"[::-1], 3, 4, 4, 1
    while said < count:
        bits += f"{known:0{width}b}"[::-1]
        said, known, room = said + known - 2, known + 1, room - 1
        if not room:
            room, width = 1 << width, width + 1
    bits += f"{2:0{width}b}"[::-1]
    digits = [int(bits[at : at + 6].ljust(6, "0"), 2) for at in range(0, len(bits), 6)]
    chars = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return bytes(chars[digit] for digit in digits)


def test_what_lz_string_made_comes_in_portions_that_are_small() -> None:
    bomb = of_many(LZ_LIMIT - 1000)
    portions = list(encoded_in(joined([b" ".join([bomb] * 20)])[0]))
    sizes = [len(portion.octets) for portion in portions[1:]]
    assert sum(sizes) > 20 * (LZ_LIMIT - 1000)
    assert max(sizes) <= 4 * LZ_LIMIT
    assert sum(len(portion) for portion in portions[1:]) == 20


def test_what_lz_string_made_grows_within_the_bounds_of_its_part() -> None:
    bombs = b" ".join(of_many(LZ_LIMIT - 1000 * number) for number in range(1, 11))
    searched = search([b"x", bombs, bombs[: len(bombs) // 2]], PeopleIndex.of([]))
    assert searched.unreadable == ((1, TOO_LARGE),)
