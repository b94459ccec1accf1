"""What the checks of personal data share: whose release a disclosure is, how its form is told, what was not read."""

from collections.abc import Iterator

from testbed.checks.core import Need, NotVerified, closed_assertions
from testbed.model.privacy import BY_LOGIN, PLAIN, Disclosure, Issued
from testbed.model.verdict import Evidence
from testbed.model.written import Agreement
from testbed.privacy.agreed import Party, party_of
from testbed.privacy.people import NAME_ID, SUBJECT

ACCOUNT = frozenset({NAME_ID, SUBJECT})
"""By what a school names an account in a login; no attribute that an agreement could list."""


def agreement_of(evidence: Evidence) -> Agreement:
    """The vendor's agreement, in a check that needs one.

    Raises:
        ValueError: there is none.
    """
    if evidence.agreement is None:
        raise ValueError("a check that needs an agreement was run without one")
    return evidence.agreement


def is_by_school(told: Disclosure, agreement: Agreement) -> bool:
    """Whether it was the school that told it: by a protocol of its own, or from one of its hosts in any other way."""
    return told.channel in BY_LOGIN or party_of(told.sender, agreement) is Party.CONTROLLER


def accounts_given(evidence: Evidence) -> Iterator[Issued]:
    """The names by which the vendor of the agreement came to know the person in this play.

    A login without a single attribute tells the vendor of somebody too. What several messages of a login repeat is
    given once.
    """
    given: set[tuple[str, str, str, str]] = set()
    numbers = {exchange.number for exchange in evidence.exchanges}
    hosts = agreement_of(evidence).processor.hosts
    for one in evidence.issued:
        here = one.attribute in ACCOUNT and one.recipient in hosts and one.where.exchange in numbers
        name = (one.person, one.attribute, one.value, one.recipient)
        if here and name not in given:
            given.add(name)
            yield one


def in_form(told: Disclosure) -> str:
    """How a sentence tells the form of a value that did not stand as it is: ``, as sha256``; "" for one that did."""
    return "" if told.form == PLAIN else f", as {told.form}"


def unread_from_school(evidence: Evidence) -> Iterator[NotVerified]:
    """One for each thing that the school sent to a party of the agreement and that nobody here can read."""
    agreement = agreement_of(evidence)
    for one in evidence.unreadable:
        to = party_of(one.recipient, agreement)
        if party_of(one.sender, agreement) is Party.CONTROLLER and to in (Party.PROCESSOR, Party.RECIPIENT):
            yield NotVerified(f"{one.sender} sent {one.recipient} what cannot be read ({one.channel}): {one.why}")


def _something_told(evidence: Evidence) -> bool:
    seen = bool(evidence.disclosures) or closed_assertions(evidence) > 0
    return seen or (evidence.agreement is not None and any(accounts_given(evidence)))


TOLD = Need(_something_told, "nobody was told anything of a person")
"""Personal data, or at least that somebody logged in."""
