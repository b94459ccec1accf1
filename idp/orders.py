"""What the lab orders while the school runs, carried out for all its workers at once."""

from dataclasses import dataclass

from idp.directory import Directory
from idp.oidc.forging import Forger as OidcForger
from idp.rollover import Rollover
from idp.saml.forger import Forger
from idp.saml.relying_parties import RelyingParties
from idp.spoiling import Spoiler, Waiting
from testbed.model.forgery import SamlForgery
from testbed.model.orders import AnyOrder, ChangePerson, ForgeNext, ForgetForgeries, RollKeys, SpoilNext


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything that an order can reach."""

    parties: RelyingParties
    spoiler: Spoiler
    saml: Forger
    oidc: OidcForger
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
            case ForgetForgeries(party=party):
                self.spoiler.forget(party)
            case RollKeys(step=step):
                self.rollover.take(step)
            case ChangePerson():
                self.directory.change(order)

    def _forge(self, waiting: Waiting) -> None:
        forgery = waiting.forgery
        if isinstance(forgery, SamlForgery):
            if not self.parties.is_configured(waiting.party):
                raise ValueError(f"the school knows no vendor {waiting.party!r}")
            self.saml.check(forgery)
        else:
            self.oidc.check(waiting.party, forgery)
        self.spoiler.add(waiting)
