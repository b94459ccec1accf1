"""What a vendor wants of a login, whatever protocol it speaks, and why it may not get it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

type Protocol = Literal["saml", "oidc"]
type Language = Literal["sv", "en"]


@dataclass(frozen=True, slots=True)
class LoginWish:
    """A checked request for a login, as far as people, sessions and the login page are concerned."""

    protocol: Protocol
    party: str
    """Who asks: a SAML entity ID or an OpenID Connect client ID."""
    contexts: tuple[str, ...]
    """The context classes that may be stated, the one to prefer first; none when the school has no such."""
    force_authn: bool
    """Somebody who is logged in already must log in anew."""
    is_passive: bool
    """Nobody may be asked anything."""
    detail: str
    """The protocol's own request, in JSON that it alone reads."""
    max_age_s: int | None = None
    """How old a login may be at most; None: as old as the session."""
    login_hint: str = ""
    """Whom the vendor expects: a user name to search for on the login page."""
    may_be_weaker: bool = False
    """Where none of the contexts can be reached, any other will do."""
    language: Language | None = None
    """That the login page is to speak; None leaves it to the browser."""
    answered_by_redirect: bool = False
    """The answer to whoever logs in is a redirect to the vendor, and not a page."""


class WhyNot(StrEnum):
    """Why a vendor is told that nobody was logged in."""

    NO_SUCH_CONTEXT = "the school has no such authentication context"
    TOO_WEAK = "this person has no such means of authentication"
    NOBODY_LOGGED_IN = "nobody is logged in to the school, and nobody may be asked"
    MUST_ASK = "somebody would have to be asked for more, and may not be"
