"""The words of a buffer, and what they are known by."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.words import MARGIN, MAX_GAP, joined, words_of

TEXTS = st.lists(st.text("abz019 .-", max_size=60).map(str.encode), max_size=6)


@given(TEXTS)
def test_the_words_are_the_runs_of_letters_and_digits(texts: list[bytes]) -> None:
    buffer, begins = joined(texts)
    words = words_of(buffer)
    found = [buffer[a:b] for a, b in zip(words.starts.tolist(), words.ends.tolist(), strict=True)]
    assert found == [word for text in texts for word in re.findall(rb"[a-z0-9]+", text)]
    assert all(buffer[at : at + len(text)] == text for at, text in zip(begins.tolist(), texts, strict=True))


@given(st.text("abc", min_size=1, max_size=16), st.text("abc", min_size=1, max_size=16))
def test_words_of_up_to_sixteen_letters_have_one_fingerprint_each(one: str, other: str) -> None:
    buffer, _ = joined([one.encode(), other.encode()])
    first, second = words_of(buffer).prints.tolist()
    assert (first == second) == (one == other)


def test_words_far_apart_are_no_chain() -> None:
    near, far = b" " * MAX_GAP, b" " * (MAX_GAP + 1)
    words = words_of(bytes(MARGIN) + b"a" + near + b"b" + far + b"c" + bytes(MARGIN))
    assert words.chains(np.arange(3), 2)[0].tolist() == [0]


def test_words_of_two_texts_are_no_chain() -> None:
    assert not len(words_of(joined([b"anna", b"berg"])[0]).chains(np.arange(2), 2)[0])
