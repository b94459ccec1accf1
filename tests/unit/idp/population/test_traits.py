from collections import Counter
from random import Random

import pytest

from idp.population.traits import Trait, spread


@pytest.mark.parametrize("pupils", [100, 900, 20_000])
def test_every_trait_is_spread(pupils: int, draw: Random) -> None:
    traits = spread(draw, pupils, one_word_names=30)
    assert set(traits.values()) == set(Trait)
    assert set(traits) <= set(range(pupils))


def test_most_pupils_are_ordinary(draw: Random) -> None:
    assert len(spread(draw, 100, one_word_names=30)) < 33


def test_few_pupils_have_few_traits(draw: Random) -> None:
    assert len(spread(draw, 5, one_word_names=30)) == 5


def test_one_word_names_do_not_run_out(draw: Random) -> None:
    assert Counter(spread(draw, 50_000, one_word_names=30).values())[Trait.ONE_WORD_NAME] == 30
