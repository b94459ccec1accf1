"""Where no lab in containers can be opened these tests are left out by name, with the reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from testbed.lab.containers.engine import engine
from testbed.lab.containers.opening import must_be_possible
from testbed.model.files import ScenarioInvalid


@pytest.fixture(scope="session", autouse=True)
def _possible() -> None:
    try:
        must_be_possible()
    except ScenarioInvalid as lacking:
        pytest.skip(str(lacking))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with engine() as client:
        desk = Desk(tmp_path, client)
        yield desk
        desk.run("lab", "down")
        assert desk.left() == []
