"""A vendor that is another one with a fault: an animal of the zoo, in one file."""

from typing import Annotated

from pydantic import Field, StringConstraints

from testbed.model.breaking import Disturbances
from testbed.model.scenario import DISTURBED, ROSTER, Casting, Expect, Flow, UnitCode, VariantKind
from testbed.model.strict import Bilingual, Id, Written
from testbed.model.vendor import DigestKeys


class Variant(Written):
    """A simulated vendor that is as another but for one fault, and the login or exchange that shows it.

    From it the catalogue makes the vendor, its agreement (the other's, with its own name and hosts) and a scenario.
    """

    id: Id
    of: Id
    """The vendor that does well."""
    fault: Id
    """The one decision that is otherwise (``testbed list faults``)."""
    name: str = Field(min_length=1)
    """As people know the service."""
    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    """In place of the other's, also where that stands at the end of a longer name."""
    title: Bilingual
    """Of the scenario."""
    digest_keys: DigestKeys = ()
    """See :class:`testbed.model.vendor.Vendor`."""
    flow: Flow = "login"
    """What shows the fault."""
    moves_to: UnitCode | None = None
    """See :class:`testbed.model.scenario.Scenario`."""
    breaks: Disturbances = Field(default_factory=dict)
    """See :class:`testbed.model.scenario.Scenario`."""
    person: Casting = Casting()
    expect: Expect

    @property
    def kind(self) -> VariantKind:
        """Whether somebody logs in to it, perhaps while something breaks, or it is fed with rosters."""
        if self.flow == DISTURBED:
            return "disturbed-logins"
        return "exchanges" if self.flow in ROSTER else "logins"

    @property
    def scenario(self) -> str:
        """The id of its scenario."""
        return f"{self.flow}-{self.id}"
