"""Finding people."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from idp.directory import MAX_HITS, Directory, name_of
from idp.state import State
from testbed.model.orders import ChangePerson
from testbed.model.written import Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def person(number: int, role: str = "pupil", **more: Any) -> Person:
    name = more.pop("name", f"Namn {number}")
    return Person(id=f"{role}-{number}", role=role, attributes={"displayName": name} if name else {}, **more)


@dataclass
class Follower:
    """Another system of the school's."""

    told: list[str]

    def put(self, person: Person) -> None:
        self.told.append(f"{person.id} {person.attributes.get('mail')}")

    def leave(self, name: str) -> None:
        self.told.append(f"{name} left")


@pytest.fixture
def directory() -> Directory:
    everybody = [person(n) for n in range(200)]
    everybody += [person(n, role) for role in ("guardian", "teacher", "staff") for n in range(30)]
    everybody += [person(1000, name="Åsa Öberg"), person(1001, name="", security_marking="Sekretessmarkering")]
    return Directory({one.id: one for one in everybody}, State(None, lambda: NOW))


def test_the_first_page_has_somebody_of_every_kind(directory: Directory) -> None:
    hits = directory.find("  ")
    assert {one.role for one in hits.people} == {"pupil", "teacher", "guardian", "staff"}
    assert hits.people[0].protected
    assert len(hits.people) <= MAX_HITS
    assert len({one.id for one in hits.people}) == len(hits.people)
    assert hits.total == 292


@pytest.mark.parametrize("query", ["åsa", "ÖBERG", "öberg åsa", "pupil-1000"])
def test_every_word_must_be_found_in_any_letter_case(directory: Directory, query: str) -> None:
    assert [one.id for one in directory.find(query).people] == ["pupil-1000"]


def test_there_are_never_too_many(directory: Directory) -> None:
    hits = directory.find("namn")
    assert len(hits.people) == MAX_HITS
    assert hits.total == 290


def test_nobody_is_found_by_nonsense(directory: Directory) -> None:
    assert directory.find("x" * 10_000).people == ()
    assert directory.get("nobody") is None
    assert directory.get("pupil-1000") is not None


def test_somebody_without_a_name_is_called_by_their_id(directory: Directory) -> None:
    assert name_of(directory.get("pupil-1001")) == "pupil-1001"
    assert name_of(directory.get("pupil-1000")) == "Åsa Öberg"


def test_what_the_lab_changes_is_known_from_then_on(directory: Directory) -> None:
    order = ChangePerson(person="pupil-3", school_units=("00001102",), attributes={"sisSchoolGrade": "7"})
    directory.change(order)
    directory.change(ChangePerson(person="pupil-3", attributes={"mail": "a@b.test"}))
    changed = directory.get("pupil-3")
    assert changed is not None
    assert changed.school_units == ("00001102",)
    assert changed.attributes == {"displayName": "Namn 3", "sisSchoolGrade": "7", "mail": "a@b.test"}


def test_somebody_may_come_to_have_a_protected_identity(directory: Directory) -> None:
    directory.change(ChangePerson(person="pupil-3", security_marking="Sekretessmarkering"))
    changed = directory.get("pupil-3")
    assert changed
    assert changed.protected


def test_whoever_follows_is_told_of_each_change(directory: Directory) -> None:
    follower = Follower([])
    directory.follow(follower)
    for mail in ("a@b.test", "c@d.test"):
        directory.change(ChangePerson(person="pupil-3", attributes={"mail": mail}))
    directory.leave("pupil-3")
    directory.take_back("pupil-3")
    assert follower.told == ["pupil-3 a@b.test", "pupil-3 c@d.test", "pupil-3 left", "pupil-3 None"]


def test_whoever_has_left_is_not_found_until_they_are_back(directory: Directory) -> None:
    total = directory.find("").total
    directory.change(ChangePerson(person="pupil-3", attributes={"mail": "a@b.test"}))
    directory.leave("pupil-3")
    assert directory.get("pupil-3") is None
    assert "pupil-3" not in {person.id for person in directory.find("pupil-3").people}
    assert directory.find("").total == total - 1
    assert "pupil-3" not in {person.id for person in directory.find("").people}
    with pytest.raises(ValueError, match="nobody has the id 'pupil-3'"):
        directory.leave("pupil-3")
    directory.take_back("pupil-3")
    back = directory.get("pupil-3")
    assert back is not None
    assert "mail" not in back.attributes
    assert "pupil-3" in {person.id for person in directory.find("pupil-3").people}
    with pytest.raises(ValueError, match="nobody of the id 'pupil-3' has left"):
        directory.take_back("pupil-3")


def test_no_leaver_is_forgotten_however_many_leave_and_however_long_ago() -> None:
    now = [NOW]
    people = {one.id: one for one in (person(n) for n in range(10_500))}
    state = State(None, lambda: now[0])
    directory = Directory(people, state)
    for name in people:
        directory.leave(name)
    now[0] += dt.timedelta(days=366)
    again = Directory(people, state)
    assert not [name for name in people if again.get(name)]
    assert again.find("").total == 0


def test_what_a_follower_cannot_take_has_not_happened(directory: Directory) -> None:
    class Full(Follower):
        def put(self, person: Person) -> None:
            raise ValueError("takes no more")

        def leave(self, name: str) -> None:
            raise ValueError("takes no more")

    before = directory.get("pupil-3")
    directory.follow(Full([]))
    with pytest.raises(ValueError, match="takes no more"):
        directory.leave("pupil-3")
    with pytest.raises(ValueError, match="takes no more"):
        directory.change(ChangePerson(person="pupil-3", attributes={"mail": "a@b.test"}))
    assert directory.get("pupil-3") == before


def test_nobody_and_nothing_unknown_can_be_changed(directory: Directory) -> None:
    with pytest.raises(ValueError, match="nobody has the id 'nobody'"):
        directory.change(ChangePerson(person="nobody"))
    with pytest.raises(ValueError, match="shoeSize"):
        directory.change(ChangePerson(person="pupil-3", attributes={"shoeSize": "38"}))
    assert directory.get("nobody") is None
