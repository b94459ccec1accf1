"""The text behind what lz-string made of it, told early where there is none.

The published ports decode to the end before they tell; here a token that is something else is given up after a few
characters, for nearly every long identifier of a script has to be tried (format: pieroxy.net/blog/pages/lz-string).
"""

from collections.abc import Callable, Iterable, Iterator

BASE64 = {char: value for value, char in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
URI = {**BASE64, ord("-"): 63, ord("$"): 64}
WIDTH = 6
_EIGHT_BITS, _SIXTEEN_BITS, _END = 0, 1, 2
PLAIN = range(0x20, 0x3000)
WHITE = frozenset("\t\n\r")


def of_base64(token: bytes, limit: int) -> str | None:
    """The text of ``compressToBase64`` or ``compressToEncodedURIComponent``; None where it is none.

    Args:
        token: without padding.
        limit: characters that are made at most.
    """
    alphabet = URI if b"-" in token else BASE64
    try:
        return _unpacked(_reader(alphabet[octet] for octet in token), limit)
    except (StopIteration, RuntimeError, KeyError, ValueError):
        return None


def _reader(symbols: Iterable[int]) -> Callable[[int], int]:
    """Reads numbers, lowest bit first, from symbols whose highest bit comes first."""

    def bits() -> Iterator[int]:
        for symbol in symbols:
            for place in range(WIDTH - 1, -1, -1):
                yield symbol >> place & 1

    source = bits()

    def read(count: int) -> int:
        return sum(next(source) << place for place in range(count))

    return read


def _unpacked(read: Callable[[int], int], limit: int) -> str | None:
    kind = read(2)
    if kind not in (_EIGHT_BITS, _SIXTEEN_BITS):
        return None
    last = chr(read(8 if kind == _EIGHT_BITS else 16))
    entries: list[str] = ["", "", "", last]
    out, size, width, room = [last], 1, 3, 4
    while _readable(last) and size <= limit:
        code = read(width)
        if code == _END:
            return "".join(out)
        if code in (_EIGHT_BITS, _SIXTEEN_BITS):
            entries.append(chr(read(8 if code == _EIGHT_BITS else 16)))
            code = len(entries) - 1
            width, room = _wider(width, room)
        if code > len(entries):
            return None
        said = entries[code] if code < len(entries) else last + last[0]
        if not said:
            return None
        out.append(said)
        size += len(said)
        entries.append(last + said[0])
        width, room = _wider(width, room)
        last = said
    return None


def _wider(width: int, room: int) -> tuple[int, int]:
    """The width of the next code, and how many more entries it has room for, once one has been added."""
    return (width, room - 1) if room > 1 else (width + 1, 1 << width)


def _readable(said: str) -> bool:
    return all(ord(char) in PLAIN or char in WHITE for char in said[-2:])
