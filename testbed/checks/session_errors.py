"""What a vendor's error pages tell, and to whom: they are photographed, and sent to whoever may help."""

import re
from collections.abc import Iterator

from testbed.checks.core import Need, Observation, Outcome, check
from testbed.model.pages import Page
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import BROWSER, Exchange, Pointer
from testbed.privacy.others import hosts_of
from testbed.privacy.people import index_of
from testbed.privacy.search import find
from testbed.wire.forms import read_page

ERROR = 400
PAGES = frozenset({"", "document", "iframe"})
"""What a browser says that it asks for (Fetch Metadata, 2.1) where a person is to see it; older ones say nothing."""
TRACE = re.compile(
    r"Traceback \(most recent call last\)"
    r"|File \"[^\"\n]{1,300}\", line \d+"
    r"|\bat [\w$.<>]{1,200}\([\w$]{1,100}\.(?:java|kt|scala):\d+\)"
    r"|\bat [\w.`<>\[\], ]{1,200}\([^()\n]{0,200}\) in [^\n]{1,300}:line \d+"
    r"|\bat (?:[\w.<>$ ]{1,100} \()?(?:file://)?[/\\][^\s()]{1,300}\.[cm]?[jt]s:\d+:\d+"
    r"|#\d+ [/\\][^\s(]{1,300}\.php\(\d+\): "
    r"|[\w/.-]{1,200}\.rb:\d+:in [`']"
    r"|goroutine \d+ \[[a-z ]{1,40}\]:"
)
"""Python, Java and Kotlin, .NET, JavaScript, PHP, Ruby and Go."""


def error_pages(evidence: Evidence) -> list[tuple[Exchange, Page]]:
    """The pages by which the vendor told the person's browser that something does not work."""
    hosts = hosts_of(evidence.play.vendor)
    if evidence.play.captured and evidence.agreement:
        hosts |= frozenset(evidence.agreement.processor.hosts)
    return [
        (exchange, read_page(exchange.request.url, exchange.response))
        for exchange in evidence.exchanges
        if exchange.sender == BROWSER
        and exchange.receiver in hosts
        and exchange.request.header("sec-fetch-dest") in PAGES
        and exchange.response is not None
        and exchange.response.status >= ERROR
    ]


ERROR_PAGE = Need(lambda evidence: bool(error_pages(evidence)), "the vendor showed no error page")


@check(
    clause="OWASP ASVS 16.5.1; GDPR Article 5(1)(c) and (f)",
    sv="En felsida visar inga personuppgifter",
    about="vendor",
    needs=(ERROR_PAGE,),
    reads_assertions=True,
)
def error_page_shows_no_person(evidence: Evidence) -> Iterator[Outcome]:
    """An error page shows nobody's data.

    A pupil shows it to a teacher, who sends a picture of it to whoever may help.
    """
    everyone = index_of(evidence.people)
    for exchange, page in error_pages(evidence):
        told: dict[tuple[str, str], None] = {}
        for owner in find(f"{page.text}\n{page.document}", everyone):
            told[owner.attribute, owner.person] = None
        for attribute, person in told:
            yield Observation(
                f"the error page at {exchange.request.parts.path} shows {attribute} of {person or 'several people'}",
                "what does not work, and nobody's data",
                where=Pointer(exchange.number, "response.body"),
                attribute=attribute,
                person=person,
                recipient=exchange.receiver,
            )


@check(
    clause="OWASP ASVS 16.5.1; CWE-209",
    sv="En felsida visar inget av programmets inre",
    about="vendor",
    needs=(ERROR_PAGE,),
    severity=Severity.SHOULD,
)
def error_page_shows_no_inner_workings(evidence: Evidence) -> Iterator[Outcome]:
    """An error page shows nothing of the program behind it.

    A stack trace helps no pupil, and whoever looks for a way in.
    """
    for exchange, page in error_pages(evidence):
        found = TRACE.search(page.document or page.text)
        if found:
            yield Observation(
                f"the error page at {exchange.request.parts.path} shows a stack trace: {found.group()[:80]!r}",
                "a page that says what does not work and what the person can do",
                where=Pointer(exchange.number, "response.body"),
                person="",
                recipient=exchange.receiver,
            )
