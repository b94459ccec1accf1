"""What a vendor does while somebody that it depends on cannot be reached."""

from collections.abc import Iterator

from testbed.checks.broken import outages, was_broken
from testbed.checks.core import PLAYED, Need, Observation, Outcome, Skip, check
from testbed.checks.logins import redeemed
from testbed.checks.probes import logouts, probes, shown
from testbed.checks.session_errors import error_pages
from testbed.model.breaking import Cut, ExpireCertificate, Kill, Pause, Restart, Slow
from testbed.model.messages import STATUS_SUCCESS, SamlResponse
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import BROWSER, Exchange, Pointer
from testbed.privacy.others import hosts_of

PATIENCE_MS = 13_000
"""So long a vendor may leave a person without any page: its server waits ten seconds for another, and then says so."""
WORDS = 20
"""Letters: less tells nobody anything."""
BROKEN = Need(lambda evidence: bool(outages(evidence.play)), "nothing that anybody depends on was broken in this play")


@check(
    clause="OWASP ASVS 16.5.3; GDPR Article 32(1)(b)",
    sv="Utan svar från skolan öppnas ingen session",
    about="vendor",
    needs=(PLAYED, BROKEN),
    reads_assertions=True,
)
def no_session_without_the_school(evidence: Evidence) -> Iterator[Outcome]:
    """While the school does not say who somebody is, nobody is logged in.

    A service that lets in whoever was there last, so that lessons can go on, shows a pupil another pupil's work.
    """
    looked = [probe for probe in probes(evidence) if was_broken(evidence.play, probe)]
    if not looked:
        yield Skip("the page that shows who is logged in did not come while something was broken")
    for probe in looked:
        since = max((one.number for one in logouts(evidence) if one.number < probe.number), default=0)
        if any(since < number < probe.number for number in _said_by_school(evidence)):
            continue
        for person, attribute in shown(probe, evidence).items():
            yield Observation(
                f"{probe.request.url} shows {attribute} of {person} as logged in, and the school has not said so",
                "nobody is logged in",
                where=Pointer(probe.number, "response.body"),
                attribute=attribute,
                person=person,
                recipient=probe.receiver,
            )


@check(
    clause="GDPR Article 32(1)(b); OWASP ASVS 16.5.2",
    sv="Leverantören svarar personen även när skolan inte går att nå",
    about="vendor",
    needs=(PLAYED, BROKEN),
)
def person_is_answered(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor answers the person also when the school cannot be reached.

    A page that never comes leaves a class waiting, and whoever tries again adds to what the service waits for.
    """
    if not _vendor_is_well(evidence):
        yield Skip("the vendor itself, or the way to it, was broken")
        return
    asked = [
        e
        for e in evidence.exchanges
        if e.sender == BROWSER and e.receiver in hosts_of(evidence.play.vendor) and was_broken(evidence.play, e)
    ]
    if not asked:
        yield Skip("the vendor was asked for no page while something was broken")
    for exchange in asked:
        if exchange.response is None or exchange.duration_ms > PATIENCE_MS:
            yield Observation(
                f"{exchange.request.method} {exchange.request.parts.path} "
                f"{_gave(exchange)} {exchange.duration_ms / 1000:.0f} s",
                f"a page within {PATIENCE_MS / 1000:.0f} s that says what does not work",
                where=Pointer(exchange.number, "response.status"),
                recipient=exchange.receiver,
            )


@check(
    clause="WCAG 2.2, 3.1.5 and 3.3.1; OWASP ASVS 16.5.1",
    sv="En felsida säger personen något",
    about="vendor",
    needs=(PLAYED, BROKEN, Need(lambda evidence: bool(error_pages(evidence)), "the vendor showed no error page")),
    severity=Severity.SHOULD,
)
def error_page_says_something(evidence: Evidence) -> Iterator[Outcome]:
    """An error page says in words that something does not work.

    A blank page or a code leaves a pupil to think that it was their fault.
    """
    for exchange, page in error_pages(evidence):
        letters = sum(character.isalpha() for character in page.text)
        if "html" not in page.media_type or letters < WORDS:
            yield Observation(
                f"the error page at {exchange.request.parts.path} is {page.media_type or 'of no type'}, with "
                f"{letters} letters to read",
                "a page in words",
                where=Pointer(exchange.number, "response.body"),
                person="",
                recipient=exchange.receiver,
            )


def _gave(exchange: Exchange) -> str:
    return "gave no answer within" if exchange.response is None else "was answered after"


def _said_by_school(evidence: Evidence) -> list[int]:
    """The exchanges by which the vendor was told who somebody is."""
    by_saml = [
        m.where.exchange for m in evidence.messages if isinstance(m, SamlResponse) and m.status == STATUS_SUCCESS
    ]
    by_oidc = [one.answer.where.exchange for one in redeemed(evidence) if one.answer and one.answer.id_token]
    return [*by_saml, *by_oidc]


def _vendor_is_well(evidence: Evidence) -> bool:
    for one in evidence.play.broken:
        match one.order:
            case Restart(participant="proxy" | "vendor"):
                return False
            case Pause(participant="vendor") | Kill(participant="vendor") | Cut(participant="vendor"):
                return False
            case Slow(participant="vendor") | ExpireCertificate(participant="vendor"):
                return False
            case _:
                continue
    return True
