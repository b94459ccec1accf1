"""By their names fields are known: the customary ones, those of the attribute table, and no common word by chance."""

import json
import unicodedata

import numpy as np
import pytest

from testbed.model.attributes import by_name
from testbed.model.written import Person
from testbed.privacy.fields import CUSTOMARY, LONGEST_NAME, keys, names_of
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import search
from testbed.privacy.spellings import CODE_OF, UNIQUE, words_in

ADA = Person(
    id="ada",
    role="pupil",
    security_marking="Sekretessmarkering",
    attributes={
        "givenName": "Åsa",
        "sn": "Öberg",
        "norEduPersonBirthDate": "2013-01-01",
        "sisSchoolUnitCode": "00001101",
        "sisSchoolGrade": "4",
        "postalCode": "123 45",
        "l": "Borås",
        "sisSchoolCourseStudent": "4B",
    },
)
INDEX = PeopleIndex.of([ADA])


def told(text: str) -> set[tuple[str, str]]:
    """Attribute and value of what a body tells in fields."""
    found = search([text.encode()], INDEX).found
    return {(one.owner.attribute, one.owner.value) for one in found if one.in_field}


@pytest.mark.parametrize("attribute", CUSTOMARY)
def test_an_attribute_goes_by_its_own_name_and_by_each_customary_one_once(attribute: str) -> None:
    names = list(names_of(attribute))
    assert len(names) == len(set(names))
    short = {name for name in (attribute, *CUSTOMARY[attribute]) if len(name) < 2}
    assert {attribute, *CUSTOMARY[attribute]} - short <= set(names)
    assert all(1 <= len(words_in(name)) <= LONGEST_NAME for name in names)


def test_the_names_of_the_attribute_table_count_too() -> None:
    assert {"birthdate", "birthDate"} <= set(names_of("norEduPersonBirthDate"))
    assert {"postal_code", "postalCode"} <= set(names_of("postalCode"))
    assert "schoolYear" in set(names_of("sisSchoolGrade"))


def test_a_letter_or_a_number_names_nothing() -> None:
    assert "l" not in set(names_of("l"))
    assert not any(name.isdigit() for attribute in by_name() for name in names_of(attribute))


def test_an_attribute_that_nobody_knows_goes_by_its_own_name_alone() -> None:
    assert list(names_of("shoeSize")) == ["shoeSize"]
    assert list(names_of("")) == []


def test_what_points_at_one_person_alone_needs_no_field() -> None:
    assert {attribute for attribute in CUSTOMARY if attribute in UNIQUE} == {"displayName"}


def test_names_are_made_once_and_each_stands_for_the_attributes_that_it_may_mean() -> None:
    known = keys()
    assert keys() is known
    assert set(known.names) <= set(range(1, LONGEST_NAME + 1))
    codes = np.concatenate([table.rows for table in known.names.values()])
    assert {int(code) for code in codes} == {CODE_OF[attribute] for attribute in CUSTOMARY}
    assert known.ranks == 2  # a group may be a pupil's or a teacher's
    assert len(known.between) == 4


@pytest.mark.parametrize(
    ("field", "value", "attribute", "kept"),
    [
        ("förnamn", "Åsa", "givenName", "Åsa"),
        ("FIRST_NAME", "ÅSA", "givenName", "Åsa"),
        ("first-name", "åsa", "givenName", "Åsa"),
        ("efternamn", "Oberg", "sn", "Öberg"),
        ("födelsedatum", "20130101", "norEduPersonBirthDate", "2013-01-01"),
        ("dob", "2013-01-01", "norEduPersonBirthDate", "2013-01-01"),
        ("skolenhetskod", "00001101", "sisSchoolUnitCode", "00001101"),
        ("postnr", "12345", "postalCode", "123 45"),
        ("årskurs", "4", "sisSchoolGrade", "4"),
        ("klass", "4B", "sisSchoolCourseStudent", "4B"),
        ("ort", "Borås", "l", "Borås"),
        ("sekretess", "Sekretessmarkering", "securityMarking", "Sekretessmarkering"),
    ],
)
def test_a_field_says_what_its_value_is(field: str, value: str, attribute: str, kept: str) -> None:
    assert told(json.dumps({field: value}, ensure_ascii=False)) == {(attribute, kept)}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_letters_of_their_own_in_the_name_and_in_the_value(form: str) -> None:
    text = unicodedata.normalize(form, '{"förnamn": "Åsa", "årskurs": "4"}')  # type: ignore[arg-type]
    assert told(text) == {("givenName", "Åsa"), ("sisSchoolGrade", "4")}


@pytest.mark.parametrize(
    "text",
    ['{"colour": "Åsa"}', '{"given": {"colour": "Åsa"}}', "Åsa Larsson", '{"Åsa": "givenName"}', '{"l": "Borås"}'],
)
def test_a_shared_value_without_such_a_field_is_nobody_s(text: str) -> None:
    assert told(text) == set()


@pytest.mark.parametrize(
    "text",
    ['{"givenName": {"value": "Åsa"}}', '<input name="givenName" value="Åsa">', '{"givenName": {"content": ["Åsa"]}}'],
)
def test_words_of_html_and_of_nested_objects_may_stand_between(text: str) -> None:
    assert ("givenName", "Åsa") in told(text)
