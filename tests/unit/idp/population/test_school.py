from collections import Counter

import pytest

from idp.population.school import PUPILS_PER_CLASS, classes_for, units_for


@pytest.mark.parametrize("pupils", [1, 100, 900, 5000, 70_000])
def test_classes_are_of_ordinary_size(pupils: int) -> None:
    classes = classes_for(units_for(pupils), pupils)
    assert len(classes) == pupils
    assert max(Counter(classes).values()) <= PUPILS_PER_CLASS


def test_groups_name_unit_and_class() -> None:
    groups = {one.group for one in classes_for(units_for(900), 900)}
    assert {
        "http://skola.test/00001101/FA",
        "http://skola.test/00001102/9C",
        "http://skola.test/00001103/GY1A",
    } <= groups


def test_pupils_are_as_old_as_their_grade() -> None:
    years = {one.name[:-1]: one.birth_year for one in classes_for(units_for(900), 900)}
    assert (years["F"], years["1"], years["9"], years["GY1"]) == (2020, 2019, 2011, 2010)
