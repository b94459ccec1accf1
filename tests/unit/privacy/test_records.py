"""Fields beside one another tell whose a value is that many share."""

import unicodedata
from dataclasses import replace

import pytest

from testbed.model.privacy import PLAIN
from testbed.model.written import Person
from testbed.privacy import records
from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.records import Found, as_written, together
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


def test_who_has_the_name_that_is_spelt_so_is_told_where_accents_alone_differ() -> None:
    owners = [Owner("displayName", "a", "Åsa Ek"), Owner("displayName", "b", "Asa Ek")]
    assert as_written(owners, b"hos Asa Ek").person == "b"
    assert as_written(owners, "hos ÅSA EK".encode()).person == "a"
    assert as_written(owners[:1], b"Asa Ek").person == "a"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("kept", ["NFC", "NFD"])
def test_accents_may_be_letters_of_their_own_on_either_side(form: str, kept: str) -> None:
    owners = [
        Owner("displayName", "b", "Asa Ek"),
        Owner("displayName", "a", unicodedata.normalize(kept, "Åsa Ek")),  # type: ignore[arg-type]
    ]
    assert as_written(owners, unicodedata.normalize(form, "åsa ek").encode()).person == "a"  # type: ignore[arg-type]


def test_octets_in_latin_1_are_read_too_and_where_nobody_is_spelt_so_the_first_counts() -> None:
    owners = [Owner("displayName", "b", "Asa Ek"), Owner("displayName", "a", "Åsa Ek")]
    assert as_written(owners, "Åsa Ek".encode("latin-1")).person == "a"
    assert as_written(owners, b"Ada Ek").person == "b"


def found(attribute: str, value: str, person: str = "", form: str = PLAIN, *, in_field: bool = True) -> Found:
    return Found(0, Owner(attribute, person, value), form, in_field)


def people_of(*one: Found, index: PeopleIndex = INDEX) -> list[str]:
    """Whose each is, once all of them are looked at together."""
    return [each.owner.person for each in together(one, index)]


def test_nothing_found_stays_nothing() -> None:
    assert people_of() == []
    assert people_of(index=PeopleIndex.of([])) == []


def test_without_people_a_shared_value_is_nobody_s() -> None:
    assert people_of(found("givenName", "Lisa"), index=PeopleIndex.of([])) == [""]


def test_what_nobody_has_together_is_nobody_s() -> None:
    assert people_of(found("givenName", "Lisa"), found("sisSchoolGrade", "4")) == ["", ""]


def test_a_person_who_lacks_an_attribute_is_not_the_one_who_has_it() -> None:
    index = PeopleIndex.of([*PEOPLE, Person(id="bare", role="pupil", attributes={"givenName": "Lisa"})])
    assert people_of(found("givenName", "Lisa"), index=index) == [""]
    assert people_of(found("givenName", "Lisa"), found("sn", "Berg"), index=index) == ["p2", "p2"]


def test_each_form_is_a_message_of_its_own() -> None:
    apart = (found("sisSchoolGrade", "4"), found("sn", "Berg", form="base64"))
    assert people_of(*apart) == ["", ""]
    assert people_of(*(replace(one, form="base64") for one in apart)) == ["p0", "p0"]


def test_what_no_field_named_and_what_is_somebody_s_stays_as_it_is() -> None:
    mail, grade = found("mail", "anna@skola.test", "p0", in_field=False), found("sisSchoolGrade", "4")
    loose = found("sisSchoolGrade", "4", in_field=False)
    of_anna = replace(grade, owner=replace(grade.owner, person="p0"))
    assert list(together((mail, grade, loose), INDEX)) == [mail, of_anna, loose]


def test_two_values_of_one_attribute_are_a_list_and_tell_nobody() -> None:
    assert people_of(found("givenName", "Anna"), found("givenName", "Lisa")) == ["", ""]


def test_in_a_list_beside_what_is_one_person_s_only_her_own_values_are_hers() -> None:
    listed = (found("givenName", "Lisa"), found("givenName", "Anna"), found("sisSchoolGrade", "5"))
    assert people_of(*listed) == ["p2", "", "p2"]
    named = (found("mail", "lisa@skola.test", "p2", in_field=False), *listed)
    assert people_of(*named) == ["p2", "p2", "", "p2"]


def test_where_too_many_would_have_to_be_looked_at_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (found("givenName", "Anna"), found("sn", "Berg"))
    assert people_of(*both) == ["p0", "p0"]
    monkeypatch.setattr(records, "MAX_LOOKED_AT", 2)
    assert people_of(*both) == ["", ""]
