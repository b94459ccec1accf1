from collections.abc import Mapping

import pytest

from testbed.model.written import Person
from tests.support.provisioning import Platform
from tests.support.sending import Sender, people


@pytest.fixture(scope="session")
def folk() -> Mapping[str, Person]:
    """Some pupils of every grade, of two schools, with those who teach them."""
    return people(60)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def school(platform: Platform, folk: Mapping[str, Person]) -> Sender:
    return Sender(platform, folk)
