"""Notices by which a school tells a vendor that something has changed (SS 12000, webhooks), by what they say."""

from testbed.model.exchange_messages import ChangeNotice, MachineToken
from testbed.model.messages import Malformed
from testbed.model.wire import Exchange, Pointer
from testbed.wire.bodies import decoded
from testbed.wire.machine_tokens import bearer_of, token_of
from testbed.wire.objects import object_of
from testbed.wire.xml import Unreadable

SPELLINGS = frozenset({"modifiedEntites", "modifiedEntities"})
"""The standard's own document writes it in the first way, some schools in the second."""
COMMON = b"modifiedEntit"
MAX_NOTICE = 64 * 1024
DOTS_OF_JWT = 2


def messages(exchange: Exchange) -> tuple[ChangeNotice | Malformed, ...]:
    """The notice that the exchange carried, and its token where that was meant as a JSON Web Token and is none; nothing
    where it carried something else."""
    request = exchange.request
    if request.method != "POST" or len(request.body) > MAX_NOTICE:
        return ()
    try:
        body = decoded(request.headers, request.body)
        members = object_of(body, MAX_NOTICE) if COMMON in body else {}
    except Unreadable:
        return ()
    if not SPELLINGS & members.keys():
        return ()
    token, malformed = _token(exchange)
    status = exchange.response.status if exchange.response else 0
    notice = ChangeNotice(Pointer(exchange.number, "request.body"), exchange.receiver, token, status)
    return (notice, malformed) if malformed else (notice,)


def _token(exchange: Exchange) -> tuple[MachineToken | None, Malformed | None]:
    """The token that came with it. One that nobody but its service can read (RFC 6749, 1.4) says nothing, and is not
    malformed for that."""
    compact = bearer_of(exchange.request)
    if compact is None:
        return None, None
    try:
        return token_of(compact), None
    except Unreadable as error:
        where = Pointer(exchange.number, "request.headers/authorization")
        meant = compact.count(".") == DOTS_OF_JWT
        return MachineToken(), Malformed(where, "access token", str(error), "ss12000") if meant else None
