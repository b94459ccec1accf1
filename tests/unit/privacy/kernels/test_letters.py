"""Letters are brought to their skeletons octet by octet; that rows are is told by the tests of ``skeleton``."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.skeleton import _SECOND, TABLE, of_text

LEADS = range(0xC3, 0xCE)
GARBAGE = st.lists(
    st.binary(max_size=6) | st.text("åÖé\u0301ǅ̈ͯa", max_size=5).map(str.encode) | st.just(b"\xc3"), max_size=12
).map(b"".join)


def mixed(raw: bytes) -> bytes | None:
    """The skeleton of binary data, if it holds a letter of UTF-8."""
    octets, out = np.frombuffer(b"\xc3" + raw + b"\xa5", np.uint8), np.zeros(len(raw) + 1, np.uint8)
    end = kernels.letters.mixed(octets, 1, len(raw) + 1, np.frombuffer(TABLE, np.uint8), _SECOND, out, 1)
    return None if end < 0 else out[1:end].tobytes()


def expected(raw: bytes) -> bytes | None:
    """The same, said slowly."""
    out, place, met = b"", 0, False
    while place < len(raw):
        pair = raw[place : place + 2]
        if pair[0] in LEADS and len(pair) == 2 and 0x80 <= pair[1] < 0xC0:
            met, place = True, place + 2
            if pair[0] < 0xCC:
                out += (of_text(pair.decode()) or b"\x02")[:1]
            continue
        out, place = out + TABLE[raw[place] :][:1], place + 1
    return out if met else None


@settings(deadline=None)
@given(GARBAGE)
@example(b"")
@example(b"\xc3")
@example(b"\xc3\xa5")
@example(b"\xcd\x80a\xcc\x88")
def test_letters_of_utf_8_amid_binary_data_are_read(raw: bytes) -> None:
    assert mixed(raw) == expected(raw)


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=80))
@example(bytes(range(256)))
def test_ascii_becomes_small_and_all_else_stays(raw: bytes) -> None:
    octets = np.frombuffer(raw[: len(raw) & ~7], np.uint64)
    out = np.empty_like(octets)
    kernels.letters.lowered(octets, out)
    whole = raw[: len(raw) & ~7]
    assert out.tobytes() == whole.lower().replace(b"`", b"'")


def test_the_skeletons_of_ascii_are_its_small_letters() -> None:
    ascii_octets = bytes(range(0x80))
    assert ascii_octets.translate(TABLE) == ascii_octets.lower().replace(b"`", b"'")
