"""Messages that are to be forged: what was ordered, and whom it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from idp.oidc.grants import Code, Grant
from idp.oidc.jose import Json
from idp.oidc.spoken import Spoken
from testbed.model.forgery import Forgery, JsonForgery, Made, MessageKind, TokenForgery


class Ordered(Protocol):
    """What the lab has ordered."""

    @property
    def party(self) -> str:
        """Client ID of the vendor."""

    @property
    def forgery(self) -> Forgery:
        """How the message is made."""

    @property
    def other(self) -> str:
        """Id of the person whom it may speak of in place of whoever logs in."""


class Forgeries(Protocol):
    """What waits to be forged, and what was made."""

    def take(self, party: str, message: MessageKind) -> Ordered | None:
        """How to make the message that is being issued to this vendor; None, as a rule, for an honest one."""

    def tell(self, made: Made) -> None:
        """Keep the account of a message that was made so."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One message that is to be forged."""

    order: Ordered
    own: Spoken | None
    """None where the message is about nobody."""
    other: Spoken | None
    places: Mapping[str, Json] = MappingProxyType({})
    """What is known besides, by the name of the place."""
    code: Code | None = None
    """Of the answer that is being given."""

    @property
    def own_grant(self) -> Grant:
        """What the honest message is about."""
        if self.own is None:
            raise ValueError("the message is about nobody")
        return self.own.grant

    def of_token(self, grant: Grant) -> Grant:
        """Of whom the token speaks, where the honest one speaks of this person."""
        forgery = self.order.forgery
        return self.other.grant if self.other and isinstance(forgery, TokenForgery) and forgery.other else grant

    def of_access(self, grant: Grant) -> Grant:
        """Whose the access token is, where the honest one is this person's."""
        forgery = self.order.forgery
        is_theirs = forgery.at_once if isinstance(forgery, TokenForgery) else _is_of_other(forgery)
        return self.other.grant if self.other and is_theirs else grant


def _is_of_other(forgery: Forgery) -> bool:
    return isinstance(forgery, JsonForgery) and forgery.other
