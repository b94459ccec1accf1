"""Every decision of a vendor that takes the national tests' provisioning, a field each. The defaults are compliant."""

from dataclasses import dataclass

from sp_mocks.behaviour import Common


@dataclass(frozen=True, slots=True)
class ProvisioningBehaviour(Common):
    """How one vendor of provisioning behaves: a profile sets what its service needs, a fault changes one field."""

    checks_expiry: bool = True
    """Takes a token only while it is valid."""
    checks_location: bool = True
    """Takes a token only where it was made for this very receiver."""
    heeds_pins: bool = True
    """Takes a token only from whoever shows a key of the entity that it was made for."""
    tells_errors: bool = True
    """A job says what was refused; else it says Success of everything."""
    forgets: bool = True
    """Drops what the school has deleted."""
    names_nobody: bool = True
    """What it says of errors holds nothing of a person but the id."""
    keeps_apart: bool = True
    """A school sees and changes what is its own alone."""
    reduces_lists: bool = True
    """A list of persons has so much of each that they can be told apart; the whole is had one by one."""
    own_groups: bool = True
    """A teacher sees the pupils of the groups of their own activities, and no others."""
