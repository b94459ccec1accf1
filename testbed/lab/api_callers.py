"""Who may call a data API that stands by itself: clients of one agreement, by a token and the key that it is for."""

from collections.abc import Mapping

from starlette.requests import Request

from idp.federated_tls.pins import client_of, peer_of
from idp.federated_tls.refused import Untrusted
from idp.federated_tls.source import MachineSource
from idp.ss12000.caller import Authenticate, Caller, NotAuthenticated
from idp.token_service.bearer import BearerTokens
from idp.token_service.refused import TokenRefused
from testbed.lab.spec import Clock
from testbed.model.written import Agreement


def holders_of_keys(
    opened: BearerTokens, known: MachineSource, clients: Mapping[str, frozenset[str]], agreement: Agreement, now: Clock
) -> Authenticate:
    """Finds out which of the clients calls.

    Args:
        opened: verifies tokens.
        known: the register of machines.
        clients: hosts that notices for each may go to, by what the register calls it.
        agreement: with all of them.
        now: the time, in aware UTC.
    """

    async def authenticate(request: Request) -> Caller:
        try:
            granted = await opened.check(request.headers.get("authorization", ""), now())
            trusted = await known.machines(now())
        except (TokenRefused, Untrusted) as error:
            raise NotAuthenticated(str(error)) from error
        peer = peer_of(request.scope)
        if granted.entity_id not in clients:
            raise NotAuthenticated(f"{granted.entity_id} has no agreement")
        if peer is None or client_of(trusted.callers, peer, granted.entity_id) is None:
            raise NotAuthenticated(f"the caller has not shown a key of {granted.entity_id}")
        return Caller(granted.entity_id, agreement, clients[granted.entity_id])

    return authenticate
