"""Every decision that a vendor makes, a field each. The defaults are what a compliant vendor decides."""

from dataclasses import dataclass
from typing import Literal

from sp_mocks.lax import STRICT, Lax
from sp_mocks.leaks.leak import Leak
from sp_mocks.page_script import PageScript
from testbed.model.assurance import Comparison
from testbed.model.messages import Binding

EPPN, PAIRWISE = "eduPersonPrincipalName", "pairwise-id"

type Crowding = Literal["kept-apart", "one-variable", "queue-shown"]
"""Whoever logs in is kept in a variable of their own, or in one of the whole process; or who comes when there is no
room is shown who is before them."""
type TrustBy = Literal["direct", "aggregate", "mdq"]


@dataclass(frozen=True, slots=True)
class Common:
    """What a vendor decides whichever protocol it speaks."""

    required: tuple[str, ...]
    """Attributes that the service cannot do its work without, by canonical name."""
    optional: tuple[str, ...] = ()
    """Attributes that make the service better, by canonical name."""
    leak: Leak | None = None
    """What it passes on about whoever logs in, to somebody who must not know it."""
    reminders: bool = False
    """Has a company send reminders, ``utskick.`` before its own host: the server tells it the e-mail address."""
    cdn: bool = False
    """The start page shows a picture from the vendor's content delivery host, ``cdn.`` before its own."""
    script: PageScript | None = None
    """What its pages run; None where they run nothing."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that it asks for and keeps in a session; whatever else comes is dropped unread."""
        return tuple(dict.fromkeys((*self.required, *self.optional)))


@dataclass(frozen=True, slots=True)
class Behaviour(Common):
    """How one vendor of SAML behaves: a profile sets what its service needs, a fault changes exactly one field."""

    entity_categories: tuple[str, ...] = ()
    """URIs of the categories of service that it claims to belong to (RFC 8409): schools may release by them."""
    identifier: str = EPPN
    """The attribute that it knows people by: EPPN or PAIRWISE."""
    checks_scope: bool = True
    """Takes an identifier only from the school whose domain stands in it (shibmd:Scope)."""
    keeps_up: bool = True
    """Believes what the school says of a person today, not what it said at the first login."""
    signs_requests: bool = True
    force_authn: bool = False
    """Asks the school for a fresh login every time, and takes no older one."""
    contexts: tuple[str, ...] = ()
    """The context classes that it requests (SAML Core 3.3.2.2.1); () when it does not mind."""
    comparison: Comparison = "exact"
    checks_context: bool = True
    """Takes only a login whose context class satisfies what it requested."""
    required_assurance: tuple[str, ...] = ()
    """Levels of which one must be said of the person, in eduPersonAssurance or as the context class; () for none."""
    wants_encrypted: bool = False
    """Takes no assertion in the clear."""
    checks_audience: bool = True
    accepts_unsolicited: bool = False
    """A login may begin on the school's own page (SAML Profiles 4.1.5)."""
    logout: tuple[Binding, ...] = ()
    """How it takes part in single logout, by the bindings of its SingleLogoutService; () when it does not."""
    signs_logout: bool = True
    ends_on_front_channel: bool = True
    """Ends the session that a LogoutRequest brought by the browser names."""
    ends_on_back_channel: bool = True
    """Ends the session that a LogoutRequest from the school's server names."""
    trust: TrustBy = "direct"
    """How it learns of schools: one school's own metadata, or what a federation publishes and signs."""
    refreshes_metadata: bool = True
    """Fetches a school's metadata anew when it is over, and when a signature fits none of the keys that it knows."""
    crowding: Crowding = "kept-apart"
    """How it keeps apart those who log in at the same time."""
    debugs: bool = False
    """Shows whoever is refused what only its programmers should see."""
    lax: Lax = STRICT
    """The mistakes that it makes with what it is sent."""
