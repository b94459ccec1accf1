"""Whether vendors can find out together who a pupil is: by the identifiers that they were given."""

from collections.abc import Iterator

from testbed.checks.core import AGREEMENT, Need, Observation, Outcome, Skip, check
from testbed.model.coverage import agreed_about
from testbed.model.privacy import Issued
from testbed.model.verdict import Evidence
from testbed.privacy.others import hosts_of
from testbed.privacy.people import NAME_ID, SUBJECT, folded


def _by_pseudonym(evidence: Evidence) -> bool:
    """Whether the agreement has the vendor know this very person, who is protected, by a pseudonym alone."""
    agreed = evidence.agreement is not None and evidence.agreement.protected_identity == "pseudonym"
    return agreed and evidence.person is not None and evidence.person.protected


PAIRWISE = Need(
    lambda e: e.agreement is not None and (e.agreement.identifier == "pairwise" or _by_pseudonym(e)),
    "the agreement does not ask for an identifier that only this vendor knows",
)

ALWAYS = frozenset({NAME_ID, SUBJECT, "pairwise-id"})
"""Identifiers that the school makes up for one vendor."""


def _own_hosts(evidence: Evidence) -> frozenset[str]:
    agreed = evidence.agreement.processor.hosts if evidence.agreement else ()
    return hosts_of(evidence.play.vendor) | frozenset(agreed)


def _counted(evidence: Evidence) -> list[Issued]:
    """The identifiers that are to be this vendor's alone.

    Those that the school makes up; and any other that points at one person and was not agreed on: an account that the
    agreement names is known to be the same everywhere. Where protected people have pseudonyms, no account is.
    """
    person, agreement = evidence.person, evidence.agreement
    agreed = agreed_about(person, agreement) if person and agreement else frozenset[str]()
    if _by_pseudonym(evidence):
        agreed = frozenset()
    return [one for one in evidence.issued if one.attribute in ALWAYS or one.attribute not in agreed]


@check(
    clause="GDPR Article 25(1) and 5(1)(c); OpenID Connect Core 8.1; SAML V2.0 Subject Identifier Attributes 3.4",
    sv="Två leverantörer känner inte personen under samma identifierare",
    about="school",
    needs=(AGREEMENT, PAIRWISE),
    reads_assertions=True,
)
def identifier_not_correlatable(evidence: Evidence) -> Iterator[Outcome]:
    """No other vendor got the identifier by which this vendor knows the person, where the agreement says pairwise.

    Two vendors that share an identifier can put together all that each knows of a pupil, for years, and nobody sees it.
    """
    own = _own_hosts(evidence)
    numbers = {exchange.number for exchange in evidence.exchanges}
    counted = _counted(evidence)
    here = [one for one in counted if one.recipient in own and one.where.exchange in numbers]
    elsewhere = [one for one in evidence.issued if one.recipient not in own]
    if not here:
        yield Skip("the vendor was given no identifier that is to be its own")
    elif not elsewhere:
        yield Skip("no other vendor was given an identifier of this person in this run")
    for one in dict.fromkeys(here):
        others = [other for other in elsewhere if folded(other.value) == folded(one.value)]
        for host in dict.fromkeys(other.recipient for other in others):
            yield Observation(
                f"{one.attribute} that {one.recipient} was given was given to {host} as well",
                "an identifier that no other vendor knows (identifier: pairwise, or protected_identity: pseudonym)",
                where=one.where,
                attribute=one.attribute,
                recipient=one.recipient,
            )
