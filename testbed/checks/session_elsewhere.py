"""An answer of the school that another browser asked for."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, check
from testbed.checks.probes import probes, shown
from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER, Exchange, Pointer

ELSEWHERE = Need(
    lambda e: e.play.scenario.flow == "answer-elsewhere", "no answer was brought by another browser in this scenario"
)


def _brought(evidence: Evidence) -> list[Exchange]:
    """The times that a browser brought a code to one of the vendor's addresses, holding no cookie of the vendor."""
    client = evidence.play.vendor.client
    places = client.redirect_uris if client else ()
    return [
        exchange
        for exchange in evidence.exchanges
        if exchange.sender == BROWSER
        and exchange.request.url.partition("?")[0] in places
        and parse_qs(exchange.request.parts.query).get("code")
        and not exchange.request.header("cookie")
    ]


@check(
    clause="RFC 9700, 4.7; RFC 6749, 10.12; OpenID Connect Core 3.1.2.1",
    sv="Svaret på en inloggning som en annan webbläsare började öppnar ingen session",
    about="vendor",
    needs=(PLAYED, ELSEWHERE),
)
def answer_elsewhere_refused(evidence: Evidence) -> Iterator[Outcome]:
    """The answer to a login that another browser began opens no session.

    Whoever makes a pupil follow a link with such an answer has the pupil work in an account that is not the pupil's,
    and reads there afterwards what the pupil wrote.
    """
    brought = _brought(evidence)
    if not brought:
        yield NotVerified("no answer was brought to the vendor by a browser that holds none of its cookies")
        return
    after = [probe for probe in probes(evidence) if probe.number > brought[0].number]
    if not after:
        yield NotVerified("the page that shows who is logged in was not opened after the answer")
    for probe in after:
        persons = shown(probe, evidence)
        if persons:
            yield Observation(
                f"{probe.request.url} shows {', '.join(sorted(persons))} as logged in, in a browser that asked for "
                "no login",
                "the answer is refused and nobody is logged in",
                where=Pointer(probe.number, "response.body"),
                recipient=probe.receiver,
            )
