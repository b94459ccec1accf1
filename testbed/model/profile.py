"""For which purpose a vendor is certified: which cases and checks count as MUST."""

from pydantic import Field

from testbed.model.operations import Exact
from testbed.model.strict import Bilingual, Id


class CertificationProfile(Exact):
    """One purpose; patterns such as ``saml-audience-*`` stand for cases."""

    id: Id
    version: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}(\.[0-9]+)?$")
    """Year and month of its writing."""
    title: Bilingual
    scope: Bilingual
    """What an outcome for this purpose says, and what it does not say."""
    must: tuple[str, ...] = ()
    """Cases that count as MUST for this purpose, beside those that the specification makes a MUST."""
    checks: tuple[str, ...] = ()
    """Checks of the data that moved which count as MUST."""
    leave_out: dict[str, Bilingual] = Field(default_factory=dict)
    """Cases that mean nothing for this purpose, each with its reason."""
    sources: tuple[str, ...] = ()
