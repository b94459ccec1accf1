"""Bodies that grow beyond all bounds when they are unpacked: nobody can read them, whatever they were meant to be."""

from collections.abc import Iterator

from testbed.model.messages import Malformed
from testbed.model.wire import Exchange, Pointer, header
from testbed.wire.bodies import OUT_OF_BOUNDS, decoded, is_bomb


def messages(exchange: Exchange) -> Iterator[Malformed]:
    """One for each body of the exchange whose content codings hold a bomb, in the order request, response."""
    for place, message in (("request.body", exchange.request), ("response.body", exchange.response)):
        if message is None or not header(message.headers, "content-encoding"):
            continue
        if is_bomb(message.body, decoded(message.headers, message.body)):
            yield Malformed(Pointer(exchange.number, place), "body", OUT_OF_BOUNDS, "http")
