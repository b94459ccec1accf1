"""A school that serves learns of vendors, tells who has called, and shows its people to the lab alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from idp.app import SchoolConfig
from idp.watching import MOST, Calls, Watch
from testbed.model.calls import CALLS, Call
from testbed.model.orders import ORDER, KnowClient, KnowVendor
from testbed.model.written import Agreement, Bilingual, OidcClient, Person

pytestmark = pytest.mark.anyio
VENDOR = "https://lasning.test/saml/metadata"
CLIENT = OidcClient(client_id="app", redirect_uris=("https://lasning.test/callback",), scopes=("openid",))
NAME = Bilingual(sv="Läsappen", en="Reading app")


def know_client(**changes: Any) -> KnowClient:
    return KnowClient(client=CLIENT.model_copy(update=changes), name=NAME, secret=" a secret with ends ")


@pytest.fixture
def processes() -> int:
    return 1


@pytest.fixture
def config(config: SchoolConfig, processes: int) -> SchoolConfig:
    return replace(config, workers=processes)


async def ordered(lab: Any, order: KnowVendor | KnowClient) -> httpx.Response:
    answer: httpx.Response = await lab.control.post("/orders", content=ORDER.dump_json(order, by_alias=True))
    return answer


# --- vendors ------------------------------------------------------------------------------------------------------


async def test_a_vendor_of_saml_that_nobody_knew_can_be_logged_in_to(open_lab: Callable[..., Any]) -> None:
    async with open_lab(party={"entity_id": "https://other.test"}) as lab:
        assert "känner inte" in (await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request())}")).text
        assert (await ordered(lab, KnowVendor(entity_id=VENDOR, metadata=VENDOR))).status_code == 200
        assert "SAMLResponse" in (await lab.log_in()).text


async def test_a_vendor_is_replaced_with_agreement_and_metadata(lab: Any, agreement: Agreement) -> None:
    await lab.log_in()
    assert "SAMLResponse" in (await lab.log_in("elev-1", lab.vendor.request('ForceAuthn="true"'))).text
    over = agreement.valid.model_copy(update={"until": agreement.valid.from_})
    order = KnowVendor(
        entity_id=VENDOR,
        metadata=VENDOR,
        agreement=agreement.model_copy(update={"valid": over}),
        release="agreement",
    )
    fetched = len(lab.fetched)
    assert (await ordered(lab, order)).status_code == 200
    await lab.control.get("/releases")
    await lab.log_in("elev-1", lab.vendor.request('ForceAuthn="true"'))
    assert len(lab.fetched) == fetched + 1
    [account] = (await lab.control.get("/releases")).json()
    assert account["refused"] == "not-in-force"


async def test_a_client_becomes_known_and_is_replaced(lab: Any) -> None:
    asked = "/oidc/authorize?client_id=app&redirect_uri=https://lasning.test/callback&response_type=code&scope=openid"
    assert (await lab.browser.get(asked)).status_code == 400
    assert (await ordered(lab, know_client())).status_code == 200
    assert (await lab.browser.get(asked)).status_code == 303
    assert (await ordered(lab, know_client(redirect_uris=("https://lasning.test/elsewhere",)))).status_code == 200
    assert (await lab.browser.get(asked)).status_code == 400


async def test_a_secret_is_kept_letter_by_letter(lab: Any) -> None:
    await ordered(lab, know_client())
    answer = await lab.browser.post("/oidc/token", auth=("app", " a secret with ends "), data={"grant_type": "x"})
    assert answer.json()["error"] == "unsupported_grant_type"
    answer = await lab.browser.post("/oidc/token", auth=("app", "a secret with ends"), data={"grant_type": "x"})
    assert answer.json()["error"] == "invalid_client"
    assert "a secret" not in repr(know_client())


async def test_a_client_that_cannot_be_served_is_refused_in_a_sentence(lab: Any) -> None:
    answer = await ordered(lab, know_client(scopes=("openid", "everything")))
    assert answer.status_code == 400
    assert "take out everything" in answer.text


@pytest.mark.parametrize("processes", [2])
@pytest.mark.parametrize("order", [KnowVendor(entity_id=VENDOR, metadata=VENDOR), know_client()])
async def test_one_of_several_processes_does_not_learn_of_a_vendor(lab: Any, order: KnowVendor | KnowClient) -> None:
    answer = await ordered(lab, order)
    assert answer.status_code == 400
    assert "2 processes serve the school" in answer.text


# --- people -------------------------------------------------------------------------------------------------------


async def test_people_are_shown_as_the_school_knows_them_now(lab: Any, people: dict[str, Person]) -> None:
    shown = Person.model_validate_json((await lab.control.get("/people/elev-1")).content)
    assert shown == people["elev-1"]
    change = {"order": "change-person", "person": "elev-1", "school_units": ["87654321"]}
    assert (await lab.control.post("/orders", json=change)).status_code == 200
    assert (await lab.control.get("/people/elev-1")).json()["school_units"] == ["87654321"]
    assert (await lab.control.get("/people/nobody")).status_code == 404
    for path in ("/people/elev-1", "/calls"):
        assert (await lab.control.get(path, headers={"Authorization": "Bearer x"})).status_code == 401
        assert (await lab.browser.get(path)).status_code == 404


# --- who has called -----------------------------------------------------------------------------------------------


async def test_who_has_called_is_told_once(lab: Any) -> None:
    await lab.browser.get("/saml/metadata")
    await lab.browser.get("/nowhere?secret=1", headers={"Sec-Fetch-Dest": "document"})
    told = CALLS.validate_json((await lab.control.get("/calls")).content)
    assert told == (Call("GET", "/saml/metadata", 200), Call("GET", "/nowhere", 404, own=True))
    assert CALLS.validate_json((await lab.control.get("/calls")).content) == ()


async def test_a_request_that_fails_is_told_and_of_too_many_the_oldest_are_forgotten() -> None:
    async def failing(_: Scope, __: Receive, ___: Send) -> None:
        raise ValueError("no")

    calls = Calls()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Watch(failing, calls)), base_url="http://x") as http:
        with pytest.raises(ValueError, match="no"):
            await http.get("/a")
    assert calls.take() == (Call("GET", "/a", 500),)
    for number in range(MOST + 1):
        calls.add(Call("GET", f"/{number}", 200))
    taken = calls.take()
    assert (len(taken), taken[0].path) == (MOST, "/1")
