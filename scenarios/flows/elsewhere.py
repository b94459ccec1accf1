"""An answer that turns up in a browser that did not ask for it: somebody has sent a link."""

from scenarios.flows.steps import probe, shown
from testbed.model.pages import LOGIN_FORM, Cast, ChangeBrowser, Flow, FlowStopped, Submit, Visit


def answer_elsewhere(cast: Cast) -> Flow:
    """Log in, stop before the answer reaches the vendor, and open it in another browser (RFC 9700, 4.7).

    The vendor's request, the school's answer and its code are all as they must be; only the browser is another.

    Raises:
        FlowStopped: the school's login page did not come, or no answer to one of the vendor's addresses.
    """
    places = cast.vendor.client.redirect_uris if cast.vendor.client else ()
    page = yield Visit(cast.vendor.login)
    form = page.form(LOGIN_FORM)
    if form is None:
        raise FlowStopped(f"the school's login page was looked for after {cast.vendor.login}, but {shown(page)}")
    answer = yield Submit(form, (("person", cast.person.id),), places[0] if places else "")
    if not places or not answer.url.startswith(places[0]):
        raise FlowStopped(f"an answer to the vendor was looked for, but {shown(answer)}")
    yield ChangeBrowser()
    yield Visit(answer.url)
    yield from probe(cast.vendor)
