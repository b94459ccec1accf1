"""Fields beside one another tell whose a value is that many share."""

from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import search

PEOPLE = [
    Person(
        id=f"p{n}", role="pupil", attributes={"givenName": given, "sn": family, "sisSchoolGrade": grade, "mail": mail}
    )
    for n, (given, family, grade, mail) in enumerate(
        [
            ("Anna", "Berg", "4", "anna@skola.test"),
            ("Anna", "Holm", "4", "anna2@skola.test"),
            ("Lisa", "Berg", "5", "lisa@skola.test"),
        ]
    )
]
INDEX = PeopleIndex.of(PEOPLE)


def told(text: str) -> set[tuple[str, str]]:
    """Attribute and person of what a body tells."""
    return {(one.owner.attribute, one.owner.person) for one in search([text.encode()], INDEX).found}


def test_fields_that_are_true_of_one_person_alone_are_that_person_s() -> None:
    assert told('{"grade": "4", "family_name": "Berg"}') == {("sisSchoolGrade", "p0"), ("sn", "p0")}


def test_a_unique_value_beside_tells_whose_the_others_are() -> None:
    assert ("givenName", "p1") in told('{"givenName": "Anna", "mail": "anna2@skola.test"}')


def test_fields_that_are_true_of_two_people_are_nobody_s() -> None:
    assert told('{"givenName": "Anna", "grade": "4"}') == {("givenName", ""), ("sisSchoolGrade", "")}


def test_a_value_that_is_not_the_named_person_s_stays_nobody_s() -> None:
    assert ("givenName", "") in told('{"givenName": "Anna", "mail": "lisa@skola.test"}')


def test_in_a_list_of_several_people_shared_values_are_nobody_s() -> None:
    listed = '[{"givenName": "Anna", "mail": "anna@skola.test"}, {"givenName": "Anna", "mail": "anna2@skola.test"}]'
    assert ("givenName", "") in told(listed)
