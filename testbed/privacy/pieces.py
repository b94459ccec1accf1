"""What is found encoded in a buffer."""

from dataclasses import dataclass, field

DIGEST_SIZES = frozenset({16, 20, 28, 32, 48, 64})
"""Octets of the digests that are looked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was encoded."""

    place: int
    """Where the token begins in the buffer."""
    form: str
    data: bytes
    packed: bool = False
    """It is no text, and only worth looking at if it can be unpacked."""
    glued: bool = False
    """It was read in several ways, for letters of chance may stand on either side: the longest value counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a buffer holds that is encoded."""

    pieces: list[Piece] = field(default_factory=list)
    digests: list[tuple[int, bytes]] = field(default_factory=list)
    """Tokens that have the size of a digest, with their places."""
