"""Orders that reach the exchange, carried out in a lab of one process: what a vendor sees before and after."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.people import generate
from testbed.interception import ParticipantUnavailable
from testbed.lab.home import LabHome
from testbed.lab.inprocess import InProcessStage, inprocess_lab
from testbed.lab.spec import LabSpec
from testbed.model.orders import (
    AnyOrder,
    ChangeMachine,
    EndAgreement,
    HandOutPageTokens,
    Leave,
    LimitCalls,
    Return,
    SetAgreement,
    TellSubscribers,
)
from testbed.model.wire import BROWSER
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

pytestmark = pytest.mark.anyio
VENDOR, PARTY = "klasslistan.test", "https://klasslistan.test"
API = "https://api.skola.test"
KNOWN = load_catalogue()
AGREEMENT = KNOWN.agreements["class-lists-2025"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Vendor:
    """Calls in the vendor's name."""

    stage: InProcessStage
    token: str = ""

    async def asks_for_a_token(self, number: int = 0) -> httpx.Response:
        access = [{"type": "ss12000-api", "locations": [API]}]
        body = {"access_token": [{"access": access, "flags": ["bearer"]}], "client": {"key": PARTY}}
        async with self.stage.client(VENDOR, number) as http:
            answer = await http.post("https://auth.federation.test/transaction", json=body)
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]["value"]
        return answer

    async def call(self, path: str, number: int = 0, **params: Any) -> httpx.Response:
        async with self.stage.client(VENDOR, number) as http:
            headers = {"Authorization": f"Bearer {self.token}"}
            return await http.get(f"{API}{path}", params=params, headers=headers)

    async def press(self, path: str) -> httpx.Response:
        async with self.stage.client(BROWSER) as http:
            return await http.post(f"https://{VENDOR}{path}")

    async def shown(self) -> str:
        async with self.stage.client(BROWSER) as http:
            return (await http.get(f"https://{VENDOR}/roster")).text


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[Vendor]:
    people = generate(1, 100).everybody
    spec = LabSpec(LabHome.open(tmp_path / "home"), people, (KNOWN.vendors["class-lists"],), KNOWN.agreements)
    async with inprocess_lab(spec, RunFolder.make(tmp_path, "orders", _now()), _now) as stage:
        opened = Vendor(stage)
        await opened.asks_for_a_token()
        yield opened


async def persons(vendor: Vendor) -> set[str]:
    return {one["id"] for one in (await vendor.call("/persons")).json()["data"]}


async def test_who_leaves_is_gone_and_cannot_log_in_until_they_return(vendor: Vendor) -> None:
    before = await persons(vendor)
    await vendor.stage.ask(Leave(person="elev-0001"))
    (left,) = before - await persons(vendor)
    assert (await vendor.call("/deletedEntities")).json()["data"]["persons"] == [left]
    assert vendor.stage.control is not None
    assert await vendor.stage.control.person("elev-0001") is None
    await vendor.stage.ask(Return(person="elev-0001"))
    assert await persons(vendor) == before
    assert (await vendor.call("/deletedEntities")).json()["data"] == {}


async def test_an_agreement_that_has_ended_opens_nothing_but_what_is_to_be_forgotten(vendor: Vendor) -> None:
    before = await persons(vendor)
    await vendor.stage.ask(EndAgreement(party=PARTY))
    assert (await vendor.call("/persons")).status_code == 403
    assert set((await vendor.call("/deletedEntities")).json()["data"]["persons"]) == before
    await vendor.stage.ask(SetAgreement(party=PARTY, agreement=AGREEMENT))
    assert await persons(vendor) == before


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_school_that_keeps_what_it_remembers_on_a_disk_is_ordered_as_any_other_unless_several_serve_it(
    tmp_path: Path, workers: int
) -> None:
    people, state = generate(1, 100).everybody, tmp_path / "state"
    state.mkdir(mode=0o700)
    vendors = (KNOWN.vendors["class-lists"],)
    spec = LabSpec(LabHome.open(tmp_path / "home"), people, vendors, KNOWN.agreements, state, workers)
    async with inprocess_lab(spec, RunFolder.make(tmp_path, "orders", _now()), _now) as stage:
        vendor = Vendor(stage)
        await vendor.asks_for_a_token()
        if workers == 1:
            await stage.ask(EndAgreement(party=PARTY))
            assert (await vendor.call("/persons")).status_code == 403
            return
        with pytest.raises(ParticipantUnavailable, match="the order would reach one of them"):
            await stage.ask(EndAgreement(party=PARTY))


async def test_a_new_agreement_holds_from_then_on(vendor: Vendor) -> None:
    before = await persons(vendor)
    (pupils, _) = AGREEMENT.data
    await vendor.stage.ask(SetAgreement(party=PARTY, agreement=AGREEMENT.model_copy(update={"data": (pupils,)})))
    left = await persons(vendor)
    assert left < before
    assert set((await vendor.call("/deletedEntities")).json()["data"]["persons"]) == before - left


async def test_a_caller_is_told_to_wait_and_no_longer_than_it_must(vendor: Vendor) -> None:
    await vendor.stage.ask(LimitCalls(requests=1, per_s=0.2))
    assert (await vendor.call("/organisations")).status_code == 200
    refused = await vendor.call("/organisations")
    assert refused.status_code == 429
    wait_s = float(refused.headers["x-ratelimit-reset"])
    assert 0 < wait_s <= 0.2
    await asyncio.sleep(wait_s)
    assert (await vendor.call("/organisations")).status_code == 200


async def test_page_tokens_may_look_like_addresses_and_are_taken_back(vendor: Vendor) -> None:
    await vendor.stage.ask(HandOutPageTokens(looks="address"))
    token = (await vendor.call("/persons", limit=2)).json()["pageToken"]
    assert token.startswith("https://sidor.annanstans.test/")
    assert (await vendor.call("/persons", limit=2, pageToken=token)).status_code == 200
    await vendor.stage.ask(HandOutPageTokens(looks="opaque"))
    assert not (await vendor.call("/persons", limit=2)).json()["pageToken"].startswith("https:")


async def test_a_key_is_changed_step_by_step(vendor: Vendor) -> None:
    async def taken() -> list[int]:
        return [(await vendor.call("/organisations", number)).status_code for number in (0, 1)]

    assert await taken() == [200, 401]
    for step, expected in (("announce", [200, 200]), ("retire", [401, 200]), ("revoke", [401, 401])):
        await vendor.stage.ask(ChangeMachine.model_validate({"entity_id": PARTY, "step": step}))
        assert await taken() == expected
    assert (await vendor.asks_for_a_token()).status_code == 401
    await vendor.stage.ask(ChangeMachine(entity_id=PARTY, step="restore"))
    assert await taken() == [200, 401]


async def test_a_vendor_that_is_told_fetches_what_has_changed(vendor: Vendor) -> None:
    await vendor.press("/sync")
    before = await vendor.shown()
    person = (await vendor.call("/persons", limit=1)).json()["data"][0]["id"]
    assert person in before
    for leaver in [f"elev-{number:04}" for number in range(1, 60)]:
        if person not in await persons(vendor):
            break
        await vendor.stage.ask(Leave(person=leaver))
    assert person in await vendor.shown()
    await vendor.stage.ask(TellSubscribers(party=PARTY, times=3))
    assert person not in await vendor.shown()


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (Leave(person="nobody"), "nobody has the id"),
        (Return(person="elev-0001"), "has left"),
        (EndAgreement(party="https://nobody.test"), "exchanges no data"),
        (SetAgreement(party="https://nobody.test", agreement=AGREEMENT), "no vendor that is fed"),
        (TellSubscribers(party="https://nobody.test"), "exchanges no data"),
        (ChangeMachine(entity_id="https://nobody.test", step="revoke"), "knows no machine"),
    ],
)
async def test_what_cannot_be_carried_out_is_said(vendor: Vendor, order: AnyOrder, why: str) -> None:
    with pytest.raises(ParticipantUnavailable, match=why):
        await vendor.stage.ask(order)
