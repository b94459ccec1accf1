from collections.abc import AsyncIterator

import pytest
from egil import Receiver, receiver


@pytest.fixture
async def vendor() -> AsyncIterator[Receiver]:
    """One that does well."""
    async with receiver() as made:
        yield made
