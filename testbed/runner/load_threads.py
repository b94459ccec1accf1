"""Whose a server's call is, in a recording of many flows at once: told by what it carries, and else by who was there.

A browser says which flow each of its requests is of; a vendor's server and the school's do not. What they send carries
values that were made for one login alone: the code that the browser brought, the token that the code was given for, the
session that a logout is about. A call without any is the flow's that alone was under way at that vendor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from testbed.model.messages import AuthnRequest, LogoutRequest, LogoutResponse, Message, SamlResponse
from testbed.model.oidc_messages import AuthorizationAnswer, LogoutToken, TokenAnswer, TokenRequest
from testbed.model.wire import Exchange
from testbed.wire.messages import messages
from testbed.wire.oidc_exchange import Looked
from testbed.wire.providers import Providers

MARGIN = timedelta(seconds=2)
"""A flow may have begun, or a server may still speak of it, by so much before and after what its browser did."""


@dataclass(frozen=True, slots=True)
class Span:
    """One flow of the run."""

    play: str
    """"" for one that was not intercepted."""
    hosts: frozenset[str]
    """Of the vendors that take part in it."""
    person: str
    begins: datetime
    ends: datetime

    def meets(self, other: "Span") -> bool:
        """Whether a call at a vendor of both may be of either, by its time."""
        at_once = self.begins - MARGIN <= other.ends + MARGIN and other.begins - MARGIN <= self.ends + MARGIN
        return at_once and not self.hosts.isdisjoint(other.hosts)

    def holds(self, exchange: Exchange) -> bool:
        """Whether it may be of this flow, by its time and its parties."""
        in_time = self.begins - MARGIN <= exchange.started <= self.ends + MARGIN
        return in_time and not self.hosts.isdisjoint((exchange.sender, exchange.receiver))


class Threads:
    """Values that were made for one login, and the plays that they belong to.

    Args:
        content_keys: the run's key log.
        places: where the parties of OpenID Connect listen.
    """

    def __init__(self, content_keys: Mapping[str, bytes], places: Providers) -> None:
        self._content_keys, self._places = content_keys, places
        self._owners: dict[tuple[str, str], str | None] = {}

    def learn(self, exchange: Exchange) -> None:
        """The exchange belongs to its play, and whatever it carries does too; a value of two plays is neither's."""
        for value in self._carried(exchange):
            self._owners[value] = exchange.play if self._owners.get(value, exchange.play) == exchange.play else None

    def play_of(self, exchange: Exchange) -> tuple[str, bool]:
        """The play whose values a server's call carries, "" where it carries none of any or of several; and whether it
        carries any value of a login at all."""
        values = frozenset(self._carried(exchange))
        owners = {self._owners[value] for value in values if value in self._owners}
        owner = owners.pop() if len(owners) == 1 else None
        return owner or "", bool(values)

    def _carried(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        looked = Looked(exchange, self._places)
        named = (("token", looked.bearer), ("token", looked.form.get("token", "")))
        said = messages(exchange, self._content_keys, self._places)
        every = (*named, *(value for message in said for value in _made_for(message)))
        return (value for value in every if value[1])


def _made_for(message: Message) -> Iterator[tuple[str, str]]:
    """What a message carries that was made for one login: its kind, and the value. Not what stands for a person, for
    that is the same in the next login."""
    match message:
        case AuthorizationAnswer():
            yield "code", message.code
        case TokenRequest():
            yield "code", message.code
            yield "token", message.refresh_token
        case TokenAnswer():
            yield "token", message.access_token
            yield "token", message.refresh_token
            if message.id_token is not None:
                yield "session", message.id_token.session
        case LogoutToken():
            yield "session", message.session
        case AuthnRequest():
            yield "message", message.id
        case SamlResponse():
            yield "message", message.in_response_to
            yield from (("session", assertion.session_index) for assertion in message.assertions)
        case LogoutRequest():
            yield "message", message.id
            yield from (("session", index) for index in message.session_indexes)
        case LogoutResponse():
            yield "message", message.in_response_to


def alone(exchange: Exchange, spans: Sequence[Span]) -> str:
    """The play of the only flow that was under way at the vendor that the exchange is of; "" where that was none, was
    not intercepted, or was not alone."""
    there = [span for span in spans if span.holds(exchange)]
    return there[0].play if len(there) == 1 else ""


def of_person(exchange: Exchange, persons: frozenset[str], spans: Sequence[Span]) -> str:
    """The play of the only person under way at that vendor of whom something stands in the exchange; "" likewise."""
    return alone(exchange, [span for span in spans if span.person in persons])
