"""How cases are delivered and looked at: one function a manner."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from testbed.certify.desk import Desk, Observation
from testbed.certify.manners import cookies, logins, logouts, pages, replays, requests, school_side
from testbed.model.case import Case, Manner

type Deliver = Callable[[Desk, Case, str], Awaitable[Observation]]
"""Of the desk, the case, and the listener's address for this case alone."""

MANNERS: Mapping[Manner, Deliver] = MappingProxyType(
    {
        "login": logins.login,
        "unsolicited": logins.unsolicited,
        "elsewhere": logins.elsewhere,
        "over-a-session": logins.over_a_session,
        "exhaustion": logins.exhaustion,
        "again": replays.again,
        "again-elsewhere": replays.again_elsewhere,
        "again-after-logout": replays.again_after_logout,
        "relay-state": pages.relay_state,
        "shows": pages.shows,
        "cookie-renewed": cookies.renewed,
        "cookie-flags": cookies.flags,
        "logout-ends": logouts.ends,
        "logout-message": logouts.message,
        "logout-replayed": logouts.replayed,
        "request": requests.request,
        "key-change": school_side.key_change,
        "fresh-start": school_side.fresh_start,
        "refresh": school_side.refresh,
        "return-to": pages.return_to,
    }
)
