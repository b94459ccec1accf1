"""Every decision that a vendor of OpenID Connect makes, a field each. The defaults are what a compliant one decides."""

from dataclasses import dataclass
from typing import Literal

from sp_mocks.behaviour import PAIRWISE, Common
from sp_mocks.oidc.rules import NO_RULES, Rules
from testbed.model.written import ClientAuthentication

type Outage = Literal["says-so", "lets-in-the-last", "asks-again", "hangs", "says-nothing", "stays-shut"]
type CookieFlag = Literal["secure", "http-only", "same-site"]


@dataclass(frozen=True, slots=True)
class OidcBehaviour(Common):
    """How one vendor behaves: a profile sets what its service needs, a fault changes exactly one field of that."""

    scopes: tuple[str, ...] = ("openid",)
    """What it asks for by scope."""
    claims: tuple[str, ...] = ()
    """What it asks for one by one (OpenID Connect Core 5.5), by canonical name: scopes would bring too much."""
    subject_type: Literal["pairwise", "public"] = "pairwise"
    """The kind of sub that it is registered for."""
    authentication: ClientAuthentication = "client_secret_basic"
    """How it says at the token endpoint who it is."""
    account: str = PAIRWISE
    """What it keeps an account under: PAIRWISE for the sub of one issuer, or else an attribute."""
    acr: tuple[str, ...] = ()
    """Levels of which one must be granted (``acr`` as an essential claim, OpenID Connect Core 5.5.1.1)."""
    fresh: bool = False
    """Asks the school for a fresh login every time, and takes no older one."""
    sends_pkce: bool = True
    sends_nonce: bool = True
    binds_answers: bool = True
    """Takes an answer only in the browser that asked for it, by its state and a cookie."""
    refetches_keys: bool = True
    """Fetches the school's keys anew when a token names one that is not known."""
    back_channel: bool = False
    """The school's server tells it of logouts (OpenID Connect Back-Channel Logout)."""
    front_channel: bool = False
    """The school's page tells it of logouts by a frame (OpenID Connect Front-Channel Logout)."""
    ends_on_back_channel: bool = True
    """Ends the session that a good logout token names."""
    ends_on_front_channel: bool = True
    """Ends the session that a good frame names."""
    tells_school: bool = True
    """Asks the school to log the person out when the person logs out here (RP-Initiated Logout)."""
    token_in_address: bool = False
    """Leads the browser to a page with the access token in its address."""
    rules: Rules = NO_RULES
    """What it believes and demands beyond what is right."""
    binds_code: bool = True
    """Sends PKCE and a nonce, as far as it does either."""
    constant: str = ""
    """A field of the request, ``state``, ``nonce`` or ``code_challenge``, that is the same in every login."""
    renews_cookie: bool = True
    """A session has a cookie that was not there before the login."""
    cookie_flags: frozenset[CookieFlag] = frozenset({"secure", "http-only", "same-site"})
    """Of the session's cookie."""
    ends_own_session: bool = True
    """Ends the session at the server when somebody logs out here."""
    keeps_everything: bool = False
    """Keeps and shows whatever the school says."""
    outage: Outage = "says-so"
    """What it does while the school does not answer its server."""
    shows_page_at_callback: bool = False
    """Shows its start page where the answer arrived, with the code in the address and pictures from elsewhere."""
