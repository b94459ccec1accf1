"""Pieces are chosen together with what they say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.pieces import DIGEST, FORMS, GLUED, PACKED, TEXT, Pieces


def pieces_of(said: list[bytes]) -> Pieces:
    """Pieces that say these, one behind the other."""
    sizes = np.array([len(one) for one in said], np.int64)
    ends = np.cumsum(sizes)
    numbers = np.arange(len(said))
    octets = np.frombuffer(b"".join(said), np.uint8)
    return Pieces(octets, numbers * 10, numbers % len(FORMS), numbers % 3, ends - sizes, ends)


@given(st.lists(st.binary(max_size=9), max_size=9), st.randoms())
def test_those_that_are_marked_are_chosen(said: list[bytes], random: object) -> None:
    marks = [random.random() < 0.5 for _ in said]  # type: ignore[attr-defined]
    pieces = pieces_of(said)
    chosen = pieces.chosen(np.array(marks, np.bool_))
    kept = [number for number, mark in enumerate(marks) if mark]
    assert pieces.said() == said
    assert chosen.said() == chosen.compact().said() == [said[number] for number in kept]
    assert len(chosen.compact().octets) == sum(len(said[number]) for number in kept)
    assert chosen.places.tolist() == [10 * number for number in kept]
    assert chosen.forms.tolist() == [number % len(FORMS) for number in kept]
    assert len(chosen) == len(chosen.kinds) == len(kept)


def test_forms_and_kinds_are_those_of_the_compiled_loops() -> None:
    of = kernels.decoding
    numbers = (of.DIGEST, of.HEX, of.BASE32, of.BASE58, of.BASE64, of.LZ_STRING)
    assert [FORMS[number] for number in numbers] == ["", "hex", "base32", "base58", "base64", "lz-string"]
    assert DIGEST == of.DIGEST
    assert (TEXT, PACKED, GLUED) == (of.AS_TEXT, of.AS_PACKED, of.AS_GLUED)
