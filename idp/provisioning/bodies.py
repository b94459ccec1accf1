"""Bodies of what is sent at once, none larger than a receiver takes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from idp.ss12000.lens import Json

MAX_OCTETS = 200 * 1024
"""Of the national tests' receiver."""
MAX_NAMED = 1000
"""Resources of one job, so that its answer stays within bounds too."""
_BEGIN, _END = b'{"data":[', b"]}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One resource as it is written."""

    name: str
    octets: bytes = field(repr=False)


def piece(name: str, told: Json) -> Piece:
    """A resource, always written in the same way."""
    return Piece(name, json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())


def named(name: str) -> Piece:
    """An id alone, of what is to be deleted."""
    return Piece(name, json.dumps(name).encode())


def joined(pieces: Sequence[Piece]) -> bytes:
    """The body with these."""
    return _BEGIN + b",".join(one.octets for one in pieces) + _END


def chunks(pieces: Iterable[Piece], octets: int = MAX_OCTETS) -> Iterator[Sequence[Piece]]:
    """As many together as fit into one body; one that is too large is alone."""
    chunk: list[Piece] = []
    size = 0
    for one in pieces:
        more = len(one.octets) + 1
        if chunk and (len(_BEGIN) + len(_END) + size + more - 1 > octets or len(chunk) == MAX_NAMED):
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += more
    if chunk:
        yield chunk
