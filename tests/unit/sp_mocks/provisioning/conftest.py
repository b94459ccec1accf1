from collections.abc import Callable

import pytest

from tests.support.provisioning import Platform


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def with_fault() -> Callable[[str], Platform]:
    return Platform
