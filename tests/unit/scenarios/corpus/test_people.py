"""Only values that point at one person are leaked, and nobody's names are nobody's."""

from scenarios.corpus.people import Population, folded
from testbed.model.written import Person


def person(number: int, given: str, surname: str, **attributes: str) -> Person:
    name = {"givenName": given, "sn": surname, "displayName": f"{given} {surname}"}
    return Person(id=f"elev-{number}", role="pupil", attributes={**name, **attributes})


PEOPLE = {
    one.id: one
    for one in (
        person(1, "Åsa", "Berg", norEduPersonNIN="201503042384"),
        person(2, "Asa", "Berg", norEduPersonNIN="191503042384"),
        person(3, "Lisa", "Öst", norEduPersonNIN="201603042382"),
        person(4, "Lisa", "Lind", norEduPersonBirthDate="20150304"),
    )
}


def test_values_that_fold_alike_are_left_alone() -> None:
    population = Population(PEOPLE)
    assert [value.person for value in population.seedable["displayName"]] == ["elev-3", "elev-4"]
    assert [value.person for value in population.seedable["norEduPersonNIN"]] == ["elev-3"]


def test_nobody_is_somebody_by_two_words() -> None:
    population = Population(PEOPLE)
    assert population.names_somebody("lisa", "LIND")
    assert not population.names_somebody("Åsa", "Lind")
    assert population.number_is_known("201503042384")
    assert not population.number_is_known("201503042392")


def test_folding_takes_marks_case_and_signs_away() -> None:
    assert folded("Łukasz Öst-O'Brien") == "lukaszostobrien"
