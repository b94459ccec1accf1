"""SAML login as a person does it: vendor, school, back to the vendor, look around, log out."""

from testbed.model.orders import SpoilNext
from testbed.model.pages import LOGIN_FORM, Ask, Cast, Flow, FlowStopped, Page, Submit, Visit


def login(cast: Cast) -> Flow:
    """Log in, look at the probe and the vendor's pages, log out, look at the probe again.

    The same flow serves honest and spoiled messages: whether a session opened is for the judge to say, from the probe
    (SAML Profiles 4.1, Web Browser SSO).

    Raises:
        FlowStopped: the school's login page did not come.
    """
    vendor = cast.vendor
    if cast.spoil:
        yield Ask(SpoilNext(entity_id=vendor.entity_id or vendor.metadata, operations=cast.spoil))
    page = yield Visit(vendor.login)
    form = page.form(LOGIN_FORM)
    if form is None:
        raise FlowStopped(f"the school's login page was looked for after {vendor.login}, but {_shown(page)}")
    yield Submit(form, (("person", cast.person.id),))
    yield Visit(vendor.probe.url)
    if cast.spoil:
        return
    for url in vendor.visit:
        yield Visit(url)
    if vendor.logout:
        yield Visit(vendor.logout)
        yield Visit(vendor.probe.url)


def _shown(page: Page) -> str:
    title = f" with the title {page.title[:80]!r}" if page.title else ""
    return f"{page.url[:200]} answered {page.status}{title}"
