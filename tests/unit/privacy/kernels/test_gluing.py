"""Letters of chance are cut away on both sides of a text."""

from random import Random

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.words import joined

CUT, CUT_OF_LONG, EDGE, LEAST_LEFT = 6, 3, 100, 4


def cuttings(text: bytes) -> bytes:
    """A text, and the same without the letters that chance may have put before and behind it, said slowly."""
    if len(text) > 2 * EDGE:
        return bytes(16).join((text, cuttings(text[:EDGE]), cuttings(text[-EDGE:])))
    cut = range(CUT if len(text) <= EDGE else CUT_OF_LONG)
    left = [text[before : len(text) - behind] for before in cut for behind in cut]
    return bytes(16).join(one for one in left if len(one) >= LEAST_LEFT)


@settings(deadline=None)
@given(st.lists(st.integers(8, 350), min_size=1, max_size=5), st.randoms(use_true_random=False))
@example([8, 9, 13, 99, 100, 101, 199, 200, 201], Random(1))
def test_letters_of_chance_are_cut_away_in_the_room_that_was_told(sizes: list[int], random: Random) -> None:
    rows = [random.randbytes(size) for size in sizes]
    buffer, begins = joined(rows)
    ends = begins + np.array(sizes, np.int64)
    room = np.empty(len(rows), np.int64)
    kernels.gluing.sizes_unglued(np.array(sizes, np.int64), room)
    to = np.cumsum(room + 16) - room
    out = np.zeros(int(to[-1] + room[-1]) + 16, np.uint8)
    kernels.gluing.all_unglued(np.frombuffer(buffer, np.uint8), begins, ends, to, out)
    assert [out[at : at + size].tobytes() for at, size in zip(to, room, strict=True)] == [cuttings(row) for row in rows]
