"""Values that the school made up in this run for one person: they point at that person wherever they stand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from testbed.model.attributes import by_name, by_saml_name
from testbed.model.messages import Assertion, Message, SamlResponse
from testbed.model.privacy import Issued
from testbed.model.wire import Exchange, Pointer, host_of
from testbed.model.written import Person
from testbed.privacy.oidc import Stated, attribute_of, stated_in
from testbed.privacy.people import NAME_ID, SUBJECT, PeopleIndex
from testbed.privacy.subject import subject_of, subject_of_claims

type Added = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Values by person and attribute."""

ISSUED = frozenset({"pairwise-id", "subject-id"})
"""Attributes whose values no people.json holds."""
MIN_LENGTH = 6
"""Shorter values are words like others, and point at nobody in a text."""
MAX_ISSUED = 200_000


@dataclass(frozen=True, slots=True)
class Told:
    """A message of a play, and the exchange that carried it."""

    player: str
    exchange: Exchange
    message: Message


def issued_values(plays: Iterable[tuple[str, Iterable[Message]]], index: PeopleIndex) -> Added:
    """The identifiers that assertions, tokens and answers gave out, by the person whom they stand for.

    A value that was given out for two people points at neither, and one that is somebody's already stays theirs.

    Args:
        plays: who played, and the messages of the play.
        index: over the people as people.json has them.
    """
    owners: dict[tuple[str, str], set[str]] = {}
    for player, messages in plays:
        for subject, attribute, value in _given_out(tuple(messages), index, player):
            if subject and len(value) >= MIN_LENGTH and len(owners) < MAX_ISSUED:
                owners.setdefault((attribute, value), set()).add(subject)
    claimed: dict[str, set[str]] = {}
    for (_, value), persons in owners.items():
        claimed.setdefault(value, set()).update(persons)
    added: dict[str, dict[str, tuple[str, ...]]] = {}
    for (attribute, value), persons in owners.items():
        if len(claimed[value]) == 1 and index.owner_of(value) is None:
            values = added.setdefault(next(iter(persons)), {})
            values[attribute] = (*values.get(attribute, ()), value)
    return added


def with_values(people: Mapping[str, Person], added: Added) -> Mapping[str, Person]:
    """The people, each with the values that were added for them."""
    return {**people, **{name: _with(people[name], values) for name, values in added.items() if name in people}}


def identifiers(told: Iterable[Told], index: PeopleIndex) -> tuple[Issued, ...]:
    """Every identifier of a person that a school gave a vendor, in the order of the journal.

    Args:
        told: every message of the journal.
        index: over the people, with the values that were issued in this run.
    """
    found: list[Issued] = []
    for one in told:
        if len(found) >= MAX_ISSUED:
            break
        if isinstance(one.message, SamlResponse):
            for assertion in one.message.assertions:
                subject = subject_of(assertion, index, one.player)
                host = host_of(one.message.delivered_to)
                found += [Issued(n, subject, v, host, assertion.where) for n, v in _that_identify(assertion)]
        stated = stated_in(one.message)
        if stated is not None:
            subject = subject_of_claims(stated.claims, stated.sub, index, one.player)
            claims = _identifying_claims(stated, index)
            found += [Issued(n, subject, v, one.exchange.sender, where) for n, v, where in claims]
    return tuple(one for one in found if one.person and one.value)


def _that_identify(assertion: Assertion) -> Iterator[tuple[str, str]]:
    yield NAME_ID, assertion.name_id
    for attribute in assertion.attributes:
        row = by_saml_name().get(attribute.name)
        if row is not None and row.unique and row.sensitivity == "identifier":
            yield from ((row.name, value) for value in attribute.values)


def _identifying_claims(stated: Stated, index: PeopleIndex) -> Iterator[tuple[str, str, Pointer]]:
    yield SUBJECT, stated.sub, Pointer(stated.where.exchange, f"{stated.where.locator}/sub")
    for claim in stated.claims:
        row = by_name().get(attribute_of(claim, index))
        if row is not None and row.unique and row.sensitivity == "identifier":
            where = Pointer(stated.where.exchange, f"{stated.where.locator}{claim.place}")
            yield from ((row.name, value, where) for value in claim.values)


def _given_out(messages: tuple[Message, ...], index: PeopleIndex, player: str) -> Iterator[tuple[str, str, str]]:
    """Whom each identifier stands for: person, attribute, value."""
    for message in messages:
        if isinstance(message, SamlResponse):
            for assertion in message.assertions:
                subject = subject_of(assertion, index, player)
                yield from ((subject, attribute, value) for attribute, value in _made_up(assertion))
    stated = [one for one in map(stated_in, messages) if one is not None and one.sub]
    # NOTE: an ID token names nobody; the userinfo answer with the same sub does, whoever was meant to log in.
    certain = {one.sub: person for one in stated if (person := subject_of_claims(one.claims, "", index, ""))}
    for one in stated:
        yield certain.get(one.sub) or subject_of_claims(one.claims, one.sub, index, player), SUBJECT, one.sub


def _made_up(assertion: Assertion) -> Iterator[tuple[str, str]]:
    known = by_saml_name()
    yield NAME_ID, assertion.name_id
    for attribute in assertion.attributes:
        row = known.get(attribute.name)
        if row is not None and row.name in ISSUED:
            yield from ((row.name, value) for value in attribute.values)


def _with(person: Person, values: Mapping[str, tuple[str, ...]]) -> Person:
    # NOTE: a copy is not validated again, so that a NameID, which is no attribute, can stand among them.
    attributes = {name: tuple(dict.fromkeys((*person.values(name), *more))) for name, more in values.items()}
    return person.model_copy(update={"attributes": {**person.attributes, **attributes}})
