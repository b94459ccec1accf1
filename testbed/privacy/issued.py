"""Values that the school made up in this run for one person: they point at that person wherever they stand."""

from collections.abc import Iterable, Iterator, Mapping

from testbed.model.attributes import by_saml_name
from testbed.model.messages import Assertion, Message, SamlResponse
from testbed.model.written import Person
from testbed.privacy.people import NAME_ID, PeopleIndex
from testbed.privacy.subject import subject_of

ISSUED = frozenset({"pairwise-id", "subject-id"})
"""Attributes whose values no people.json holds."""
MIN_LENGTH = 6
"""Shorter values are words like others, and point at nobody in a text."""
MAX_ISSUED = 200_000


def with_issued_values(
    people: Mapping[str, Person], plays: Iterable[tuple[str, Iterable[Message]]], index: PeopleIndex
) -> Mapping[str, Person]:
    """The people, each with the identifiers that assertions about them gave out.

    A value that was given out for two people points at neither, and one that is somebody's already stays theirs.

    Args:
        people: as people.json has them.
        plays: who played, and the messages of the play.
        index: over ``people``.
    """
    owners: dict[tuple[str, str], set[str]] = {}
    for player, messages in plays:
        for assertion in _assertions(messages):
            subject = subject_of(assertion, index, player)
            if not subject or len(owners) >= MAX_ISSUED:
                continue
            for attribute, value in _identifiers(assertion):
                owners.setdefault((attribute, value), set()).add(subject)
    claimed: dict[str, set[str]] = {}
    for (_, value), persons in owners.items():
        claimed.setdefault(value, set()).update(persons)
    added: dict[str, dict[str, tuple[str, ...]]] = {}
    for (attribute, value), persons in owners.items():
        known = index.needles.get(value.casefold())
        if len(claimed[value]) == 1 and known is None:
            values = added.setdefault(next(iter(persons)), {})
            values[attribute] = (*values.get(attribute, ()), value)
    return {**people, **{name: _with(people[name], values) for name, values in added.items() if name in people}}


def _assertions(messages: Iterable[Message]) -> Iterator[Assertion]:
    for message in messages:
        if isinstance(message, SamlResponse):
            yield from message.assertions


def _identifiers(assertion: Assertion) -> Iterator[tuple[str, str]]:
    known = by_saml_name()
    if len(assertion.name_id) >= MIN_LENGTH:
        yield NAME_ID, assertion.name_id
    for attribute in assertion.attributes:
        row = known.get(attribute.name)
        if row is not None and row.name in ISSUED:
            yield from ((row.name, value) for value in attribute.values if len(value) >= MIN_LENGTH)


def _with(person: Person, values: Mapping[str, tuple[str, ...]]) -> Person:
    # NOTE: a copy is not validated again, so that a NameID, which is no attribute, can stand among them.
    attributes = {name: tuple(dict.fromkeys((*person.values(name), *more))) for name, more in values.items()}
    return person.model_copy(update={"attributes": {**person.attributes, **attributes}})
