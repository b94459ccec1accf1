"""A school's data is exchanged by servers: somebody presses a button at the vendor, and looks what it holds then."""

from scenarios.flows.changes import as_before, moved
from scenarios.flows.steps import Steps, shown
from testbed.model.orders import ChangePerson
from testbed.model.pages import SYNC_FORM, Ask, Cast, Flow, FlowStopped, Submit, Visit


def fetch(cast: Cast) -> Flow:
    """Have the vendor fetch the roster twice, as it would one morning after the other.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _fetch(cast)
    yield from _fetch(cast)


def change(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after a person moves; at the end the school has them as before.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _fetch(cast)
    yield Ask(moved(cast.person, cast.moves_to))
    yield from _fetch(cast)
    yield Ask(as_before(cast.person))


def protect(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after a person comes to have a protected identity.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from _fetch(cast)
    yield Ask(ChangePerson(person=cast.person.id, security_marking="Skyddad folkbokföring"))
    yield from _fetch(cast)
    yield Ask(ChangePerson(person=cast.person.id, security_marking=cast.person.security_marking))


def _fetch(cast: Cast) -> Steps[None]:
    page = yield Visit(cast.vendor.login)
    form = page.form(SYNC_FORM)
    if form is None:
        raise FlowStopped(f"the page for administrators was looked for at {cast.vendor.login}, but {shown(page)}")
    yield Submit(form)
    if cast.vendor.exchange:
        yield Visit(cast.vendor.exchange.roster)
