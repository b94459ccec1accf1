"""Find somebody among thousands: the school's own staff directory and pupil list, for its login page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from pydantic import TypeAdapter

from idp.state import Shelf, State
from testbed.model.orders import ChangePerson
from testbed.model.written import Person, Role

MAX_HITS = 50
MAX_QUERY = 100
CHANGED_FOR = timedelta(days=30)
"""Longer than any lab is held open."""
MAX_CHANGED = 10_000
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


class Directory:
    """The people of one school.

    Args:
        people: by id.
        state: where changes are kept that the lab has ordered.
    """

    def __init__(self, people: Mapping[str, Person], state: State) -> None:
        self._people = people
        self._changed = Shelf(state, "person", TypeAdapter(Person), CHANGED_FOR, MAX_CHANGED)
        self._texts = tuple((_text(person), person) for person in people.values())
        self._sample = _sample(people.values())
        self._followers: list[Callable[[Person], object]] = []

    def get(self, person_id: str) -> Person | None:
        """The person of this id, as the school knows them now."""
        if person_id not in self._people:
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
        changed = Person.model_validate(data)
        self._changed.put(person.id, changed)
        for follower in self._followers:
            follower(changed)

    def follow(self, follower: Callable[[Person], object]) -> None:
        """Have somebody told of each person who changes."""
        self._followers.append(follower)

    def find(self, query: str) -> Hits:
        """Everybody in whose id, name, user name or address every word of the query stands; without one, a sample
        with somebody of every kind.
        """
        words = query[:MAX_QUERY].casefold().split()
        if not words:
            return Hits(self._sample, len(self._texts))
        found = [person for text, person in self._texts if all(word in text for word in words)]
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
