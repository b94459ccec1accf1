"""The school's sender of provisioning: one of a school, for all receivers of its roster of the national tests' kind."""

from collections.abc import Mapping

import httpx

from idp.federated_tls.source import MachineSource
from idp.provisioning.jobs import Jobs
from idp.provisioning.kinds import Kind
from idp.provisioning.reconciling import ProvisioningPush
from idp.provisioning.roster import Roster
from idp.sending.calls import Calls, Speech
from idp.sending.ledger import Ledger
from idp.sending.limits import GivenUp, SendingConfig, Why
from idp.sending.sender import Sender, SendingSchool, log
from idp.sending.terms import Terms
from idp.ss12000.view import View
from idp.state import State
from idp.token_service.asking import PROVISIONING_TYPE, Access
from idp.token_service.tokens import AccessTokens, NoToken

TAG = "gnapv1"
"""Of machines that take tokens (Moa)."""
JSON_TYPE = "application/json"
SPEECH = Speech(JSON_TYPE, frozenset({JSON_TYPE}))


class Provisioning(Sender[Kind]):
    """Sends rosters by the national tests' provisioning.

    Args:
        school: whose roster.
        state: where what was sent is remembered, with the clock.
        http: the only way to the network; shows the school's certificate.
        machines: the federation's.
        tokens: the school's.
        config: bounds.
    """

    def __init__(
        self,
        school: SendingSchool,
        state: State,
        http: httpx.AsyncClient,
        machines: MachineSource,
        tokens: AccessTokens,
        config: SendingConfig = SendingConfig(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__(school, state, machines, TAG, config)
        self._http, self._tokens = http, tokens

    def _reconciling(self, terms: Terms, view: View | None) -> ProvisioningPush:
        receiver, patience = terms.receiver, self._config.patience
        calls = Calls(self._http, terms, SPEECH, self._config, _TokenFor(receiver.url, self._tokens))
        ledger = Ledger(self._state, receiver.party, self._secret, Kind)
        return ProvisioningPush(calls, Jobs(calls, self._config), ledger, Roster(view), patience)


class _TokenFor:
    """The school's token for one receiver.

    Args:
        url: the receiver's.
        tokens: the school's.
    """

    def __init__(self, url: str, tokens: AccessTokens) -> None:
        self._access, self._tokens = Access(type=PROVISIONING_TYPE, locations=(url,)), tokens

    async def header(self) -> Mapping[str, str]:
        """It, for a request.

        Raises:
            GivenUp: there is none to be had.
        """
        try:
            return await self._tokens.header(self._access)
        except NoToken as error:
            log.warning("no token for a receiver: %s", error)
            raise GivenUp(Why.REFUSED) from error

    def forget(self) -> None:
        """A token may have been withdrawn before its end; the next one is fresh."""
        self._tokens.forget(self._access)
