"""What the lab orders while the school runs, carried out for all its workers at once."""

from dataclasses import dataclass

from idp.directory import Directory
from idp.rollover import Rollover
from idp.saml.forger import Forger
from idp.saml.relying_parties import RelyingParties
from idp.spoiling import Spoiler, Waiting
from testbed.model.forgery import SamlForgery
from testbed.model.orders import AnyOrder, ChangePerson, ForgeNext, RollKeys, SpoilNext


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything that an order can reach."""

    parties: RelyingParties
    spoiler: Spoiler
    saml: Forger
    directory: Directory
    rollover: Rollover

    def obey(self, order: AnyOrder) -> None:
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
            case RollKeys(step=step):
                self.rollover.take(step)
            case ChangePerson():
                self.directory.change(order)

    def _forge(self, waiting: Waiting) -> None:
        if not isinstance(waiting.forgery, SamlForgery):
            raise ValueError(f"the school forges no {waiting.forgery.message}")
        if not self.parties.is_configured(waiting.party):
            raise ValueError(f"the school knows no vendor {waiting.party!r}")
        self.saml.check(waiting.forgery)
        self.spoiler.add(waiting)
