"""Everybody whom the school knows at one moment, and who is whose guardian."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from idp.ss12000.register import Register
from testbed.model.written import Person

ACCOUNT, WARD = "eduPersonPrincipalName", "sisLegalGuardianFor"


class World:
    """The people at one moment.

    Args:
        people: by id.
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = Register[Person]({})
        self._by_account = Register[str]({})
        self._guardians = Register[tuple[str, ...]]({})
        for name, person in people.items():
            self.put(name, person)

    def going_on(self) -> Self:
        """The same moment, to be carried on from; this one is not to change any more.

        NOTE: each caller's view is a world of its own, and to copy the whole school for each would take more than all
        else that is kept for a caller.
        """
        other = type(self)({})
        other._people = Register(self._people)
        other._by_account, other._guardians = Register(self._by_account), Register(self._guardians)
        return other

    def get(self, name: str) -> Person | None:
        """The person of this id, None when nobody has it."""
        return self._people.get(name)

    def everybody(self) -> Iterator[Person]:
        """All of them, in no order that means anything."""
        return self._people.values()

    def put(self, name: str, person: Person | None) -> None:
        """Know this of a person from now on; None: the person has left."""
        before = self.get(name)
        for account in before.values(ACCOUNT) if before else ():
            self._by_account.put(account, None)
        for account in before.values(WARD) if before else ():
            self._guardians.put(account, tuple(other for other in self._guardians_of(account) if other != name))
        self._people.put(name, person)
        if person is None:
            return
        for account in person.values(ACCOUNT):
            self._by_account.put(account, name)
        for account in dict.fromkeys(person.values(WARD)):
            self._guardians.put(account, (*self._guardians_of(account), name))

    def guardians(self, person: Person) -> tuple[Person, ...]:
        """Who is a guardian of this person."""
        names = (name for account in person.values(ACCOUNT) for name in self._guardians_of(account))
        return self._known(names)

    def wards(self, person: Person) -> tuple[Person, ...]:
        """Whose guardian this person is."""
        names = (self._by_account.get(account) for account in person.values(WARD))
        return self._known(name for name in names if name is not None)

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
        for person in self._known(tuple(found)):
            found.update(other.id for other in (*self.guardians(person), *self.wards(person)))
        return found

    def _guardians_of(self, account: str) -> tuple[str, ...]:
        return self._guardians.get(account) or ()

    def _known(self, names: Iterable[str]) -> tuple[Person, ...]:
        """Those of these ids who are there, each once."""
        return tuple(person for name in dict.fromkeys(names) if (person := self.get(name)))
