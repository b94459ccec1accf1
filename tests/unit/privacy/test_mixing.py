"""The numbers that fingerprints are stirred with lose nothing."""

import numpy as np

from testbed.privacy import mixing
from testbed.privacy.words import MARGIN


def test_what_is_multiplied_with_is_odd() -> None:
    factors = {int(factor) for factor in (mixing.K1, mixing.K2, mixing.K3, mixing.CHAIN)}
    assert len(factors) == 4
    assert all(factor % 2 and factor.bit_length() > 60 for factor in factors)


def test_tags_differ_and_words_of_two_texts_stand_too_far_apart() -> None:
    tags = {mixing.FIRST, mixing.PAIR, mixing.VALUE, mixing.NAME}
    assert len(tags) == 4
    assert all(isinstance(tag, np.uint64) for tag in tags)
    assert mixing.MAX_GAP < MARGIN
