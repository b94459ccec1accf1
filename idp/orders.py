"""What the lab orders while the school runs, carried out for all its workers at once."""

from dataclasses import dataclass

from idp import mutations
from idp.directory import Directory
from idp.rollover import Rollover
from idp.saml.relying_parties import RelyingParties
from idp.spoiling import Spoiler
from testbed.model.orders import AnyOrder, ChangePerson, RollKeys, SpoilNext


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything that an order can reach."""

    parties: RelyingParties
    spoiler: Spoiler
    directory: Directory
    rollover: Rollover

    def obey(self, order: AnyOrder) -> None:
        """Carry it out.

        Raises:
            ValueError: it cannot be; says why.
        """
        match order:
            case SpoilNext(entity_id=entity_id, operations=operations):
                if not self.parties.is_configured(entity_id):
                    raise ValueError(f"the school knows no vendor {entity_id!r}")
                mutations.check(operations)
                self.spoiler.add(entity_id, operations)
            case RollKeys(step=step):
                self.rollover.take(step)
            case ChangePerson():
                self.directory.change(order)
