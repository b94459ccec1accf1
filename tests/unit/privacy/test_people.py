"""The index of people: one value is one person's, by whatever name it is called."""

from testbed.model.written import Person
from testbed.privacy.people import Owner, PeopleIndex, index_of
from testbed.privacy.search import find

NUMBER = "201301012399"
PUPIL = Person(id="elev-1", role="pupil", attributes={"norEduPersonNIN": NUMBER, "displayName": "Åsa Öberg"})


def test_a_value_is_found_by_every_name_that_says_the_same() -> None:
    index = PeopleIndex.of([PUPIL])
    assert tuple(index.owners("norEduPersonNIN", NUMBER)) == ("elev-1",)
    assert tuple(index.owners("personalIdentityNumber", NUMBER)) == ("elev-1",)
    assert tuple(index.owners("cn", "ÅSA ÖBERG")) == ("elev-1",)
    assert tuple(index.owners("mail", NUMBER)) == ()


def test_a_value_that_people_json_has_by_two_names_is_one_find() -> None:
    both = PUPIL.model_copy(update={"attributes": {**PUPIL.attributes, "personalIdentityNumber": NUMBER}})
    index = PeopleIndex.of([both])
    assert tuple(index.owners("personalIdentityNumber", NUMBER)) == ("elev-1",)
    assert find(f"id={NUMBER}", index) == (Owner("norEduPersonNIN", "elev-1", NUMBER),)


def test_a_population_is_indexed_once() -> None:
    people = {"a": Person(id="a", role="pupil", attributes={"mail": "a@b.test"})}
    first = index_of(people)
    assert index_of(people) is first
    assert index_of(dict(people)) is not first
    assert tuple(index_of(people).owners("mail", "A@b.test")) == ("a",)
