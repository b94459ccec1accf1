"""Whom an assertion is about when it says little, and what the school made up for one person alone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from testbed.model.attributes import by_name
from testbed.model.messages import Assertion, SamlAttribute, SamlResponse
from testbed.model.wire import Pointer
from testbed.model.written import Person
from testbed.privacy.issued import issued_values, with_values
from testbed.privacy.people import NAME_ID, PeopleIndex
from testbed.privacy.search import find
from testbed.privacy.subject import subject_of, whose

PAIRWISE = "k7dq2ab9@skola.test"
PUPIL = Person(
    id="elev-0001",
    role="pupil",
    attributes={"mail": "a@skola.test", "sisSchoolUnitCode": ("00001101",), "displayName": "Ada Berg"},
)
OTHER = Person(
    id="elev-0002", role="pupil", attributes={"mail": "b@skola.test", "sisSchoolUnitCode": ("00001102", "00001103")}
)
THIRD = Person(id="elev-0003", role="pupil", attributes={"sisSchoolUnitCode": ("00001102",)})
PEOPLE = {person.id: person for person in (PUPIL, OTHER, THIRD)}
INDEX = PeopleIndex.of(PEOPLE.values())


def assertion(name_id: str = "", **attributes: Sequence[str]) -> Assertion:
    return Assertion(
        where=Pointer(1, "x"),
        id="_1",
        issuer="",
        name_id=name_id,
        name_id_format="",
        audiences=(),
        not_before=None,
        not_on_or_after=None,
        recipients=(),
        confirmed_until=(),
        in_response_to="",
        authn_instant=None,
        authn_context="",
        attributes=tuple(
            SamlAttribute(by_name()[name.replace("_", "-")].saml, "", "", tuple(values))
            for name, values in attributes.items()
        ),
        signed=True,
    )


def said(*assertions: Assertion) -> tuple[SamlResponse]:
    response = SamlResponse(Pointer(1, "x"), "_r", "", "", "", "", "", None, assertions, 0, True, "", b"", "")
    return (response,)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (assertion(mail=["b@skola.test"], sisSchoolUnitCode=["00001101"]), "elev-0002"),
        (assertion(pairwise_id=[PAIRWISE]), "elev-0001"),
        (assertion(sisSchoolUnitCode=["00001101"], pairwise_id=[PAIRWISE]), "elev-0001"),
        (assertion(sisSchoolUnitCode=["00009999"]), "elev-0001"),
        (assertion(sisSchoolUnitCode=["00001102"], pairwise_id=[PAIRWISE]), ""),
        (assertion(sisSchoolUnitCode=["00001101", "00001103"]), ""),
        (assertion(), "elev-0001"),
    ],
    ids=["named", "pairwise", "agrees", "unknown value", "disagrees", "disagrees in part", "nothing"],
)
def test_the_subject_is_who_is_named_else_who_plays(about: Assertion, expected: str) -> None:
    assert subject_of(about, INDEX, PUPIL.id) == expected


@pytest.mark.parametrize(
    ("attribute", "value", "subject", "expected"),
    [
        ("mail", "b@skola.test", "elev-0001", "elev-0002"),
        ("sisSchoolUnitCode", "00001102", "elev-0001", "elev-0001"),
        ("sisSchoolUnitCode", "00001102", "", ""),
        ("sisSchoolUnitCode", "00001103", "", "elev-0002"),
        ("mail", "new@skola.test", "elev-0001", "elev-0001"),
    ],
)
def test_a_value_is_another_s_only_if_it_points_at_one(attribute: str, value: str, subject: str, expected: str) -> None:
    assert whose(attribute, value, subject, INDEX) == expected


def test_an_identifier_that_was_issued_is_found_as_that_person() -> None:
    people = with_values(
        PEOPLE, issued_values([(PUPIL.id, said(assertion("namn-4711", pairwise_id=[PAIRWISE])))], INDEX)
    )
    index = PeopleIndex.of(people.values())
    found = {(owner.attribute, owner.person) for owner in find(f"Du är {PAIRWISE}, namn-4711", index)}
    assert found == {("pairwise-id", PUPIL.id), (NAME_ID, PUPIL.id)}
    assert PEOPLE[PUPIL.id].values("pairwise-id") == ()


def test_an_issued_identifier_tells_the_subject_where_other_values_have_changed() -> None:
    first = assertion(pairwise_id=[PAIRWISE], sisSchoolUnitCode=["00001101"])
    moved = assertion(pairwise_id=[PAIRWISE], sisSchoolUnitCode=["00001102"])
    assert subject_of(moved, INDEX, PUPIL.id) == ""
    people = with_values(PEOPLE, issued_values([(PUPIL.id, said(first, moved))], INDEX))
    assert subject_of(moved, PeopleIndex.of(people.values()), PUPIL.id) == PUPIL.id


def test_a_name_id_tells_the_subject_too() -> None:
    people = with_values(PEOPLE, issued_values([(PUPIL.id, said(assertion("namn-4711")))], INDEX))
    assert subject_of(
        assertion("namn-4711", sisSchoolUnitCode=["00001103"]), PeopleIndex.of(people.values()), "elev-0003"
    ) == (PUPIL.id)


def test_two_people_never_share_an_issued_value() -> None:
    plays = [(name, said(assertion(pairwise_id=[PAIRWISE]))) for name in (PUPIL.id, OTHER.id)]
    people = with_values(PEOPLE, issued_values(plays, INDEX))
    assert find(PAIRWISE, PeopleIndex.of(people.values())) == ()


def test_two_kinds_of_identifier_with_one_value_for_two_people_point_at_neither() -> None:
    plays = [(PUPIL.id, said(assertion(PAIRWISE))), (OTHER.id, said(assertion(pairwise_id=[PAIRWISE])))]
    assert find(PAIRWISE, INDEX.with_more(issued_values(plays, INDEX))) == ()


@pytest.mark.parametrize("name_id", ["b@skola.test", "B@skola.test", "kort", ""])
def test_what_is_somebody_s_already_or_is_too_short_is_not_taken(name_id: str) -> None:
    people = with_values(PEOPLE, issued_values([(PUPIL.id, said(assertion(name_id)))], INDEX))
    assert people[PUPIL.id] == PUPIL


def test_an_assertion_about_nobody_known_issues_nothing() -> None:
    about = replace(assertion("namn-4711", sisSchoolUnitCode=["00001102"]))
    assert with_values(PEOPLE, issued_values([(PUPIL.id, said(about))], INDEX)) == PEOPLE
