"""What login and logout at one school have in common."""

from dataclasses import dataclass

from idp.config import Clock, SchoolConfig
from idp.directory import Directory
from idp.pages import Pages
from idp.rollover import Rollover
from idp.saml.relying_parties import RelyingParties
from idp.saml.signing import Signers
from idp.sessions import Sessions


@dataclass(frozen=True)
class SchoolParts:
    """One school, taken apart."""

    config: SchoolConfig
    parties: RelyingParties
    directory: Directory
    pages: Pages
    sessions: Sessions
    rollover: Rollover
    signers: Signers
    now: Clock
