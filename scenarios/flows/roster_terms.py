"""What changes between a school and a vendor that fetches rosters: agreement, keys, notices, pace, pages."""

from typing import Literal

from scenarios.flows.changes import as_before, moved
from scenarios.flows.roster import fetch_once, look, press
from testbed.model.orders import (
    ChangeMachine,
    EndAgreement,
    HandOutPageTokens,
    LimitCalls,
    SetAgreement,
    TellSubscribers,
)
from testbed.model.pages import ROTATE_FORM, SYNC_FORM, Ask, Cast, Flow, FlowStopped, Visit

STORM = 50
"""So many notices come in a storm."""
FEW = LimitCalls(requests=4, per_s=1)
"""Less than one round takes."""
MANY = LimitCalls(requests=600, per_s=60)
"""As at the beginning."""


def end_agreement(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after its agreement ends; at the end it is in force as before.

    Raises:
        FlowStopped: its page for administrators did not come, or it has no agreement.
    """
    agreement = cast.agreement
    if agreement is None:
        raise FlowStopped(f"an agreement was to end, and {cast.vendor.id} has none")
    yield from fetch_once(cast)
    yield Ask(EndAgreement(party=cast.vendor.party))
    yield from fetch_once(cast)
    yield Ask(SetAgreement(party=cast.vendor.party, agreement=agreement))


def told(cast: Cast) -> Flow:
    """Have the school tell the vendor that a person has moved, which then fetches by itself.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _told(cast, 1)


def storm(cast: Cast) -> Flow:
    """The same, told very often.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _told(cast, STORM)


def forged_notice(cast: Cast) -> Flow:
    """Have somebody who is not the school tell the vendor that something has changed.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _told_by_another(cast, "no-token")


def replayed_token(cast: Cast) -> Flow:
    """The same, by somebody who shows the token by which the school tells another vendor.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _told_by_another(cast, "token-for-another")


def change_key(cast: Cast) -> Flow:
    """Have the vendor fetch at each step of a change of its key: announced, changed to, and the old one taken back.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    yield _machine(cast, "announce")
    yield from press(cast, ROTATE_FORM)
    yield from fetch_once(cast)
    yield _machine(cast, "retire")
    yield from fetch_once(cast)
    yield _machine(cast, "restore")
    yield from press(cast, ROTATE_FORM)


def revoke(cast: Cast) -> Flow:
    """Have the vendor fetch while the federation does not know its key, and again when it does.

    Raises:
        FlowStopped: its page for administrators did not come, or it was let in without a key.
    """
    yield from fetch_once(cast)
    yield _machine(cast, "revoke")
    page = yield from press(cast, SYNC_FORM)
    yield _machine(cast, "restore")
    if page.form(SYNC_FORM) is None:
        raise FlowStopped(f"a school was to refuse a key that the federation has withdrawn, but {page.url} came")
    yield from fetch_once(cast)


def limit(cast: Cast) -> Flow:
    """Have the vendor fetch while the school lets it ask now and then only.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield Ask(FEW)
    yield from fetch_once(cast)
    yield Ask(MANY)


def odd_pages(cast: Cast) -> Flow:
    """Have the vendor fetch while the school's page tokens look like addresses elsewhere.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield Ask(HandOutPageTokens(looks="address"))
    yield from fetch_once(cast)
    yield Ask(HandOutPageTokens(looks="opaque"))


def schools(cast: Cast) -> Flow:
    """Have the vendor fetch from all its schools, and look whom it shows each of them.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    for page in cast.vendor.exchange.rosters.values() if cast.vendor.exchange else ():
        yield Visit(page)


def _told(cast: Cast, times: int) -> Flow:
    yield from fetch_once(cast)
    yield Ask(moved(cast.person, cast.moves_to))
    yield Ask(TellSubscribers(party=cast.vendor.party, times=times))
    yield from look(cast)
    yield Ask(as_before(cast.person))


def _told_by_another(cast: Cast, shows: Literal["no-token", "token-for-another"]) -> Flow:
    yield from fetch_once(cast)
    yield Ask(TellSubscribers(party=cast.vendor.party, shows=shows))
    yield from look(cast)


def _machine(cast: Cast, step: Literal["announce", "retire", "revoke", "restore"]) -> Ask:
    return Ask(ChangeMachine(entity_id=cast.vendor.party, step=step))
