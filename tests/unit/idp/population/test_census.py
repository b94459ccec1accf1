from idp.population.census import Census
from idp.population.school import units_for


def test_ids_count_from_one_by_role() -> None:
    units = units_for(100)
    census = Census(1, units, 100)
    families = census.families()
    assert [person.id for person in families[:100]] == [f"elev-{number:04d}" for number in range(1, 101)]
    assert families[100].id == "vardnadshavare-0001"
    assert next(census.teachers()).id == "larare-0001"
    assert next(census.other_staff()).id == "personal-0001"


def test_other_staff_have_no_groups() -> None:
    staff = list(Census(1, units_for(900), 900).other_staff())
    assert {unit for person in staff for unit in person.school_units} == {unit.code for unit in units_for(900)}
    assert all(person.groups == () for person in staff)
