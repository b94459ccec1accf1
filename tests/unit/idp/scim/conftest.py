"""The people of the tests of EGIL, and a school that sends."""

from collections.abc import Mapping

import pytest
from egil_lab import Lab

from idp.people import generate
from testbed.model.written import Person


@pytest.fixture(scope="session")
def folk() -> Mapping[str, Person]:
    """The people of a small school with every kind of unusual pupil."""
    return generate(7, 100).people


@pytest.fixture(scope="session")
def few() -> Mapping[str, Person]:
    """The people of a very small school."""
    return generate(7, 12).people


@pytest.fixture
def lab(folk: Mapping[str, Person]) -> Lab:
    """Everything about pupils and employees is agreed."""
    return Lab(folk)
