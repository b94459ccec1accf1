"""Every decision of a vendor that schools send rosters to, a field each; the defaults are those of a compliant one."""

from dataclasses import dataclass

from sp_mocks.behaviour import Common


@dataclass(frozen=True, slots=True)
class ReceivingBehaviour(Common):
    """How one receiver of EGIL behaves: a profile sets what its service needs, a fault changes exactly one field."""

    heeds_pins: bool = True
    """Knows a caller by its key; else by the name in its certificate, whosever key that is of."""
    believes_header: bool = False
    """Takes the word of a header for who calls, as if only its own proxy could write it."""
    lists_for_anybody: bool = False
    """Answers who asks for a whole collection and is nobody that it knows."""
    keeps_schools_apart: bool = True
    """A school is shown its own resources, and no other's."""
    forgets: bool = True
    """Whoever is deleted is no longer held; else only the school no longer sees them."""
    loses_every: int = 0
    """Of so many persons it keeps nothing of one, and says that it has; 0: it keeps everybody."""
    replaces: bool = True
    """Can put a new state in place of the old one."""
    keeps_old_memberships: bool = False
    """Whoever was a member of a group stays one."""
    closes_with_membership: bool = False
    """Whoever is no longer a member of a group has no account any more."""
    demands: tuple[str, ...] = ()
    """Attributes without which it takes nobody, by canonical name."""
    names_in_answers: bool = False
    """Its answers say in words whom it has taken."""
    follows_references: bool = False
    """Fetches what stands in $ref."""
