"""School units and groups are read from the identifiers that people.json has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.population.school import OWNER, units_for
from idp.ss12000.units import group_of, unit_of


def test_a_unit_is_called_as_the_population_calls_it() -> None:
    for unit in units_for(OWNER, 20_000):
        known = unit_of(unit.code, OWNER)
        assert (known.name, known.stage) == (unit.name, unit.stage)
        assert known.school_type == ("GY" if unit.stage == "gymnasium" else "GR")


@given(code=st.text(max_size=12))
def test_any_code_is_some_unit(code: str) -> None:
    assert unit_of(code, OWNER).code == code


@pytest.mark.parametrize("code", ["00000001", "x", "", "٣"])
def test_another_owners_unit_has_no_stage(code: str) -> None:
    assert unit_of(code, OWNER).stage == ""


@given(identifier=st.text(max_size=30))
def test_any_identifier_is_some_group(identifier: str) -> None:
    assert group_of(identifier).identifier == identifier


def test_a_group_tells_its_unit_and_its_name() -> None:
    group = group_of("http://skola.test/00001101/GY1A")
    assert (group.unit, group.name, group.is_class) == ("00001101", "GY1A", True)
    assert not group_of("http://skola.test/00001101/MODERSMAL").is_class
    assert group_of("matte").unit == ""
