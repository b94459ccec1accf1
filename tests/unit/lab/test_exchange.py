"""The data API of the lab: a token of the vendor's, and the vendor's own key, and neither alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from idp.people import generate
from testbed.lab.home import LabHome
from testbed.lab.inprocess import InProcessStage, inprocess_lab
from testbed.lab.spec import LabSpec
from testbed.model.wire import BROWSER
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

pytestmark = pytest.mark.anyio
VENDOR, OTHER = "klasslistan.test", "kopialistan.test"
API, NEIGHBOURS = "https://api.skola.test", "https://api.granne.test"


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[InProcessStage]:
    known = load_catalogue()
    vendors = tuple(known.vendors[name] for name in ("class-lists", "copying-lists"))
    spec = LabSpec(LabHome.open(tmp_path / "home"), generate(1, 100).everybody, vendors, known.agreements)
    async with inprocess_lab(spec, RunFolder.make(tmp_path, "exchange", _now()), _now) as opened:
        yield opened


async def asked(stage: InProcessStage, sender: str, *locations: str) -> httpx.Response:
    """For a token for these APIs, in the name of the vendor."""
    access = [{"type": "ss12000-api", "locations": [one]} for one in locations]
    body = {"access_token": [{"access": access, "flags": ["bearer"]}], "client": {"key": f"https://{VENDOR}"}}
    async with stage.client(sender) as http:
        return await http.post("https://auth.federation.test/transaction", json=body)


async def status(stage: InProcessStage, sender: str, token: str, url: str = f"{API}/persons") -> int:
    async with stage.client(sender) as http:
        return (await http.get(url, headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_token_opens_the_api_for_whom_it_was_made_and_for_nobody_else(stage: InProcessStage) -> None:
    token = (await asked(stage, VENDOR, API)).json()["access_token"]["value"]
    assert await status(stage, VENDOR, token) == 200
    assert await status(stage, OTHER, token) == 401
    assert await status(stage, BROWSER, token) == 401
    assert await status(stage, VENDOR, "no-token") == 401


async def test_a_token_is_for_one_school_that_has_an_agreement(stage: InProcessStage) -> None:
    token = (await asked(stage, VENDOR, API)).json()["access_token"]["value"]
    assert await status(stage, VENDOR, token, f"{NEIGHBOURS}/persons") == 401
    assert (await asked(stage, VENDOR, NEIGHBOURS)).status_code == 403
    assert (await asked(stage, VENDOR, API, NEIGHBOURS)).status_code == 403
    assert (await asked(stage, OTHER, API)).status_code == 401
