"""What is found in skeletons, and what merely looks like it."""

import pytest

from testbed.model.written import Person
from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.scan import BLOCK, MAX_SHARING, OVERLAP, Seen, scan
from testbed.privacy.skeleton import of_text


def person(name: str, **attributes: str) -> Person:
    """Somebody with these attributes."""
    return Person(id=name, role="pupil", attributes=dict(attributes))


ANNA = person(
    "anna",
    mail="anna.berg@skola.test",
    displayName="Anna Berg",
    givenName="Anna",
    sn="Berg",
    norEduPersonNIN="201301012399",
    telephoneNumber="070-123 45 67",
    sisSchoolUnitCode="12345678",
)
LISA = person("lisa", displayName="Lisa Holm", givenName="Lisa", sn="Holm", sisSchoolUnitCode="12345678")
INDEX = PeopleIndex.of([ANNA, LISA])


def seen(*texts: str, index: PeopleIndex = INDEX) -> list[Seen]:
    """What the texts hold."""
    return list(scan([of_text(text) for text in texts], index))


def told(text: str, index: PeopleIndex = INDEX) -> set[tuple[str, str]]:
    """Attribute and person of what a text holds."""
    return {(one.owner.attribute, one.owner.person) for one in seen(text, index=index)}


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("anna.berg@skola.test", "mail"),
        ("mailto:ANNA.BERG@SKOLA.TEST?subject=x", "mail"),
        ("Anna Berg", "displayName"),
        ("Berg, Anna", "displayName"),
        ('"Anna" "Berg"', "displayName"),
        ("201301012399", "norEduPersonNIN"),
        ("20130101-2399", "norEduPersonNIN"),
        ("130101-2399", "norEduPersonNIN"),
        ("130101+2399", "norEduPersonNIN"),
        ("070-1234567", "telephoneNumber"),
        ("+46 (0)70-123 45 67", "telephoneNumber"),
        ("0046701234567", "telephoneNumber"),
    ],
)
def test_a_value_is_found_as_people_write_it(text: str, attribute: str) -> None:
    assert (attribute, "anna") in told(f"x {text} y")


@pytest.mark.parametrize(
    "text",
    [
        "johanna.berg@skola.test",
        "x.anna.berg@skola.test",
        "anna.berg@skola.test.example",
        "anna.bergman@skola.test",
        "Anna Berg-Holm",
        "Anna Bergman",
        "Johanna Berg",
        "Anna",
        "Berg",
        "Lisa Berg, Anna Holm",
        "1201301012399",
        "2013010123990",
        "20701234567",
        "07012345678",
    ],
)
def test_what_looks_like_a_value_is_no_find(text: str) -> None:
    assert told(f"x {text} y") == set()


@pytest.mark.parametrize(
    "text", ['{"givenName":"Anna"}', "first_name=Anna&x=1", "<förnamn>Anna</förnamn>", "fnamn: Anna\n"]
)
def test_a_first_name_is_a_person_s_where_a_field_says_so(text: str) -> None:
    assert told(text) == {("givenName", "anna")}


def test_what_several_people_share_is_nobody_s() -> None:
    assert told("skolenhetskod: 12345678;") == {("sisSchoolUnitCode", "")}


def test_a_value_that_is_shared_by_different_attributes_is_nobody_s() -> None:
    index = PeopleIndex.of([person("a", mail="x@skola.test"), person("b", eduPersonPrincipalName="x@skola.test")])
    assert {one for _, one in told("x@skola.test", index)} == {""}


def test_a_name_that_one_has_whole_and_another_in_two_parts_is_nobody_s() -> None:
    index = PeopleIndex.of([person("a", displayName="Anna Berg"), person("b", givenName="Anna", sn="Berg")])
    assert {one for _, one in told("Anna Berg", index)} == {""}


def test_a_name_is_found_by_whichever_attribute_people_json_has_it() -> None:
    assert told("Anna Berg", PeopleIndex.of([person("a", cn="Anna Berg")])) == {("cn", "a")}


def test_a_telephone_of_a_whole_school_is_nobody_s() -> None:
    index = PeopleIndex.of([person(f"p{n}", telephoneNumber="0701234567") for n in range(2 * MAX_SHARING)])
    assert told("ring 070-123 45 67", index) == {("telephoneNumber", "")}


def test_identifiers_that_begin_alike_are_told_apart_however_many_there_are() -> None:
    stem = "https://idp.skola.test/saml/metadata!https://app.vendor.test/saml!"
    people = [person(f"p{n}", mail=f"p{n}@skola.test") for n in range(3 * MAX_SHARING)]
    index = PeopleIndex.of(people).with_more({one.id: {"NameID": [f"{stem}n{k:04}"]} for k, one in enumerate(people)})
    assert told(f'"{stem}n0150"', index) == {("NameID", "p150")}


def test_the_end_of_one_text_says_nothing_of_the_next() -> None:
    assert [one for one in seen('{"givenName":', "Anna;") if one.in_field] == []


def test_the_words_of_two_texts_are_no_name() -> None:
    assert seen("Anna", "Berg") == []


VALUE = "anna.berg@skola.test"
BORDERS = [BLOCK + shift for shift in (-OVERLAP, -OVERLAP // 2, -600, -20, -10, -1, 0, 1, OVERLAP // 2)]


@pytest.mark.parametrize("place", [*BORDERS, *(place + BLOCK for place in BORDERS)])
def test_a_value_across_the_border_of_two_blocks_is_found_once(place: int) -> None:
    text = " " * place + VALUE + " " * (2 * BLOCK)
    assert seen(text) == [Seen(0, Owner("mail", "anna", VALUE), in_field=False)]


@pytest.mark.parametrize("place", range(BLOCK - 24, BLOCK + 24, 3))
@pytest.mark.parametrize("longer", ["anna.berg@skola.testing", "johanna.berg@skola.test", "Anna Bergman"])
def test_a_longer_word_across_the_border_is_no_find(place: int, longer: str) -> None:
    assert seen("," * place + longer + "," * BLOCK) == []
    assert seen("," * (place - OVERLAP) + longer + "," * BLOCK) == []
