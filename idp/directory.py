"""Find somebody among thousands: the school's own staff directory and pupil list, for its login page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from pydantic import TypeAdapter

from idp.state import KEPT_FOR_GOOD, Shelf, State
from testbed.model.orders import ChangePerson
from testbed.model.written import Person, Role

MAX_HITS = 50
MAX_QUERY = 100
SAMPLE_PROTECTED = 6
SAMPLE_OF_ROLE: Mapping[Role, int] = {"pupil": 16, "teacher": 10, "staff": 6, "guardian": 12}
SEARCHED = ("displayName", "eduPersonPrincipalName", "mail")


@dataclass(frozen=True, slots=True)
class Hits:
    """People to choose from."""

    people: tuple[Person, ...]
    """At most :data:`MAX_HITS`."""
    total: int
    """How many there are in all."""


class Follower(Protocol):
    """Another system of the school's, which knows the same people."""

    def put(self, person: Person) -> object:
        """Know this of a person, who may be new, from now on."""

    def leave(self, name: str) -> object:
        """Know the person of this id no longer."""


class Directory:
    """The people of one school.

    Args:
        people: by id.
        state: where changes are kept that the lab has ordered.
    """

    def __init__(self, people: Mapping[str, Person], state: State) -> None:
        self._people = people
        # NOTE: there are never more than people, so that none makes room for another: a leaver who was forgotten would
        # be there again.
        self._changed = Shelf(state, "person", TypeAdapter(Person), KEPT_FOR_GOOD, len(people))
        self._texts = tuple((_text(person), person) for person in people.values())
        self._sample = _sample(people.values())
        self._left = Shelf(state, "person-left", TypeAdapter(bool), KEPT_FOR_GOOD, len(people))
        self._followers: list[Follower] = []

    def get(self, person_id: str) -> Person | None:
        """The person of this id, as the school knows them now."""
        if person_id not in self._people or self._left.get(person_id):
            return None
        return self._changed.get(person_id) or self._people[person_id]

    def change(self, order: ChangePerson) -> None:
        """Know something else about a person from now on.

        Raises:
            ValueError: nobody has this id, or an attribute is not one of the table's.
        """
        person = self.get(order.person)
        if person is None:
            raise ValueError(f"nobody has the id {order.person!r}")
        data = person.model_dump()
        if order.school_units is not None:
            data["school_units"] = order.school_units
        if order.security_marking is not None:
            data["security_marking"] = order.security_marking
        data["attributes"] |= order.attributes
        self._know(Person.model_validate(data))

    def leave(self, person_id: str) -> None:
        """Know a person no longer.

        Raises:
            ValueError: nobody has this id, or somebody who follows takes no more changes.
        """
        if self.get(person_id) is None:
            raise ValueError(f"nobody has the id {person_id!r}")
        for follower in self._followers:
            follower.leave(person_id)
        self._left.put(person_id, True)

    def take_back(self, person_id: str) -> None:
        """Know a person who had left, as at the beginning.

        Raises:
            ValueError: nobody of this id has left.
        """
        if not self._left.get(person_id):
            raise ValueError(f"nobody of the id {person_id!r} has left")
        self._know(self._people[person_id])
        self._left.remove(person_id)

    def follow(self, follower: Follower) -> None:
        """Have somebody told of each person who changes, leaves or comes back."""
        self._followers.append(follower)

    def _know(self, person: Person) -> None:
        for follower in self._followers:
            follower.put(person)
        self._changed.put(person.id, person)

    def find(self, query: str) -> Hits:
        """Everybody in whose id, name, user name or address every word of the query stands; without one, a sample
        with somebody of every kind.
        """
        words = query[:MAX_QUERY].casefold().split()
        left = frozenset(self._left.names(""))
        if not words:
            return Hits(tuple(one for one in self._sample if one.id not in left), len(self._texts) - len(left))
        matching = (person for text, person in self._texts if all(word in text for word in words))
        found = [person for person in matching if person.id not in left]
        return Hits(tuple(found[:MAX_HITS]), len(found))


def name_of(person: Person) -> str:
    """What the school calls the person."""
    return next(iter(person.values("displayName")), person.id)


def _text(person: Person) -> str:
    values = (value for name in SEARCHED for value in person.values(name))
    return " ".join((person.id, *values)).casefold()


def _sample(people: Iterable[Person]) -> tuple[Person, ...]:
    """Protected persons first, for they are few and the reason for many tests, then some of every role."""
    everybody = tuple(people)
    chosen = list(islice((p for p in everybody if p.protected), SAMPLE_PROTECTED))
    for role, share in SAMPLE_OF_ROLE.items():
        chosen += islice((p for p in everybody if p.role == role and not p.protected), share)
    return tuple(chosen)
