"""Whose session a page shows, told by values that only one person has."""

from collections.abc import Iterator, Mapping

from loadtests.readings import Readings
from testbed.model.pages import Page
from testbed.model.person import Person

ACCOUNT, CHILDREN = "eduPersonPrincipalName", "sisLegalGuardianFor"
LEARNS, TEACHES = "sisSchoolCourseStudent", "sisSchoolCourseTeacher"
NUMBER = "norEduPersonNIN"
ACCOUNTS = (ACCOUNT, "mail", NUMBER, "telephoneNumber", "mobile", "pairwise-id")
"""What may tell one person from all others; the last one holds every name by which a vendor knows them."""
LISTED = 2
"""So many names of others beside one's own are a list of a class."""


class Faces:
    """Who may be shown: everybody who takes part.

    Args:
        people: by id.
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._readings = Readings()
        for name, person in people.items():
            for attribute in ACCOUNTS:
                for value in _ways_of(attribute, person):
                    self._readings.add(value, name)
            for called in _names(person):
                self._readings.add(called, name, by_name=True)
        self._told = self._readings.owners()
        # NOTE: a page is asked about several times in a row, and read once.
        self._page: Page | None = None
        self._seen: dict[str, bool] = {}
        accounts = {value: name for name, person in people.items() for value in person.values(ACCOUNT)}
        self._children = {
            name: frozenset(accounts[value] for value in person.values(CHILDREN) if value in accounts)
            for name, person in people.items()
            if person.values(CHILDREN)
        }
        self._classes = {
            name: frozenset((*person.values(LEARNS), *person.values(TEACHES))) for name, person in people.items()
        }

    def on(self, page: Page) -> frozenset[str]:
        """The ids of those whom the page shows."""
        return frozenset(self._found(page))

    def strangers(self, page: Page, person: str) -> frozenset[str]:
        """The ids of those whom a page shows and may not show to this person: everybody but themselves, and a
        guardian's children. A page that names the person may name others of the same class beside them, where it names
        several: a list, and no session of somebody else's. An account of theirs it may not show."""
        found = self._found(page)
        others = found.keys() - self._children.get(person, frozenset()) - {person}
        if person not in found:
            return frozenset(others)
        own = self._classes.get(person, frozenset())
        listed = {one for one in others if found[one] and not own.isdisjoint(self._classes[one])}
        return frozenset(others - listed if len(listed) >= LISTED else others)

    def tells(self, person: str) -> bool:
        """Whether there is anything by which a page could show this person."""
        return person in self._told

    def _found(self, page: Page) -> dict[str, bool]:
        """Who is shown, and whether by name alone."""
        if page is self._page:
            return self._seen
        found: dict[str, bool] = {}
        for value in self._readings.found(page.document):
            found[value.owner] = found.get(value.owner, True) and value.by_name
        self._page, self._seen = page, found
        return found


def _ways_of(attribute: str, person: Person) -> Iterator[str]:
    """A civic number is written with and without its century."""
    for value in person.values(attribute):
        yield value
        if attribute == NUMBER:
            yield value[2:]


def _names(person: Person) -> Iterator[str]:
    """What the school calls a person, and what a service makes of the parts of their name."""
    yield from person.values("displayName")
    given, family = " ".join(person.values("givenName")), " ".join(person.values("sn"))
    if given and family:
        yield f"{given} {family}"
        yield f"{family} {given}"
