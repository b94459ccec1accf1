"""What is written in base64, base32, base58 or hex within a text, in every alignment, and what lz-string made of one.

Tokens are found by their shape, whole buffers at once.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.pieces import FORMS, PACKED, TEXT, Pieces
from testbed.privacy.words import MARGIN, Numbers

LZ_LIMIT = 1 << 17
"""Characters of a text that lz-string has made."""
_LZ_ROOM = 4 * LZ_LIMIT
_LZ = FORMS.index("lz-string")
_SHORTEST = 7


def encoded_in(buffer: bytes) -> Iterator[Pieces]:
    """Everything in the buffer, which begins and ends with zero octets, that says something once decoded.

    What is packed stands among it only where it looks as if it could be unpacked. What lz-string made comes in
    portions, for it may grow to more than there is memory for: whoever takes them keeps what there is room for.
    """
    octets = np.frombuffer(buffer, np.uint8)
    room = len(buffer) // _SHORTEST + 2
    words, runs = np.empty((room, 3), np.int32), np.empty((5 * room, 4), np.int32)
    pluses = np.empty(room, np.uint8)
    word_count, run_count = kernels.tokens.tokens(octets, words, runs, pluses)
    words, runs = words[:word_count], runs[:run_count]
    length, longer = int((words[:, 1] - words[:, 0]).sum()), int((runs[:, 1] - runs[:, 0]).sum())
    pieces = np.empty((4 * word_count + 2 * run_count + longer // 2, 5), np.int64)
    out = np.empty(3 * length + 6 * longer + MARGIN * (len(pieces) + 2), np.uint8)
    state = np.zeros(2, np.int64)
    kernels.decoding.of_words(octets, words, word_count, pieces, out, state)
    left = kernels.decoding.of_runs(octets, runs, pluses, run_count, pieces, out, state)
    yield _without_hopeless(_pieces(out[: state[1]], pieces[: state[0]]))
    yield from _of_lz(octets, runs[:left])


def _pieces(octets: NDArray[np.uint8], rows: Numbers) -> Pieces:
    return Pieces(octets, rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4])


def _without_hopeless(found: Pieces) -> Pieces:
    packed = np.flatnonzero(found.kinds == PACKED)
    keep = np.ones(len(found), np.bool_)
    marks = np.zeros(len(packed), np.bool_)
    kernels.packings.which(found.octets, found.begins[packed], found.ends[packed], True, marks)
    keep[packed] = marks
    return found.chosen(keep)


def _of_lz(octets: NDArray[np.uint8], runs: NDArray[np.int32]) -> Iterator[Pieces]:
    done = 0
    while done < len(runs):
        ends, out = np.empty(len(runs), np.int64), np.empty(_LZ_ROOM, np.uint8)
        first = done
        done, used = kernels.lzstring.of_runs(octets, runs, first, len(runs), LZ_LIMIT, ends, out)
        read = np.flatnonzero(ends[first:done] >= 0) + first
        if len(read):
            until = ends[read]
            begins = np.concatenate(([0], until[:-1]))
            forms, kinds = np.full(len(read), _LZ, np.int64), np.full(len(read), TEXT, np.int64)
            yield Pieces(out[:used], runs[read, 0].astype(np.int64), forms, kinds, begins, until)
