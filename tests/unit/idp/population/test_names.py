import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.population.names import VERY_LONG, Names, listed, plain, words
from idp.population.traits import Trait


def tokens(*files: str) -> set[str]:
    return {word for file in files for name in listed(file) for word in words(name)}


def test_lists_are_long_enough_and_without_doubles() -> None:
    given_names = listed("given_female") + listed("given_male")
    assert len(set(given_names)) >= 150
    assert len(set(listed("surnames"))) >= 200
    for file in ("given_female", "given_male", "middle_female", "middle_male", "surnames", "one_word"):
        assert len(set(listed(file))) == len(listed(file))


def test_kinds_of_names_share_no_word() -> None:
    """Else a double surname, or a middle name with a surname, could be somebody's full name."""
    given_names = tokens("given_female", "given_male")
    middle = tokens("middle_female", "middle_male")
    surnames, one_word = tokens("surnames"), tokens("one_word")
    assert not given_names & surnames
    assert not middle & surnames
    assert not (given_names | middle | surnames) & one_word
    assert not given_names & middle


@pytest.mark.parametrize("file", ["given_female", "given_male", "middle_female", "middle_male", "surnames", "one_word"])
def test_every_listed_name_has_a_plain_form(file: str) -> None:
    for name in listed(file):
        letters = sum(not unicodedata.combining(c) and c.isalpha() for c in unicodedata.normalize("NFD", name))
        assert len(plain(name)) >= letters


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nguyễn", "nguyen"),
        ("Żółkowski", "zolkowski"),
        ("Søren", "soren"),
        ("Åsa-Märta", "asamarta"),
        ("O'Connor", "oconnor"),
        ("Þóra", "thora"),
        ("Yılmaz", "yilmaz"),
        ("Groß", "gross"),
        ("Đặng", "dang"),
    ],
)
def test_plain_form(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_common_first_and_last_name_gets_middle_names_until_unique(draw: Random) -> None:
    names = Names(draw)
    drawn = [names.full(female=True, surname="Berg").display for _ in range(1500)]
    assert len(set(drawn)) == len(drawn)


@given(st.integers(), st.booleans())
def test_very_long_names_are_very_long(seed: int, female: bool) -> None:
    name = Names(Random(seed)).very_long(female)
    assert VERY_LONG <= len(name.display) <= 2 * VERY_LONG


@pytest.mark.parametrize("trait", list(Trait))
def test_only_traits_of_surnames_choose_one(trait: Trait, draw: Random) -> None:
    surname = Names(draw).surname_with(trait)
    expected = {Trait.APOSTROPHE, Trait.DOUBLE_SURNAME, Trait.FOREIGN_LETTERS, Trait.SWEDISH_LETTERS}
    assert bool(surname) == (trait in expected)
