"""Whether a vendor has pupils' data of whom nobody uses the service."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from testbed.checks.core import AGREEMENT, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.disclosed import agreement_of
from testbed.model.messages import SamlResponse
from testbed.model.oidc_messages import TokenAnswer, UserinfoAnswer
from testbed.model.privacy import BY_EXCHANGE, BY_LOGIN
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import host_of
from testbed.privacy.agreed import came_from_school

LEAST_SHARE = 0.5
"""Of the pupils that a vendor was told of, so many are to use the service; fewer are a reason to ask."""
LEAST_TIME = timedelta(days=28)
"""Four weeks of school: whoever has not logged in by then is not merely ill."""
PUPIL = "pupil"


@check(
    clause="GDPR Article 5(1)(c) and 25(2)",
    sv="De elever som tjänsten får uppgifter om använder den också",
    about="vendor",
    needs=(AGREEMENT,),
    severity=Severity.SHOULD,
)
def persons_are_used(evidence: Evidence) -> Iterator[Outcome]:
    """Most of the pupils whom a vendor is told of use its service.

    A service that has the whole municipality and is used by two classes could do with the two classes. It is looked at
    where a recording holds both rosters and logins, and four weeks of them.
    """
    agreement = agreement_of(evidence)
    hosts = frozenset(agreement.processor.hosts)
    told = [one for one in evidence.disclosures if one.recipient in hosts and came_from_school(one, agreement)]
    rostered = [one for one in told if one.channel in BY_EXCHANGE and _is_pupil(one.person, evidence)]
    pupils = {one.person for one in rostered}
    if not pupils:
        yield Skip("the evidence holds no roster of pupils that the vendor was told of")
        return
    accounts = _accounts(evidence, hosts)
    if not accounts:
        yield Skip("the evidence holds rosters and no logins: who uses the service is not in it")
        return
    lasted = max(exchange.started for exchange in evidence.exchanges) - min(one.at for one in rostered)
    if lasted < LEAST_TIME:
        yield Skip(
            f"the evidence goes on for {lasted.days} days after the roster, and four weeks tell who uses a service"
        )
        return
    named = {one.where.exchange: one.person for one in told if one.channel in BY_LOGIN and one.person}
    users = {name: {named[number] for number in numbers if number in named} for name, numbers in accounts.items()}
    used = pupils & set[str]().union(*users.values())
    # NOTE: each account of which nothing tells whose it is may be one more pupil.
    unnamed = sum(not persons for persons in users.values())
    if len(used) / len(pupils) >= LEAST_SHARE:
        return
    if (len(used) + unnamed) / len(pupils) >= LEAST_SHARE:
        yield NotVerified(f"{unnamed} accounts that were logged in to do not tell whose they are")
        return
    at_most, how = len(used) + unnamed, "fetched" if rostered[0].where.locator.startswith("response") else "sent"
    yield Observation(
        f"{at_most:,} of {len(pupils):,} pupils {how} have logged in, in {lasted.days} days",
        f"at least {LEAST_SHARE:.0%} of those whom the vendor is told of",
        where=rostered[0].where,
        person="",
        sender=rostered[0].sender,
        recipient=rostered[0].recipient,
    )


def _is_pupil(name: str, evidence: Evidence) -> bool:
    person = evidence.people.get(name)
    return person is not None and person.role == PUPIL


def _accounts(evidence: Evidence, hosts: frozenset[str]) -> Mapping[str, set[int]]:
    """The accounts by which people came to the vendor, each with the exchanges that may tell whose it is."""
    senders = {exchange.number: exchange.sender for exchange in evidence.exchanges}
    found: dict[str, set[int]] = {}
    for message in evidence.messages:
        number = message.where.exchange
        match message:
            case SamlResponse() if host_of(message.delivered_to) in hosts:
                for assertion in message.assertions:
                    found.setdefault(assertion.name_id, set()).add(number)
            case TokenAnswer(id_token=token) if token is not None and senders.get(number) in hosts:
                found.setdefault(token.subject, set()).add(number)
    for message in evidence.messages:
        if isinstance(message, UserinfoAnswer) and message.subject in found:
            found[message.subject].add(message.where.exchange)
    return found
