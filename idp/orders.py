"""What the lab orders while the school runs, carried out for all its workers at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from idp.config import OidcParty, RelyingParty
from idp.directory import Directory
from idp.oidc.forging import Forger as OidcForger
from idp.rollover import Rollover
from idp.saml.forger import Forger
from idp.saml.relying_parties import RelyingParties
from idp.spoiling import Spoiler, Waiting
from testbed.model.forgery import SamlForgery
from testbed.model.orders import (
    AnyOrder,
    ChangePerson,
    ForgeNext,
    ForgetForgeries,
    KnowClient,
    KnowVendor,
    Leave,
    Return,
    SpoilNext,
)
from testbed.model.rolling import RollKeys


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything that an order can reach."""

    parties: RelyingParties
    spoiler: Spoiler
    saml: Forger
    oidc: OidcForger
    directory: Directory
    rollover: Rollover
    workers: int
    """So many processes serve the school."""
    others: dict[type, Callable[[AnyOrder], Awaitable[None]]] = field(default_factory=dict)
    """Who carries out the orders that reach the school's other systems, by the kind of order."""

    async def obey(self, order: AnyOrder) -> None:
        """Carry it out.

        Raises:
            ValueError: it cannot be; says why.
        """
        match order:
            case SpoilNext(entity_id=entity_id, operations=operations):
                self._forge(Waiting(entity_id, SamlForgery(before=operations)))
            case ForgeNext(party=party, other=other, forgery=forgery):
                if self.directory.get(other) is None:
                    raise ValueError(f"the school knows no person {other!r}")
                self._forge(Waiting(party, forgery, other, told=True))
            case ForgetForgeries(party=party):
                self.spoiler.forget(party)
            case RollKeys(step=step):
                self.rollover.take(step)
            case ChangePerson():
                self.directory.change(order)
            case Leave(person=person):
                self.directory.leave(person)
            case Return(person=person):
                self.directory.take_back(person)
            case KnowVendor() | KnowClient():
                self._know(order)
            case _ if type(order) in self.others:
                await self.others[type(order)](order)
            case _:
                raise ValueError(f"the school has no system that carries out {order.order!r}")

    def _know(self, order: KnowVendor | KnowClient) -> None:
        # NOTE: vendors are known to one process, as the caches of their metadata and keys are.
        if self.workers > 1:
            raise ValueError(f"{self.workers} processes serve the school, and the order would reach one of them")
        match order:
            case KnowVendor():
                self.parties.know(
                    RelyingParty(order.entity_id, order.metadata, order.agreement, order.release, order.sign_response)
                )
            case KnowClient():
                self.oidc.clients.know(
                    OidcParty(order.client, order.name, order.agreement, order.release, order.secret)
                )

    def _forge(self, waiting: Waiting) -> None:
        forgery = waiting.forgery
        if isinstance(forgery, SamlForgery):
            if not self.parties.is_configured(waiting.party):
                raise ValueError(f"the school knows no vendor {waiting.party!r}")
            self.saml.check(forgery)
        else:
            self.oidc.check(waiting.party, forgery)
        self.spoiler.add(waiting)
