"""Messages are laid out side by side; that the hashes of them are right is told by the tests of ``hashing``."""

import numpy as np
import pytest

from testbed.privacy.kernels.hash_rounds import LANES, lay

MARK = 0x80
NOTHING = np.frombuffer(b"", np.uint8)


def laid(messages: list[bytes], size: int, high_first: bool) -> list[bytes]:
    """What stands in the lane of each message, in the order in which a hash takes its octets."""
    chunks, rows = -(-len(messages) // LANES), 8
    out = np.zeros(chunks * LANES * rows * size, np.uint8)
    ends = np.cumsum([len(one) for one in messages])
    octets = np.frombuffer(b"".join(messages), np.uint8)
    form = (size - 1, size - 1 if high_first else 0, MARK)
    lay(octets, ends, np.arange(len(messages)), (np.frombuffer(b"<", np.uint8), NOTHING), form, out)
    words = out.reshape(chunks, rows, LANES, size)
    ordered = words[..., ::-1] if high_first else words
    return [ordered[number // LANES, :, number % LANES].tobytes() for number in range(len(messages))]


@pytest.mark.parametrize("high_first", [True, False])
@pytest.mark.parametrize("size", [4, 8])
def test_each_message_has_a_lane(size: int, high_first: bool) -> None:
    messages = [bytes([65 + number % 26]) * (number % 20) for number in range(2 * LANES + 3)]
    expected = [(b"<" + one + bytes([MARK])).ljust(8 * size, b"\0") for one in messages]
    assert laid(messages, size, high_first) == expected
