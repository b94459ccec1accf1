"""Where in the exchanges of a journal values of people stand, whatever they are wrapped in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_plus

from testbed.model.privacy import BY_EXCHANGE, Channel
from testbed.model.wire import BROWSER, Exchange, Headers
from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.records import Found, together
from testbed.privacy.search import search
from testbed.privacy.undoing import TOO_LARGE
from testbed.wire import provisioning, scim, ss12000
from testbed.wire.bodies import FORM, MAX_DECODED, MAX_FIELDS, decoded, is_bomb

PROTOCOL_FIELDS = (b"SAMLRequest", b"SAMLResponse")
"""Fields of an address that have a place of their own, for messages are read there."""
NAMED_HEADERS = {"referer": Channel.REFERER, "cookie": Channel.COOKIE}
SENT_UNASKED = frozenset(
    ["accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "host", "origin"]
)
"""Headers in which nobody's values can stand: the programs at both ends choose them."""


TOO_LONG = f"it is longer than the {MAX_DECODED >> 20} MiB that are looked at"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A value of somebody, seen in one place of an exchange."""

    owner: Owner
    form: str
    """See :class:`testbed.privacy.records.Found`."""
    channel: Channel
    locator: str
    """Of :class:`testbed.model.wire.Pointer`."""
    answered: bool = False
    """It came back to the caller; else it was sent by them."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Something in an exchange that could not be read, or not to its end."""

    channel: Channel
    locator: str
    why: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen, by the number of the exchange."""

    seen: Mapping[int, tuple[Sighting, ...]] = field(default_factory=dict)
    closed: Mapping[int, tuple[Closed, ...]] = field(default_factory=dict)

    def of(self, exchange: int) -> tuple[Sighting, ...]:
        """What was seen in one exchange."""
        return self.seen.get(exchange, ())


@dataclass(frozen=True, slots=True)
class _Place:
    exchange: int
    channel: Channel
    locator: str
    data: bytes
    answered: bool = False
    cut: str = ""
    """Why there is more of it than ``data``, "" where there is not."""


def sightings(exchanges: Iterable[Exchange], index: PeopleIndex, keys: Sequence[bytes] = ()) -> Sightings:
    """Everything of anybody in these exchanges.

    What a page shows to the person's browser is not looked at: to see it is why the person went there.

    Args:
        exchanges: of one journal.
        index: over everybody, with the values that were issued in this run.
        keys: keys and salts that digests may have been made with.
    """
    seen: dict[int, list[Sighting]] = {}
    closed: dict[int, list[Closed]] = {}
    for places in _portions(place for exchange in exchanges for place in _places(exchange)):
        _look(places, (index, keys), seen, closed)
    return Sightings(
        {number: _told(of_one, index) for number, of_one in seen.items()},
        {number: tuple(dict.fromkeys(of_one)) for number, of_one in closed.items()},
    )


PORTION = 1 << 28
"""Octets that are held at once."""


def _portions(places: Iterable[_Place]) -> Iterator[list[_Place]]:
    portion: list[_Place] = []
    size = 0
    for place in places:
        portion.append(place)
        size += len(place.data)
        if size > PORTION:
            yield portion
            portion, size = [], 0
    yield portion


def _look(
    places: Sequence[_Place],
    known: tuple[PeopleIndex, Sequence[bytes]],
    seen: dict[int, list[Sighting]],
    closed: dict[int, list[Closed]],
) -> None:
    # NOTE: cookies and addresses come again and again; each text is searched once.
    numbers: dict[bytes, int] = {}
    at: dict[int, list[_Place]] = {}
    for place in places:
        at.setdefault(numbers.setdefault(place.data, len(numbers)), []).append(place)
    searched = search(list(numbers), *known)
    for found in searched.found:
        for place in at[found.part]:
            one = Sighting(found.owner, found.form, place.channel, place.locator, place.answered)
            seen.setdefault(place.exchange, []).append(one)
    for number, why in searched.unreadable:
        for place in at[number]:
            closed.setdefault(place.exchange, []).append(Closed(place.channel, place.locator, why, place.answered))
    for place in places:
        if place.cut:
            cut = Closed(place.channel, place.locator, place.cut, place.answered)
            closed.setdefault(place.exchange, []).append(cut)


def _told(seen: Sequence[Sighting], index: PeopleIndex) -> tuple[Sighting, ...]:
    """The same, in the order of the places; the fields of one message, or of one record of a list, tell together whose
    their values are."""
    told: list[Sighting] = []
    sides: dict[tuple[bool, str], list[Sighting]] = {(False, ""): [], (True, ""): []}
    for one in seen:
        record = one.locator if one.channel in BY_EXCHANGE else ""
        sides.setdefault((one.answered, record), []).append(one)
    for side in sides.values():
        found = [Found(0, one.owner, one.form, in_field=not one.owner.person) for one in side]
        told += [replace(one, owner=better.owner) for one, better in zip(side, together(found, index), strict=True)]
    return tuple(dict.fromkeys(told))


def _places(exchange: Exchange) -> Iterator[_Place]:
    request, number = exchange.request, exchange.number
    yield from _address(number, request.url.encode("utf-8", "surrogatepass"))
    for name, value in request.headers:
        lower = name.lower()
        if lower not in SENT_UNASKED:
            data = f"{name}: {value}".encode("latin-1", "replace")
            yield _Place(number, NAMED_HEADERS.get(lower, Channel.HEADER), f"request.headers:{lower}", data)
    yield from _sent(exchange)
    for count, frame in enumerate(exchange.frames, start=1):
        if frame.sent or exchange.sender != BROWSER:
            yield _Place(number, Channel.WEBSOCKET, f"frames:{count}", frame.data, answered=not frame.sent)
    if exchange.sender != BROWSER and exchange.response is not None:
        raw = exchange.response.body
        body = decoded(exchange.response.headers, raw)
        cut = _why_cut(raw, body)
        apart = () if cut else ss12000.records(exchange)
        if apart:
            yield from (_Place(number, Channel.SS12000, place, data, answered=True) for place, data in apart)
        else:
            yield _Place(number, Channel.BODY, "response.body", body, answered=True, cut=cut)


def _sent(exchange: Exchange) -> Iterator[_Place]:
    """The request's body: where it is a roster that is sent, record by record."""
    request = exchange.request
    cut = _why_cut(request.body, decoded(request.headers, request.body))
    for channel, read in ((Channel.SCIM, scim.records), (Channel.SS12000, provisioning.records)):
        apart = () if cut else read(exchange)
        if apart:
            yield from (_Place(exchange.number, channel, place, data) for place, data in apart)
            return
    yield from _body(exchange.number, request.headers, request.body, request.header("content-type"))


def _address(number: int, url: bytes) -> Iterator[_Place]:
    address, mark, query = url.partition(b"?")
    pieces = query.split(b"&") if mark and any(name in query for name in PROTOCOL_FIELDS) else [query]
    apart = [piece for piece in pieces if piece.partition(b"=")[0] in PROTOCOL_FIELDS]
    rest = b"&".join(piece for piece in pieces if piece not in apart)
    yield _Place(number, Channel.URL, "request.url", address + mark + rest)
    for piece in apart:
        name, _, value = piece.partition(b"=")
        yield _Place(number, Channel.URL, f"request.url:{name.decode('ascii')}", value)


def _body(number: int, headers: Headers, raw: bytes, kind: str) -> Iterator[_Place]:
    body = decoded(headers, raw)
    pieces = body.split(b"&", MAX_FIELDS) if kind.lower().startswith(FORM) else []
    if not 0 < len(pieces) <= MAX_FIELDS or b"=" not in body:
        if body:
            yield _Place(number, Channel.BODY, "request.body", body, cut=_why_cut(raw, body))
        return
    if why := _why_cut(raw, body):
        yield _Place(number, Channel.BODY, "request.body", b"", cut=why)
    for piece in pieces:
        name = unquote_plus(piece.partition(b"=")[0].decode("utf-8", "replace"))
        yield _Place(number, Channel.BODY, f"request.body:{name}", piece)


def _why_cut(raw: bytes, body: bytes) -> str:
    if is_bomb(raw, body):
        return TOO_LARGE
    return TOO_LONG if len(body) >= MAX_DECODED else ""
