from idp.population.census import Census
from idp.population.school import NEIGHBOUR, OWNER, units_for


def test_ids_count_from_one_by_role() -> None:
    census = Census(OWNER, 100, "a seed")
    families = census.families()
    assert [person.id for person in families[:100]] == [f"elev-{number:04d}" for number in range(1, 101)]
    assert families[100].id == "vardnadshavare-0001"
    assert next(census.teachers()).id == "larare-0001"
    assert next(census.other_staff()).id == "personal-0001"


def test_other_staff_have_no_groups() -> None:
    staff = list(Census(OWNER, 900, "a seed").other_staff())
    assert {unit for person in staff for unit in person.school_units} == {unit.code for unit in units_for(OWNER, 900)}
    assert all(person.groups == () for person in staff)


def test_what_the_first_owner_drew_decides_nothing_but_what_is_left() -> None:
    """The neighbour's ages and families are those of its own seed, whoever came before."""

    def neighbours(first: str) -> list[tuple[str, ...]]:
        before = Census(OWNER, 100, first)
        before.everybody()
        after = Census(NEIGHBOUR, 60, "another seed", before.registers).everybody()
        return [person.values("sisSchoolGrade") + person.school_units for person in after.values()]

    assert neighbours("one")[:60] == neighbours("two")[:60]
