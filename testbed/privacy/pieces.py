"""What is found encoded in a buffer, one row for each piece."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.words import Numbers

FORMS = ("", "hex", "base32", "base58", "base64", "lz-string")
"""What a piece was encoded in, by its number; "" for what may be a digest."""
DIGEST = 0
TEXT, PACKED, GLUED = range(3)
"""Kinds of pieces: a text; no text, and only worth looking at if it can be unpacked; a text that was read in several
ways, for letters of chance may stand on either side: the longest value counts."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that was found."""

    octets: NDArray[np.uint8]
    """What they say."""
    places: Numbers
    """Where the token of each begins in the buffer."""
    forms: Numbers
    kinds: Numbers
    begins: Numbers
    ends: Numbers

    def __len__(self) -> int:
        return len(self.places)

    def chosen(self, which: NDArray[np.bool_]) -> "Pieces":
        """Those that are marked."""
        return Pieces(
            self.octets,
            self.places[which],
            self.forms[which],
            self.kinds[which],
            self.begins[which],
            self.ends[which],
        )

    def compact(self) -> "Pieces":
        """The same, with what they say and nothing else: the octets are those of a whole buffer."""
        sizes = self.ends - self.begins
        out, to = np.empty(int(sizes.sum()), np.uint8), np.empty(len(self), np.int64)
        kernels.signs.gathered(self.octets, self.begins, self.ends, 0, out, to)
        return Pieces(out, self.places, self.forms, self.kinds, to, to + sizes)

    def said(self) -> list[bytes]:
        """What each says."""
        return [self.octets[begin:end].tobytes() for begin, end in zip(self.begins, self.ends, strict=True)]
