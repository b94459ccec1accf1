"""Chance that is the same in every run."""

from random import Random

import pytest


@pytest.fixture
def draw() -> Random:
    return Random(1)
