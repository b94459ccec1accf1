"""The school's EGIL sender: one of a school, for all receivers of its roster (SCIM 2.0 as EGIL's profile has it)."""

from weakref import WeakKeyDictionary

import httpx

from idp.federated_tls.source import MachineSource
from idp.scim.kinds import Kind
from idp.scim.reconciling import EgilPush
from idp.scim.resources import MEDIA_TYPE
from idp.scim.roster import Digested, Roster
from idp.sending.calls import Calls, Speech
from idp.sending.ledger import Ledger
from idp.sending.limits import SendingConfig
from idp.sending.sender import Sender, SendingSchool
from idp.sending.terms import Terms
from idp.ss12000.view import View
from idp.state import State

TAG = "egilv1"
"""Of machines that take users by EGIL (Moa)."""
SPEECH = Speech(MEDIA_TYPE, frozenset({MEDIA_TYPE, "application/json"}))
"""The second type is how EGIL began, and is still put up with."""


class Egil(Sender[Kind]):
    """Sends rosters by EGIL.

    Args:
        school: whose roster.
        state: where what was sent is remembered, with the clock.
        http: the only way to the network; shows the school's certificate.
        machines: the federation's.
        config: bounds.
    """

    def __init__(
        self,
        school: SendingSchool,
        state: State,
        http: httpx.AsyncClient,
        machines: MachineSource,
        config: SendingConfig = SendingConfig(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__(school, state, machines, TAG, config)
        self._http = http
        self._digested: WeakKeyDictionary[View, Digested] = WeakKeyDictionary()

    def _reconciling(self, terms: Terms, view: View | None) -> EgilPush:
        calls = Calls(self._http, terms, SPEECH, self._config)
        ledger = Ledger(self._state, terms.receiver.party, self._secret, Kind)
        roster = Roster(view, self._digested.setdefault(view, {}) if view else None)
        return EgilPush(calls, ledger, roster, self._config.patience)
