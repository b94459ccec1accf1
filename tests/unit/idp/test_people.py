import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import date

import pytest

from idp.people import MAX_PUPILS, Population, generate
from idp.population.contacts import hints_at
from idp.population.names import Name
from testbed.model.attributes import attributes
from testbed.model.files import dump_people, load_people
from testbed.model.written import Person

SEEDS = (0, 1, -1, 7, 20260817)
IDENTITIES = tuple(attribute.name for attribute in attributes() if attribute.unique)
NATIONAL_STYLE = re.compile(r"(19[9]\d|20\d\d)\d{4}(238|239)\d")
TEMPORARY = re.compile(r"\d{8}TF\d\d")
FICTION = re.compile(
    r"070-1740(60[5-9]|6[1-9]\d)|031-39006\d\d|040-62804\d\d|08-465004\d\d|0980-3192\d\d",
)


@pytest.fixture(scope="module", params=SEEDS)
def both(request: pytest.FixtureRequest) -> Population:
    """The first owner's, with the neighbour beside it."""
    return generate(request.param, 100 if request.param else 900)


@pytest.fixture(scope="module", params=["first", "neighbour"])
def population(both: Population, request: pytest.FixtureRequest) -> Population:
    """One of the two: what is promised of the one is promised of the other."""
    chosen = both if request.param == "first" else both.neighbour
    assert chosen
    return chosen


def of_role(population: Population, role: str) -> list[Person]:
    return [person for person in population.people.values() if person.role == role]


def words(text: str) -> str:
    """The text as a forgiving search sees it: words in lower case without marks, each between blanks."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return f" {' '.join(re.findall(r'\w+', plain))} "


def test_same_seed_gives_same_people_in_another_process() -> None:
    program = "from idp.people import generate; print(repr(generate(5)))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for salt in ("1", "2")
    }
    assert len(seen) == 1


def test_other_seeds_give_other_people() -> None:
    assert len({dump_people(generate(seed, 100).people) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("pupils", [1, 2, 13, 29, 100, 2600])
def test_there_are_as_many_pupils_as_asked(pupils: int) -> None:
    assert len(of_role(generate(3, pupils), "pupil")) == pupils


@pytest.mark.parametrize("pupils", [-1, 0, MAX_PUPILS + 1])
def test_impossible_sizes_are_refused(pupils: int) -> None:
    with pytest.raises(ValueError, match="pupils"):
        generate(1, pupils)


@pytest.mark.parametrize("attribute", IDENTITIES)
def test_identifying_values_are_unique_in_any_letter_case(both: Population, attribute: str) -> None:
    values = [value.casefold() for person in both.everybody.values() for value in person.values(attribute)]
    assert [value for value, count in Counter(values).items() if count > 1] == []


@pytest.mark.parametrize("attribute", IDENTITIES)
def test_no_identifying_value_stands_within_another(both: Population, attribute: str) -> None:
    values = [words(value) for person in both.everybody.values() for value in person.values(attribute)]
    everything = "\n".join(values)
    assert [value for value in values if everything.count(value) != 1] == []


def test_ten_digit_forms_are_unique(both: Population) -> None:
    numbers = [person.values("norEduPersonNIN")[0][2:] for person in both.everybody.values()]
    assert len(set(numbers)) == len(numbers)


def test_civic_numbers_have_only_the_documented_forms(population: Population) -> None:
    for person in population.people.values():
        number, born = person.values("norEduPersonNIN")[0], person.values("norEduPersonBirthDate")[0]
        assert number.startswith(born)
        assert date(1950, 1, 1) < date.fromisoformat(born) < date(2021, 1, 1)
        assert NATIONAL_STYLE.fullmatch(number) or TEMPORARY.fullmatch(number)
        if NATIONAL_STYLE.fullmatch(number):
            digits = [int(digit) for digit in number[2:]]
            assert sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def test_nothing_else_looks_like_a_civic_number(population: Population) -> None:
    for person in population.people.values():
        others = [value for name in person.attributes if name != "norEduPersonNIN" for value in person.values(name)]
        assert not [
            value
            for value in others
            if re.search(r"(?<!\d)(\d{6}|\d{8})[-+ ]?\d{4}(?!\d)", value) and not FICTION.fullmatch(value)
        ]


def test_telephone_numbers_are_for_fiction(population: Population) -> None:
    numbers = [number for person in population.people.values() for number in person.values("telephoneNumber")]
    assert numbers
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert any(person.values("telephoneNumber") for person in of_role(population, "pupil"))


def test_mail_and_user_names_are_under_test(population: Population) -> None:
    for person in population.people.values():
        domain = population.owner.domain
        assert re.fullmatch(rf"[a-z]{{5}}-[a-z]{{5}}@{domain}", person.values("eduPersonPrincipalName")[0])
        for address in person.values("mail"):
            local, host = address.split("@")
            assert re.fullmatch(r"[a-z]+(\.[a-z]+)?[0-9]*", local)
            assert len(local) <= 64
            assert host in {f"elev.{domain}", domain, "hem.test"}


def test_user_names_do_not_hint_at_names(population: Population) -> None:
    for person in population.people.values():
        user = person.values("eduPersonPrincipalName")[0].split("@")[0].replace("-", "")
        for surname in person.values("sn"):
            assert words(surname).replace(" ", "")[:3] not in user


def test_one_owner_with_three_units_of_different_stages() -> None:
    population = generate(2)
    assert population.owner.name == "Exempelkommun"
    assert population.owner.organisation_number == "212000-0000"
    assert len({unit.stage for unit in population.units}) == len(population.units) == 3
    assert all(re.fullmatch(r"[0-9]{8}", unit.code) for unit in population.units)


def test_more_pupils_have_more_units_with_codes_of_their_own() -> None:
    units = generate(2, 4000).units
    assert len({unit.code for unit in units}) == len({unit.name for unit in units}) == len(units) == 6


def test_ordinary_proportions() -> None:
    population = generate(4)
    count = Counter(person.role for person in population.people.values())
    assert count["pupil"] == 900
    assert 700 <= count["guardian"] <= 1300
    assert 60 <= count["teacher"] <= 110
    assert 10 <= count["staff"] <= 40
    assert sum(person.values("mail") != () for person in of_role(population, "pupil")) >= 850


def test_pupils_belong_to_a_class_of_their_unit(population: Population) -> None:
    grades = {unit.code: unit.grades for unit in population.units}
    for pupil in of_role(population, "pupil"):
        assert pupil.values("sisSchoolUnitCode") == pupil.school_units
        assert pupil.values("sisSchoolCourseStudent") == pupil.groups
        assert int(pupil.values("sisSchoolGrade")[0]) in grades[pupil.school_units[0]]
        assert [group.split("/")[3] for group in pupil.groups] == list(pupil.school_units)


def test_every_class_has_a_teacher(population: Population) -> None:
    taught = {group for teacher in of_role(population, "teacher") for group in teacher.values("sisSchoolCourseTeacher")}
    own = {pupil.groups[0] for pupil in of_role(population, "pupil")}
    assert own <= taught


def test_every_pupil_has_one_or_two_guardians_and_siblings_share_them(population: Population) -> None:
    children = [guardian.values("sisLegalGuardianFor") for guardian in of_role(population, "guardian")]
    count = Counter(child for family in children for child in family)
    assert set(count) == {pupil.values("eduPersonPrincipalName")[0] for pupil in of_role(population, "pupil")}
    assert set(count.values()) == {1, 2}
    assert max(len(family) for family in children) > 1


def test_unusual_pupils_are_always_there(population: Population) -> None:
    pupils = of_role(population, "pupil")
    names = [pupil.values("displayName")[0] for pupil in pupils]
    assert sum(not pupil.values("sn") for pupil in pupils) >= 3
    assert sum(len(name) >= 60 for name in names) >= 3
    assert sum(not pupil.values("mail") for pupil in pupils) >= 3
    assert sum(len(pupil.school_units) > 1 for pupil in pupils) >= 3
    assert sum("TF" in pupil.values("norEduPersonNIN")[0] for pupil in pupils) >= 3
    assert sum("'" in name for name in names) >= 2
    assert sum("-" in surname for pupil in pupils for surname in pupil.values("sn")) >= 2
    assert sum(any(ord(letter) > 0xFF for letter in name) for name in names) >= 2
    assert sum(any(letter in "åäöÅÄÖ" for letter in name) for name in names) >= 2


def test_names_are_in_composed_form(population: Population) -> None:
    names = [person.values("displayName")[0] for person in population.people.values()]
    assert [name for name in names if not unicodedata.is_normalized("NFC", name)] == []


def test_protected_identities_are_always_there(population: Population) -> None:
    markings = Counter(pupil.security_marking for pupil in of_role(population, "pupil"))
    assert markings["Sekretessmarkering"] >= 3
    assert markings["Skyddad folkbokföring"] >= 3
    assert any(teacher.protected for teacher in of_role(population, "teacher"))


def test_protected_people_have_names_but_no_address(population: Population) -> None:
    for person in population.people.values():
        if person.protected and person.role in {"pupil", "guardian"}:
            assert person.values("displayName")
            assert not {"street", "postalCode", "l", "telephoneNumber"} & set(person.attributes)


def test_guardians_of_protected_children_are_protected(population: Population) -> None:
    marking = {
        pupil.values("eduPersonPrincipalName")[0]: pupil.security_marking for pupil in of_role(population, "pupil")
    }
    for guardian in of_role(population, "guardian"):
        assert {marking[child] for child in guardian.values("sisLegalGuardianFor")} == {guardian.security_marking}


def test_some_teachers_work_in_several_units(population: Population) -> None:
    assert sum(len(teacher.school_units) > 1 for teacher in of_role(population, "teacher")) >= 2


def test_people_survive_being_written_and_read(
    population: Population, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("people") / "people.json"
    path.write_text(dump_people(population.people), encoding="utf-8")
    assert load_people(path) == population.people


def test_attributes_of_the_table_alone_are_given(population: Population) -> None:
    given = {name for person in population.people.values() for name in person.attributes}
    of_people = {row.name for row in attributes() if row.origin == "person" and not row.same_as}
    nobody_has = {"securityMarking", "mobile", "postOfficeBox", "eduPersonEntitlement", "eduPersonOrcid"}
    assert given == of_people - nobody_has


FIRST_OWNER = {
    (0, 100): "a60c7cd7e01260fc390fd6c187daebda39c606c59918e92d0ac4328239670965",
    (1, 900): "4086dbf1a780a236ce7c1f152a30015882572d82190ad0cde51086c2ec16930c",
    (7, 100): "36a6b6fc778cb8b8f7e77a6be1eb06cbba9770950c4480d63e8c9322edca58f4",
    (2, 4000): "1fed318fcf0ff20fb7edf2e5f972822abdd6c76aededb7305c76a35aa5d70bde",
}
"""SHA-256 of the first owner's people before there was a neighbour."""


@pytest.mark.parametrize(("seed", "pupils"), FIRST_OWNER)
def test_the_first_owner_s_people_are_who_they_were_before_there_was_a_neighbour(seed: int, pupils: int) -> None:
    people = generate(seed, pupils).people.values()
    without = [{k: v for k, v in person.model_dump(mode="json").items() if k != "school"} for person in people]
    text = json.dumps(without, ensure_ascii=False, indent=1)
    assert hashlib.sha256(text.encode()).hexdigest() == FIRST_OWNER[seed, pupils]


def test_everybody_is_told_apart_by_id_and_belongs_to_the_owner_s_school(both: Population) -> None:
    assert both.neighbour
    assert len(both.everybody) == len(both.people) + len(both.neighbour.people)
    assert {person.school for person in both.people.values()} == {"skola"}
    assert {person.school for person in both.neighbour.people.values()} == {"granne"}
    assert "granne-elev-0001" in both.neighbour.people


def test_the_neighbour_is_small_and_has_every_role(both: Population) -> None:
    assert both.neighbour
    count = Counter(person.role for person in both.neighbour.people.values())
    assert count["pupil"] == 60
    assert min(count[role] for role in ("guardian", "teacher", "staff")) >= 3


def test_user_names_of_both_schools_do_not_hint_at_names(both: Population) -> None:
    for person in both.everybody.values():
        given, surname = (next(iter(person.values(name)), "") for name in ("givenName", "sn"))
        user = person.values("eduPersonPrincipalName")[0].partition("@")[0]
        assert not hints_at(user, Name(given, "", surname)), person.id
