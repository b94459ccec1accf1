"""SAML login as a person does it: vendor, school, back to the vendor, look around, log out."""

from urllib.parse import urlencode

from scenarios.flows.steps import entity_id, log_in, log_out, origin, probe, spoil_next
from testbed.model.pages import Cast, Flow, FlowStopped, Visit

LANDING = "/start"
"""The page of a vendor that a school's own page leads to."""


def login(cast: Cast) -> Flow:
    """Log in, look at the probe and the vendor's pages, log out, look at the probe again.

    The same flow serves honest and spoiled messages: whether a session opened is for the judge to say, from the probe
    (SAML Profiles 4.1, Web Browser SSO).

    Raises:
        FlowStopped: the school's login page did not come.
    """
    yield from spoil_next(cast)
    yield from log_in(cast, cast.vendor.login)
    yield from _look_around(cast)


def unsolicited(cast: Cast) -> Flow:
    """Log in by a link on the school's own page: no vendor asked for it (SAML Profiles 4.1.5).

    Raises:
        FlowStopped: nobody said which school is the person's, or its login page did not come.
    """
    if not cast.school:
        raise FlowStopped("a login that begins at school needs to know which school, and this play names none")
    yield from spoil_next(cast)
    query = urlencode({"providerId": entity_id(cast.vendor), "target": LANDING})
    yield from log_in(cast, f"{origin(cast.school)}/saml/unsolicited?{query}")
    yield from _look_around(cast)


def _look_around(cast: Cast) -> Flow:
    yield from probe(cast.vendor)
    if cast.spoil:
        return
    for url in cast.vendor.visit:
        yield Visit(url)
    yield from log_out(cast.vendor)
