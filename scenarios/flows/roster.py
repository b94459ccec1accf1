"""A school's data is exchanged by servers: somebody presses a button at the vendor, and looks what it holds then."""

from typing import Literal

from scenarios.flows.changes import as_before, moved
from scenarios.flows.steps import Steps, shown
from testbed.model.orders import ChangePerson, Leave, Return
from testbed.model.pages import SYNC_FORM, Ask, Cast, Flow, FlowStopped, Form, Page, Submit, Visit
from testbed.model.written import Person

CLASS = "sisSchoolCourseStudent"


def fetch(cast: Cast) -> Flow:
    """Have the vendor fetch the roster twice, as it would one morning after the other.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    yield from fetch_once(cast)


def change(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after a person moves; at the end the school has them as before.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    yield Ask(moved(cast.person, cast.moves_to))
    yield from fetch_once(cast)
    yield Ask(as_before(cast.person))


def protect(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after a person comes to have a protected identity.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    yield Ask(ChangePerson(person=cast.person.id, security_marking="Skyddad folkbokföring"))
    yield from fetch_once(cast)
    yield Ask(ChangePerson(person=cast.person.id, security_marking=cast.person.security_marking))


def re_form_class(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after every other pupil of a class is put into a new one.

    Raises:
        FlowStopped: its page for administrators did not come, or the person is in no class.
    """
    moving = cast.classmates[::2]
    if not moving:
        raise FlowStopped(f"a class was to be re-formed, and {cast.person.id} is in none")
    old = cast.person.values(CLASS)[0]
    yield from fetch_once(cast)
    for one in moving:
        yield Ask(_in_class(one, old, f"{old}2"))
    yield from fetch_once(cast)
    for one in moving:
        yield Ask(ChangePerson(person=one.id, attributes={CLASS: one.values(CLASS)}))


def leave(cast: Cast) -> Flow:
    """Have the vendor fetch the roster before and after a person leaves the school; at the end they are there again.

    Raises:
        FlowStopped: its page for administrators did not come.
    """
    yield from fetch_once(cast)
    yield Ask(Leave(person=cast.person.id))
    yield from fetch_once(cast)
    yield Ask(Return(person=cast.person.id))


def fetch_once(cast: Cast) -> Steps[Page]:
    """Press the button that has the vendor fetch, or call its hook, and look whom it holds; returns the page that this
    led to."""
    fetch = cast.vendor.exchange.fetch if cast.vendor.exchange else None
    page = yield from (_call(fetch.method, fetch.url) if fetch and fetch.url else press(cast, SYNC_FORM))
    yield from look(cast)
    return page


def _call(method: Literal["GET", "POST"], url: str) -> Steps[Page]:
    """Call what makes a vendor fetch that nobody here wrote, as a clock or an administrator would."""
    return (yield Visit(url) if method == "GET" else Submit(Form(url, method, ())))


def press(cast: Cast, form_id: str) -> Steps[Page]:
    """Press a button on the vendor's page for administrators.

    Raises:
        FlowStopped: it has no such button.
    """
    page = yield Visit(cast.vendor.login)
    form = page.form(form_id)
    if form is None:
        raise FlowStopped(f"the page for administrators was looked for at {cast.vendor.login}, but {shown(page)}")
    return (yield Submit(form))


def look(cast: Cast) -> Steps[None]:
    """Look whom the vendor holds, where it shows that."""
    if cast.vendor.exchange and cast.vendor.exchange.roster:
        yield Visit(cast.vendor.exchange.roster)


def _in_class(person: Person, old: str, new: str) -> ChangePerson:
    told = tuple(new if value == old else value for value in person.values(CLASS))
    return ChangePerson(person=person.id, attributes={CLASS: told})
