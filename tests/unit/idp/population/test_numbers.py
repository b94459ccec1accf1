from collections import deque
from random import Random

import pytest

from idp.population.numbers import TELEPHONE_NUMBERS, CivicNumbers, Telephones, check_digit


@pytest.mark.parametrize("number", ["200901272385", "201002037271", "201701012393", "191212121212"])
def test_check_digit_of_published_numbers(number: str) -> None:
    assert check_digit(number[2:11]) == number[-1]


@pytest.mark.parametrize("number", ["200901872385", "200112240123"])
def test_check_digit_tells_examples_that_are_no_numbers(number: str) -> None:
    assert check_digit(number[2:11]) != number[-1]


def test_two_numbers_a_day_then_temporary_ones(draw: Random) -> None:
    numbers = CivicNumbers(draw)
    given_out = [numbers.born(2012, female) for _ in range(1500) for female in (True, False)]
    assert len(set(given_out)) == len(given_out)
    in_style = [number for number in given_out if "TF" not in number]
    assert 500 < len(in_style) <= 2 * 366


def test_even_digit_for_women_and_odd_for_men(draw: Random) -> None:
    numbers = CivicNumbers(draw)
    for female in (True, False):
        for number in (numbers.born(2012, female), numbers.born(2012, female, temporary=True)):
            assert (int(number[10]) % 2 == 0) == female


def test_people_born_before_1990_have_temporary_numbers(draw: Random) -> None:
    numbers = CivicNumbers(draw)
    assert all("TF" in numbers.born(1989, female=True) for _ in range(50))
    assert "TF" not in numbers.born(1990, female=True)


def test_telephone_numbers_are_given_out_once_and_run_out(draw: Random) -> None:
    there_are = deque(TELEPHONE_NUMBERS[:5])
    telephones = Telephones(draw, there_are, 5)
    given_out = [number for number in (telephones.perhaps() for _ in range(100)) if number]
    assert sorted(given_out) == sorted(TELEPHONE_NUMBERS[:5])
    assert not there_are


def test_there_are_as_many_telephone_numbers_as_set_aside() -> None:
    assert len(set(TELEPHONE_NUMBERS)) == 95 + 4 * 100
