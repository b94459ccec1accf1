"""A token service, its federation, and an API that takes its tokens, all in this process."""

import pytest
from token_lab import Lab


@pytest.fixture
def lab() -> Lab:
    return Lab()
