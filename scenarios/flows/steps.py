"""What several flows do: get from a vendor's door through the school's pages, and look who is logged in."""

from collections.abc import Generator
from urllib.parse import urlsplit

from testbed.model.orders import SpoilNext
from testbed.model.pages import (
    LOGIN_FORM,
    SCHOOL_FORM,
    STEP_UP_FORM,
    Ask,
    Cast,
    Flow,
    FlowStopped,
    Form,
    Page,
    Step,
    Submit,
    Visit,
)
from testbed.model.vendor import Click
from testbed.model.written import Vendor

type Steps[Result] = Generator[Step, Page, Result]
"""Part of a flow, which other flows take in with ``yield from``."""


def log_in(cast: Cast, url: str) -> Steps[str]:
    """Begin a login at this address and say who it is; returns the origin of the school that asked.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    page = yield from to_school(cast, url)
    form = page.form(LOGIN_FORM)
    if form is None:
        raise FlowStopped(f"the school's login page was looked for after {url}, but {shown(page)}")
    yield from say_who(cast, form)
    return origin(form.action)


def log_in_again(cast: Cast, url: str) -> Steps[None]:
    """Begin a login where the school may know the person already, and asks only if it does not."""
    page = yield from to_school(cast, url)
    form = page.form(LOGIN_FORM)
    if form is not None:
        yield from say_who(cast, form)
    else:
        yield from confirm(page)


def to_school(cast: Cast, url: str, stop_before: str = "") -> Steps[Page]:
    """From the vendor's door to the school's login page, by way of whatever has to be pressed in between.

    Raises:
        FlowStopped: what has to be pressed is not there.
    """
    page = yield Visit(url, stop_before)
    for click in cast.vendor.clicks:
        page = yield from press(click, page, stop_before)
    return (yield from choose_school(cast, page))


def press(click: Click, page: Page, stop_before: str = "") -> Steps[Page]:
    """Press a link or a button, or send a form.

    Raises:
        FlowStopped: the page has no such thing, and should have.
    """
    filled = tuple(click.fill.items())
    for form in page.forms:
        if click.form and form.id == click.form:
            return (yield Submit(form, filled, stop_before))
        button = next((one for one in form.buttons if click.press and click.press in one.text), None)
        if button is not None:
            pressed = ((button.name, button.value),) if button.name else ()
            return (yield Submit(form, (*filled, *pressed), stop_before))
    link = next((one for one in page.links if click.press and click.press in one.text), None)
    if link is not None:
        return (yield Visit(link.url, stop_before))
    if not click.optional:
        raise FlowStopped(f"{click.press or click.form!r} was to be pressed, but {shown(page)} has no such thing")
    return page


def choose_school(cast: Cast, page: Page) -> Steps[Page]:
    """Choose the person's school where the discovery page asks.

    Raises:
        FlowStopped: it asks, and nobody said which school is the person's.
    """
    form = page.form(SCHOOL_FORM)
    if form is None:
        return page
    if not cast.school:
        raise FlowStopped(f"the discovery page {page.url[:200]} asks for a school, and this play names none")
    return (yield Submit(form, (("entityID", cast.school),)))


def confirm(page: Page, stop_before: str = "") -> Steps[Page]:
    """Show a second factor where the school asks for one."""
    form = page.form(STEP_UP_FORM)
    return page if form is None else (yield Submit(form, (), stop_before))


def say_who(cast: Cast, form: Form, stop_before: str = "") -> Steps[Page]:
    """Say on the school's login page who it is, and show a second factor where it asks for one."""
    page = yield Submit(form, (("person", cast.person.id),), stop_before)
    return (yield from confirm(page, stop_before))


def spoil_next(cast: Cast) -> Flow:
    """Ask the school to spoil its next message to the vendor, where the scenario says how."""
    if cast.spoil:
        yield Ask(SpoilNext(entity_id=entity_id(cast.vendor), operations=cast.spoil))


def probe(*vendors: Vendor) -> Flow:
    """Look who is logged in at each of these vendors."""
    for vendor in vendors:
        yield Visit(vendor.probe_url)


def log_out(vendor: Vendor, *others: Vendor) -> Flow:
    """Log out at a vendor that has a page for it, and look who is logged in there and at the others."""
    if vendor.logout:
        yield Visit(vendor.logout)
        yield from probe(vendor, *others)


def entity_id(vendor: Vendor) -> str:
    """By custom the metadata's address, where the vendor's file names no other."""
    return vendor.party


def origin(url: str) -> str:
    """Scheme and host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def shown(page: Page) -> str:
    """What came, in words."""
    title = f" with the title {page.title[:80]!r}" if page.title else ""
    return f"{page.url[:200]} answered {page.status}{title}"


def look_at_keys(cast: Cast) -> Flow:
    """Open what the person's school publishes about its keys, in the vendor's protocol; nothing where nobody has said
    which school that is."""
    if cast.school:
        base = cast.school.removesuffix("/saml/metadata")
        yield Visit(cast.school if cast.vendor.protocol == "saml" else f"{base}/oidc/jwks")
