"""How many people share a set of values."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.attributes import base_of, by_name
from testbed.model.written import Person
from testbed.privacy.combinations import Crowd, Trait, crowd_of, quasi_identifiers, trait


def people(*traits: Mapping[str, Any]) -> dict[str, Person]:
    found = (Person(id=f"p{n}", role="pupil", attributes=dict(one)) for n, one in enumerate(traits))
    return {person.id: person for person in found}


FOUR = people(
    {"sisSchoolGrade": "4", "sisSchoolUnitCode": ("1", "2"), "givenName": "Åsa"},
    {"sisSchoolGrade": "4", "sisSchoolUnitCode": "2", "norEduPersonBirthDate": "20160312"},
    {"sisSchoolGrade": "5", "sisSchoolUnitCode": "2", "givenName": "åsa"},
    {"mail": "d@skola.test"},
)


@pytest.mark.parametrize(
    ("told", "sharing"),
    [
        ([], 4),
        ([("sisSchoolGrade", "4")], 2),
        ([("sisSchoolGrade", "4"), ("norEduOrgUnitUniqueIdentifier", "2")], 2),
        ([("sisSchoolUnitCode", "1"), ("sisSchoolUnitCode", "2")], 1),
        ([("givenName", "ÅSA")], 2),
        ([("norEduPersonBirthDate", "2016-03-12"), ("schacDateOfBirth", "20160312")], 1),
        ([("sisSchoolGrade", "4"), ("givenName", "Bo")], 0),
        ([("sisSchoolGrade", "4"), ("givenName", "Åsa"), ("norEduPersonBirthDate", "20160312")], 0),
    ],
)
def test_so_many_have_them_all(told: list[tuple[str, str]], sharing: int) -> None:
    crowd = Crowd(FOUR)
    traits = [trait(*one) for one in told]
    assert crowd.sharing(traits) == crowd.sharing(traits) == sharing
    assert crowd.size == 4


SMALL = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "sisSchoolGrade": st.sampled_from("123"),
            "givenName": st.sampled_from(["Ada", "Bo"]),
            "sisSchoolUnitCode": st.lists(st.sampled_from("1234"), max_size=2, unique=True).map(tuple),
        },
    ),
    max_size=12,
)


@given(SMALL, st.lists(st.sampled_from([("sisSchoolGrade", "1"), ("givenName", "ADA"), ("sisSchoolUnitCode", "3")])))
def test_counting_is_what_looking_at_everybody_gives(traits: Any, told: list[tuple[str, str]]) -> None:
    population = people(*traits)
    wanted = {trait(*one) for one in told}

    def has(person: Person, one: Trait) -> bool:
        return one.value in {trait(one.attribute, value).value for value in person.values(one.attribute)}

    slow = sum(all(has(person, one) for one in wanted) for person in population.values())
    assert Crowd(population).sharing(wanted) == slow


def test_a_population_is_looked_through_once() -> None:
    again = dict(FOUR)
    assert crowd_of(FOUR) is crowd_of(FOUR)
    assert crowd_of(again) is not crowd_of(FOUR)


def test_what_narrows_down_who_somebody_is() -> None:
    names = quasi_identifiers()
    assert {"norEduPersonBirthDate", "schacDateOfBirth", "sisSchoolUnitCode", "sisSchoolGrade", "l"} <= names
    assert {"givenName", "sn", "postalCode", "sisSchoolCourseStudent", "eduPersonAffiliation"} <= names
    assert not names & {"mail", "pairwise-id", "eduPersonAssurance", "o", "schacHomeOrganization", "securityMarking"}
    assert not [name for name in names if by_name()[base_of(name)].unique]


def test_a_municipality_is_counted_in_at_once() -> None:
    many = people(
        *(
            {
                "norEduPersonBirthDate": f"2016{1 + n % 12:02}{1 + n % 28:02}",
                "sisSchoolUnitCode": f"{n % 40:08}",
                "sisSchoolGrade": str(n % 10),
            }
            for n in range(20_000)
        )
    )
    told = [trait("norEduPersonBirthDate", "20161111"), trait("sisSchoolUnitCode", "00000010")]
    crowd = crowd_of(many)
    crowd.sharing(told)
    for _ in range(50):
        assert crowd.sharing(told) > 1
