"""When something was broken on purpose: what happens then is neither our own fault nor a vendor's by itself."""

from datetime import datetime, timedelta

from testbed.model.breaking import AnyBreaking, Mend, Restart, Slow
from testbed.model.verdict import Play
from testbed.model.wire import KILLED, Exchange


def outages(play: Play) -> tuple[tuple[datetime, datetime | None], ...]:
    """From when to when somebody could not be reached or could not do its work; None is to the end of the play.

    A line that is slow keeps nobody from anything. Who was restarted may have forgotten a login that was under way, so
    that it lasts until the person tries anew; but for the recorder, which has nothing to forget.
    """
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for one in play.broken:
        if isinstance(one.order, Mend):
            if since is not None:
                found.append((since, one.done))
            since = None
        elif isinstance(one.order, Restart) and one.order.participant == "proxy":
            found.append((one.began, one.done))
        elif since is None and _breaks(one.order):
            since = one.began
    return (*found, (since, None)) if since is not None else tuple(found)


def was_broken(play: Play, exchange: Exchange) -> bool:
    """Whether an exchange was under way while somebody could not do its work."""
    if exchange.error.startswith(KILLED):
        return True
    over = exchange.started + timedelta(milliseconds=exchange.duration_ms)
    return any(over >= since and (until is None or exchange.started <= until) for since, until in outages(play))


def broken_at(play: Play, moment: datetime) -> bool:
    """Whether somebody could not do its work then."""
    return any(moment >= since and (until is None or moment <= until) for since, until in outages(play))


def _breaks(order: AnyBreaking) -> bool:
    return not isinstance(order, Slow) or order.refused > 0 or order.reset > 0
