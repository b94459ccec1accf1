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
from testbed.model.written import Vendor

type Steps[Result] = Generator[Step, Page, Result]
"""Part of a flow, which other flows take in with ``yield from``."""


def log_in(cast: Cast, url: str) -> Steps[str]:
    """Begin a login at this address and say who it is; returns the origin of the school that asked.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    page = yield from choose_school(cast, (yield Visit(url)))
    form = page.form(LOGIN_FORM)
    if form is None:
        raise FlowStopped(f"the school's login page was looked for after {url}, but {shown(page)}")
    yield from _say_who(cast, form)
    return origin(form.action)


def log_in_again(cast: Cast, url: str) -> Steps[None]:
    """Begin a login where the school may know the person already, and asks only if it does not."""
    page = yield from choose_school(cast, (yield Visit(url)))
    form = page.form(LOGIN_FORM)
    if form is not None:
        yield from _say_who(cast, form)
    else:
        yield from confirm(page)


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


def confirm(page: Page) -> Steps[Page]:
    """Show a second factor where the school asks for one."""
    form = page.form(STEP_UP_FORM)
    return page if form is None else (yield Submit(form))


def _say_who(cast: Cast, form: Form) -> Steps[Page]:
    return (yield from confirm((yield Submit(form, (("person", cast.person.id),)))))


def spoil_next(cast: Cast) -> Flow:
    """Ask the school to spoil its next message to the vendor, where the scenario says how."""
    if cast.spoil:
        yield Ask(SpoilNext(entity_id=entity_id(cast.vendor), operations=cast.spoil))


def probe(*vendors: Vendor) -> Flow:
    """Look who is logged in at each of these vendors."""
    for vendor in vendors:
        yield Visit(vendor.probe.url)


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
