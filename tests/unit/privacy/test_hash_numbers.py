"""The numbers of the hashes are those that the standards list."""

import numpy as np
import pytest

from testbed.privacy import hash_numbers as numbers

LISTED = {
    "MD5_ADDED": (0xD76AA478, 0xEB86D391),
    "SHA1_ADDED": (0x5A827999, 0xCA62C1D6),
    "SHA2_SMALL": (0x428A2F98, 0xC67178F2),
    "SHA2_LARGE": (0x428A2F98D728AE22, 0x6C44198C4A475817),
    "SHA224": (0xC1059ED8, 0xBEFA4FA4),
    "SHA256": (0x6A09E667, 0x5BE0CD19),
    "SHA384": (0xCBBB9D5DC1059ED8, 0x47B5481DBEFA4FA4),
    "SHA512": (0x6A09E667F3BCC908, 0x5BE0CD19137E2179),
}


@pytest.mark.parametrize(("name", "ends"), LISTED.items())
def test_the_first_and_the_last(name: str, ends: tuple[int, int]) -> None:
    of = getattr(numbers, name)
    assert (int(of[0]), int(of[-1])) == ends


def test_keccak() -> None:
    added, (goes, turns) = numbers.keccak_added(), numbers.keccak_moves()
    assert [int(number) for number in (*added[:3], added[-1])] == [1, 0x8082, 0x800000000000808A, 0x8000000080008008]
    assert sorted(goes.tolist()) == list(range(25))
    assert turns[:5].tolist() == [0, 1, 62, 28, 27]


@pytest.mark.parametrize("rounds", [10, 12])
def test_each_round_takes_every_word_once(rounds: int) -> None:
    blake2 = numbers.blake2_rows(rounds).reshape(rounds, 16)
    assert all(np.array_equal(np.sort(order), np.arange(16)) for order in blake2)
    assert all(np.array_equal(np.sort(order), np.arange(16)) for order in numbers.MD5_ROWS.reshape(4, 16))
