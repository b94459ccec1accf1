"""Digests made many at once are those of the standard library."""

import hmac

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.privacy.digests import KEYED, KINDS, SIZES
from testbed.privacy.hashing import HASHES, Messages, firsts
from testbed.privacy.kernels.hash_rounds import LANES

MESSAGES = st.lists(st.binary(max_size=300), min_size=1, max_size=20)
SALTS = st.binary(max_size=80)
EVERY_LENGTH = [bytes(range(256))[:size] + b"\xff" * (size - 256) for size in range(301)]


def test_every_kind_is_made() -> None:
    assert set(HASHES) == set(KINDS)
    assert {kind: made.size for kind, made in HASHES.items()} == dict(SIZES)


@pytest.mark.parametrize("kind", KINDS)
def test_messages_of_every_length(kind: str) -> None:
    expected = firsts(KINDS[kind](message).digest() for message in EVERY_LENGTH)
    assert np.array_equal(Messages(EVERY_LENGTH).prints(kind), expected)


@pytest.mark.parametrize("count", [1, LANES - 1, LANES, LANES + 1])
def test_chunks_that_are_full_and_not(count: int) -> None:
    messages = [bytes([number]) * 5 for number in range(count)]
    expected = firsts(KINDS["sha1"](message).digest() for message in messages)
    assert np.array_equal(Messages(messages).prints("sha1"), expected)


@settings(max_examples=20)
@pytest.mark.parametrize("kind", KINDS)
@given(messages=MESSAGES, before=SALTS, behind=SALTS)
def test_messages_between_salts(kind: str, messages: list[bytes], before: bytes, behind: bytes) -> None:
    expected = firsts(KINDS[kind](before + message + behind).digest() for message in messages)
    assert np.array_equal(Messages(messages).prints(kind, before, behind), expected)


@settings(max_examples=20)
@pytest.mark.parametrize("kind", KEYED)
@given(messages=MESSAGES, key=st.binary(max_size=200))
def test_keyed_digests(kind: str, messages: list[bytes], key: bytes) -> None:
    expected = firsts(hmac.digest(key, message, kind) for message in messages)
    assert np.array_equal(Messages(messages).keyed_prints(kind, key), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_laid_out_is_good_for_several_digests(kind: str) -> None:
    messages = Messages([b"anna", b"b" * 100])
    first = messages.prints(kind)
    for other in KINDS:
        messages.prints(other)
    for other in KEYED:
        messages.keyed_prints(other, b"key")
    assert np.array_equal(messages.prints(kind), first)
