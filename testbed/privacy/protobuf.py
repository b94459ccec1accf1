"""The texts in binary messages that tell no names: protocol buffers and what is built like them.

Their strings stand behind their length, which may look like a letter of the string: only who reads the lengths knows
where a string begins (protobuf.dev/programming-guides/encoding).
"""

from collections.abc import Iterator

MAX_SIZE = 1 << 20
MAX_FIELDS = 20_000
MAX_NESTED = 12
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
GRPC_HEADER = 5


class _NotProtobuf(ValueError):
    pass


def texts_in(data: bytes) -> list[bytes]:
    """The texts of a message, in order; none where the octets are no such message."""
    if not 2 <= len(data) <= MAX_SIZE:
        return []
    if data[0] == 0 and len(data) > GRPC_HEADER and int.from_bytes(data[1:GRPC_HEADER]) == len(data) - GRPC_HEADER:
        data = data[GRPC_HEADER:]
    try:
        return list(_texts(data, MAX_NESTED, [MAX_FIELDS]))
    except _NotProtobuf:
        return []


def _texts(data: bytes, depth: int, left: list[int]) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        left[0] -= 1
        tag, place = _varint(data, place)
        if not 0 < tag >> 3 < 1 << 29 or left[0] < 0:
            raise _NotProtobuf
        match tag & 7:
            case kind if kind == VARINT:
                _, place = _varint(data, place)
            case kind if kind == FIXED64:
                place += 8
            case kind if kind == FIXED32:
                place += 4
            case kind if kind == LENGTH:
                size, place = _varint(data, place)
                payload = data[place : place + size]
                place += size
                if place > len(data):
                    raise _NotProtobuf
                yield from _payload(payload, depth, left)
            case _:
                raise _NotProtobuf
    if place != len(data):
        raise _NotProtobuf


def _payload(payload: bytes, depth: int, left: list[int]) -> Iterator[bytes]:
    """A string, or a message in the message, or both: nothing tells them apart for certain."""
    if depth:
        try:
            yield from list(_texts(payload, depth - 1, left))
        except _NotProtobuf:
            yield payload
            return
    yield payload


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data) and shift < 64:
        octet = data[place]
        number |= (octet & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if octet < 0x80:
            return number, place
    raise _NotProtobuf
