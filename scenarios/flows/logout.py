"""Logout everywhere: a person who is logged in to several services says it once (SAML Profiles 4.4)."""

from scenarios.flows.steps import Steps, log_in, log_in_again, log_out, probe, shown
from testbed.model.pages import LOGOUT_FORM, Cast, Flow, FlowStopped, Submit, Visit


def from_vendor(cast: Cast) -> Flow:
    """Log in to every vendor, log out at the play's own, and look at each before and after.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    yield from _everywhere(cast)
    yield from log_out(cast.vendor, *cast.also)


def from_school(cast: Cast) -> Flow:
    """Log in to every vendor, log out on the school's own page, and look at each before and after.

    Raises:
        FlowStopped: the school's login page or its page to log out did not come.
    """
    school = yield from _everywhere(cast)
    page = yield Visit(f"{school}/logout")
    form = page.form(LOGOUT_FORM)
    if form is None:
        raise FlowStopped(f"the school's page to log out was looked for, but {shown(page)}")
    yield Submit(form)
    yield from probe(cast.vendor, *cast.also)


def _everywhere(cast: Cast) -> Steps[str]:
    """Log in to every vendor; returns the school's origin."""
    school = yield from log_in(cast, cast.vendor.login)
    for vendor in cast.also:
        yield from log_in_again(cast, vendor.login)
    yield from probe(cast.vendor, *cast.also)
    return school
