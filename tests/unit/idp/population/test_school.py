from collections import Counter

import pytest

from idp.population.school import NEIGHBOUR, OWNER, PUPILS_PER_CLASS, Owner, classes_for, units_for


@pytest.mark.parametrize("pupils", [1, 100, 900, 5000, 70_000])
@pytest.mark.parametrize("owner", [OWNER, NEIGHBOUR])
def test_classes_are_of_ordinary_size(pupils: int, owner: Owner) -> None:
    classes = classes_for(units_for(owner, pupils), pupils)
    assert len(classes) == pupils
    assert max(Counter(classes).values()) <= PUPILS_PER_CLASS


def test_groups_name_unit_and_class() -> None:
    groups = {one.group for one in classes_for(units_for(OWNER, 900), 900)}
    assert {
        "http://skola.test/00001101/FA",
        "http://skola.test/00001102/9C",
        "http://skola.test/00001103/GY1A",
    } <= groups


def test_pupils_are_as_old_as_their_grade() -> None:
    years = {one.name[:-1]: one.birth_year for one in classes_for(units_for(OWNER, 900), 900)}
    assert (years["F"], years["1"], years["9"], years["GY1"]) == (2020, 2019, 2011, 2010)


def test_owners_share_no_code_name_or_domain() -> None:
    ours, theirs = units_for(OWNER, 200_000), units_for(NEIGHBOUR, 60)
    assert {unit.code for unit in ours}.isdisjoint(unit.code for unit in theirs)
    assert {unit.name for unit in ours}.isdisjoint(unit.name for unit in theirs)
    assert theirs[0].group("1A") == "http://granne.test/00009101/1A"


@pytest.mark.parametrize("owner", [OWNER, NEIGHBOUR])
def test_organisation_numbers_are_nobody_s(owner: Owner) -> None:
    digits = [int(digit) for digit in owner.organisation_number.replace("-", "")]
    assert sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 != 0
