"""Everybody whom the school knows at one moment, and who is whose guardian."""

from collections.abc import Iterable, Mapping
from typing import Self

from testbed.model.written import Person

ACCOUNT, WARD = "eduPersonPrincipalName", "sisLegalGuardianFor"


class World:
    """The people at one moment.

    Args:
        people: by id.
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.people: dict[str, Person] = {}
        self._by_account: dict[str, str] = {}
        self._guardians: dict[str, tuple[str, ...]] = {}
        for name, person in people.items():
            self.put(name, person)

    def copy(self) -> Self:
        """The same moment, to be carried on from."""
        other = type(self)({})
        other.people = dict(self.people)
        other._by_account, other._guardians = dict(self._by_account), dict(self._guardians)
        return other

    def put(self, name: str, person: Person | None) -> None:
        """Know this of a person from now on; None: the person has left."""
        before = self.people.pop(name, None)
        for account in before.values(ACCOUNT) if before else ():
            self._by_account.pop(account, None)
        for account in before.values(WARD) if before else ():
            self._guardians[account] = tuple(other for other in self._guardians[account] if other != name)
        if person is None:
            return
        self.people[name] = person
        for account in person.values(ACCOUNT):
            self._by_account[account] = name
        for account in dict.fromkeys(person.values(WARD)):
            self._guardians[account] = (*self._guardians.get(account, ()), name)

    def guardians(self, person: Person) -> tuple[Person, ...]:
        """Who is a guardian of this person."""
        names = (name for account in person.values(ACCOUNT) for name in self._guardians.get(account, ()))
        return tuple(self.people[name] for name in dict.fromkeys(names))

    def wards(self, person: Person) -> tuple[Person, ...]:
        """Whose guardian this person is."""
        names = (self._by_account.get(account) for account in person.values(WARD))
        return tuple(self.people[name] for name in dict.fromkeys(names) if name is not None)

    def protected(self, person: Person) -> bool:
        """Whether the person's identity is protected.

        A guardian's is with the child's: the guardian's address is where the child lives.
        """
        if person.protected or WARD not in person.attributes:
            return person.protected
        return any(ward.protected for ward in self.wards(person))

    def around(self, name: str) -> frozenset[str]:
        """The ids of those of whom something else may be told when the person of this id changes, this one included."""
        near = self._next_to({name})
        return frozenset(self._next_to(near))

    def _next_to(self, names: Iterable[str]) -> set[str]:
        found = set(names)
        for person in [self.people[name] for name in found if name in self.people]:
            found.update(other.id for other in (*self.guardians(person), *self.wards(person)))
        return found
