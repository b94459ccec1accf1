"""A school's sender of rosters by one protocol: which address is a receiver's, and what a push to one came to.

Every write discloses something about somebody, so a receiver is sent what its agreement has and no more, and nothing is
sent to an address that the federation does not name for it. What is logged names nobody.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.federated_tls.refused import Untrusted
from idp.federated_tls.source import MachineSource
from idp.population.school import Owner
from idp.sending.ledger import Sendable
from idp.sending.limits import GivenUp, SendingConfig, Why
from idp.sending.reconciling import Count, Reconciling
from idp.sending.terms import Receiver, Terms
from idp.ss12000.lists import Views
from idp.ss12000.roll import Roll
from idp.ss12000.subscriptions import may_be_told
from idp.ss12000.view import View
from idp.state import State

log = logging.getLogger("idp.sending")


@dataclass(frozen=True, slots=True)
class SendingSchool:
    """The school, as far as a sender must know it."""

    roll: Roll
    owner: Owner
    secret: bytes = field(repr=False)
    """Behind pseudonyms; the same as the data API's."""


@dataclass(frozen=True, slots=True)
class Pushed[Kind]:
    """What a push came to."""

    counts: Mapping[Kind, Count]
    stopped: Why = Why.NOTHING

    @property
    def whole(self) -> bool:
        """Whether the receiver holds now what it is to hold, and nothing else of this school's."""
        return not self.stopped and not any(count.failed for count in self.counts.values())


class Sender[Kind: Sendable](ABC):
    """Sends rosters to receivers, one receiver at a time. One process of a school sends.

    Args:
        school: whose roster.
        state: where what was sent is remembered, with the clock.
        machines: the federation's.
        tag: of machines that take rosters by this protocol (Moa).
        config: bounds.
    """

    def __init__(
        self, school: SendingSchool, state: State, machines: MachineSource, tag: str, config: SendingConfig
    ) -> None:
        self._secret, self._state, self._now = school.secret, state, state.now
        self._machines, self._tag, self._config = machines, tag, config
        self._views = Views(school.roll, school.owner, school.secret, state.now)
        self._sending = asyncio.Lock()

    async def push(self, receiver: Receiver, rebuild: bool = False) -> Pushed[Kind]:
        """Send what the receiver may hold and does not, and delete there what it may not.

        Whatever has become of pushes before, what is missing is made up for. A push that was whole leaves the receiver
        with exactly what its agreement has, as far as the protocol has a use for it. One during which that agreement
        ends, or becomes another, sends nothing more; the next push goes by what is agreed then.

        Args:
            receiver: whom to.
            rebuild: ask it first what it holds, as where the record of that is lost or doubted.
        """
        async with self._sending:
            terms, why = Terms(receiver, self._now), Why.NOTHING
            push = self._reconciling(terms, self._views.of(terms.caller).view if terms.in_force else None)
            try:
                await self._check(terms)
                await push.run(None if terms.over else self._config.guard, rebuild)
            except GivenUp as error:
                why = error.why
            pushed = Pushed(push.counts, why)
            _log(receiver, pushed)
            return pushed

    @abstractmethod
    def _reconciling(self, terms: Terms, view: View | None) -> Reconciling[Kind]:
        """One push to one receiver, by this protocol.

        Args:
            terms: under which everything is sent.
            view: what the receiver may hold; None: nothing.
        """

    async def _check(self, terms: Terms) -> None:
        """That the federation knows the receiver by its address.

        Raises:
            GivenUp: it does not.
        """
        receiver = terms.receiver
        try:
            trusted = await self._machines.machines(self._now())
        except Untrusted as error:
            raise GivenUp(Why.UNKNOWN) from error
        entity = trusted.callers.by_name.get(receiver.party)
        servers = entity.servers if entity else ()
        named = any(self._tag in one.tags and (one.base_uri or "").rstrip("/") == receiver.url for one in servers)
        if not named or not may_be_told(terms.caller, receiver.url):
            raise GivenUp(Why.UNKNOWN)


def _log[Kind](receiver: Receiver, pushed: Pushed[Kind]) -> None:
    counts = pushed.counts.values()
    say = log.info if pushed.whole else log.warning
    say(
        "push to %s: %d created, %d replaced, %d deleted, %d failed%s",
        receiver.party,
        sum(count.created for count in counts),
        sum(count.replaced for count in counts),
        sum(count.deleted for count in counts),
        sum(count.failed for count in counts),
        f"; stopped: {pushed.stopped}" if pushed.stopped else "",
    )
