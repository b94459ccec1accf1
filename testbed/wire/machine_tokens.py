"""Access tokens of machines as callers show them, as the token service of the national tests makes them."""

from collections.abc import Iterator

from testbed.model.exchange_messages import MachineToken
from testbed.model.wire import Request
from testbed.wire.objects import Members, moment, text, texts
from testbed.wire.tokens import opened
from testbed.wire.xml import Unreadable

BEARER = "bearer "
MAX_ACCESS = 100


def token_shown(request: Request) -> MachineToken | None:
    """The bearer token that a caller shows; None where it shows none."""
    compact = bearer_of(request)
    if compact is None:
        return None
    try:
        return token_of(compact)
    except Unreadable:
        return MachineToken()


def bearer_of(request: Request) -> str | None:
    """The bearer token as it was sent (RFC 6750, 2.1); None where there is none."""
    shown = request.header("authorization")
    return shown[len(BEARER) :].strip() if shown.lower().startswith(BEARER) else None


def token_of(compact: str) -> MachineToken:
    """What a token says.

    Raises:
        Unreadable: see :func:`testbed.wire.tokens.opened`.
    """
    claims = opened(compact).claims
    return MachineToken(text(claims, "entity_id"), moment(claims, "nbf"), moment(claims, "exp"), tuple(_opens(claims)))


def _opens(claims: Members) -> Iterator[tuple[str, str]]:
    asked = claims.get("requested_access")
    for one in asked[:MAX_ACCESS] if isinstance(asked, list) else ():
        if isinstance(one, dict):
            yield from ((text(one, "type"), location) for location in texts(one, "locations"))
