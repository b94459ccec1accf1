"""A login in the middle of which something breaks, and another one when it has been mended."""

from scenarios.flows.steps import Steps, log_in, log_in_again, log_out, look_at_keys, origin, probe
from testbed.model.breaking import Mend, Moment
from testbed.model.pages import (
    LOGIN_FORM,
    SCHOOL_FORM,
    STEP_UP_FORM,
    Ask,
    Break,
    Cast,
    Flow,
    Form,
    Page,
    Submit,
    Visit,
    Witness,
)
from testbed.model.rolling import RollKeys


def login(cast: Cast) -> Flow:
    """Log in and out while all is well; log in while something breaks; log in when it has been mended.

    The first login shows that nothing but what was broken keeps the second one from working, and leaves behind what a
    vendor that lets in whoever was there last would need. What comes of each step of the second is written down.

    Raises:
        FlowStopped: the school's login page did not come while all was well.
    """
    if any(_changes_keys(cast, moment) for moment in cast.breaks):
        yield from look_at_keys(cast)
    yield from log_in(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield from _attempt(cast)
    yield Break(Mend())
    yield from look_at_keys(cast)
    yield from log_in_again(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)


def _attempt(cast: Cast) -> Flow:
    """As a person does who knows nothing of what breaks: as far as pages come, and then a look who is logged in."""
    home = origin(cast.vendor.login)
    yield from _break(cast, "before-login")
    page = yield Witness(Visit(cast.vendor.login))
    choice = page.form(SCHOOL_FORM)
    if choice is not None:
        page = yield Witness(Submit(choice, (("entityID", cast.school),)))
    yield from _break(cast, "at-login-page")
    if _changes_keys(cast, "at-login-page"):
        page = yield Witness(Visit(page.url))
    form = page.form(LOGIN_FORM)
    if form is not None:
        page = yield Witness(Submit(form, (("person", cast.person.id),), home))
        confirming = page.form(STEP_UP_FORM)
        if confirming is not None:
            page = yield Witness(Submit(confirming, (), home))
        yield from _break(cast, "before-answer")
        yield from _deliver(page, home)
    yield from _break(cast, "once-logged-in")
    yield Witness(Visit(cast.vendor.probe_url))


def _deliver(page: Page, home: str) -> Flow:
    """Bring the school's answer to the vendor, by the address that it leads to or by the form that sends itself."""
    form = next((form for form in page.forms if _leads(form, home)), None)
    if form is not None:
        yield Witness(Submit(form))
    elif page.url.startswith(home):
        yield Witness(Visit(page.url))


def _leads(form: Form, home: str) -> bool:
    return form.auto_submit and form.action.startswith(home)


def _break(cast: Cast, moment: Moment) -> Steps[None]:
    for order in cast.breaks.get(moment, ()):
        yield Ask(order) if isinstance(order, RollKeys) else Break(order)
    if _changes_keys(cast, moment):
        # NOTE: the vendor may look too late or never, and the journal must have what the school published.
        yield from look_at_keys(cast)


def _changes_keys(cast: Cast, moment: Moment) -> bool:
    return any(isinstance(order, RollKeys) for order in cast.breaks.get(moment, ()))
