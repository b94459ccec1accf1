"""Subscriptions live 90 days and are their caller's alone; notices tell that something has changed and never what."""

import asyncio
import datetime as dt
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.caller import Caller
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.subscriptions import may_be_told
from idp.ss12000.webhooks import Notice, Webhooks

pytestmark = pytest.mark.anyio
TARGET = "https://lasning.test/hooks/school"
BEFORE = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def wish(*resources: str, **changes: Any) -> dict[str, Any]:
    types = [{"resource": one} for one in resources or ("Person",)]
    return {"name": "Läsappen", "target": TARGET, "resourceTypes": types} | changes


async def subscribed(lab: Any, *resources: str, caller: str = "reading") -> Any:
    answer = await lab.send("POST", "/subscriptions", wish(*resources), caller)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_subscription_is_made_read_and_deleted(lab: Any) -> None:
    made = await subscribed(lab, "Person", "activitites", "Person")
    assert made["expires"] == "2027-02-21T12:00:00.000000Z"
    assert made["resourceTypes"] == [{"resource": "Person"}, {"resource": "Activity"}]
    assert (made["name"], made["target"]) == ("Läsappen", TARGET)
    path = f"/subscriptions/{made['id']}"
    assert (await lab.get(path)).json() == made
    assert (await lab.get("/subscriptions")).json() == {"data": [made], "pageToken": None}
    assert (await lab.send("DELETE", path)).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await lab.send(method, path)).status_code == 404
    assert (await lab.send("PATCH", path, {})).status_code == 404


async def test_another_caller_does_not_find_it(lab: Any) -> None:
    path = f"/subscriptions/{(await subscribed(lab))['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        assert (await lab.send(method, path, {}, "other")).status_code == 404
    assert (await lab.get("/subscriptions", "other")).json()["data"] == []
    assert (await lab.get(path)).status_code == 200


async def test_it_lives_90_days_unless_it_is_renewed(lab: Any) -> None:
    kept, forgotten = await subscribed(lab), await subscribed(lab)
    lab.now += dt.timedelta(days=89)
    renewed = await lab.send("PATCH", f"/subscriptions/{kept['id']}", {})
    assert renewed.json()["expires"] == "2027-05-21T12:00:00.000000Z"
    lab.now += dt.timedelta(days=1)
    assert (await lab.get(f"/subscriptions/{forgotten['id']}")).status_code == 404
    assert [one["id"] for one in (await lab.get("/subscriptions")).json()["data"]] == [kept["id"]]


async def test_it_can_be_made_to_live_shorter_but_not_longer(lab: Any) -> None:
    path = f"/subscriptions/{(await subscribed(lab))['id']}"
    for asked, given_ in (("2026-12-01T00:00:00Z", "2026-12-01T00"), ("2099-01-01T00:00:00Z", "2027-02-21T12")):
        assert (await lab.send("PATCH", path, {"expires": asked})).json()["expires"].startswith(given_)
    for asked in ("2026-11-23T12:00:00Z", "never"):
        assert (await lab.send("PATCH", path, {"expires": asked})).status_code == 400
    await lab.send("PATCH", path, {"expires": "2026-12-01T00:00:00Z"})
    lab.now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert (await lab.get(path)).status_code == 404
    assert (await lab.get("/subscriptions")).json()["data"] == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://lasning.test/hook", 400),
        ("https://evil.test/hook", 403),
        ("https://lasning.test@evil.test/", 400),
        ("https://lasning.test.evil.test/", 403),
        ("https://evil.test#lasning.test", 400),
        ("https://lasning.test:8443/", 403),
        ("https://lasning.test:x/", 400),
        ("https://[::1/", 400),
        ("https://[::1]/", 403),
        ("https:///hook", 400),
        ("https://lasning.test\\@evil.test/", 400),
        ("https://lasning.test/\r\nX: y", 400),
        ("//lasning.test/hook", 400),
        ("https://LASNING.test.", 403),
        ("", 400),
    ],
)
async def test_a_notice_goes_to_the_callers_own_host_by_https_alone(lab: Any, target: str, status: int) -> None:
    answer = await lab.send("POST", "/subscriptions", wish(target=target))
    assert answer.status_code == status
    assert target not in answer.text or not target


@given(target=st.text(max_size=60) | st.text(max_size=40).map(lambda tail: f"https://lasning.test{tail}"))
@settings(deadline=None)
def test_any_target_is_told_apart(target: str) -> None:
    caller = Caller("reading", None, frozenset({"lasning.test"}))
    if may_be_told(caller, target):
        assert httpx.URL(target).host == "lasning.test", "it can be sent there"
        assert target.lower().startswith("https://lasning.test")
        assert target.lower().removeprefix("https://lasning.test").removeprefix(":443")[:1] in ("", ":", "/", "?")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (wish("Studyplan"), 400),
        (wish(resourceTypes=[]), 400),
        (wish(resourceTypes="Person"), 400),
        (wish(name=""), 400),
        (wish(target=None), 400),
        ([], 400),
        (None, 415),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(lab: Any, body: Any, status: int) -> None:
    answer = await lab.send("POST", "/subscriptions", body)
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message"}


async def test_a_type_that_is_not_open_cannot_be_subscribed_to(lab: Any) -> None:
    reading = lab.callers["reading"]
    lab.callers["reading"] = Caller("reading", reading.agreement, reading.hosts)
    assert (await lab.send("POST", "/subscriptions", wish("Grade"))).status_code == 403


async def test_nobody_can_fill_the_school_with_subscriptions(lab: Any) -> None:
    for _ in range(20):
        await subscribed(lab)
    assert (await lab.send("POST", "/subscriptions", wish())).status_code == 409
    await subscribed(lab, caller="other")


async def test_a_notice_tells_types_and_nothing_of_anybody(lab: Any) -> None:
    await subscribed(lab, "Person", "Group", "Duty")
    lab.change("larare-0001", security_marking="Sekretessmarkering")
    done = await lab.api.notify([lab.callers["reading"], lab.callers["nobody"]], BEFORE)
    assert [(one.caller, one.attempts, one.delivered) for one in done] == [("reading", 1, True)]
    (request,) = lab.posted
    assert (request.method, str(request.url)) == ("POST", TARGET)
    assert json.loads(request.content) == {"modifiedEntites": ["Group"], "deletedEntities": True}


async def test_whom_the_change_does_not_concern_is_not_told(new_lab: Any, agreed: Any) -> None:
    clause = {"subjects": ("pupil",), "required": ("givenName",), "limits": {"school_units": ["00001103"]}}
    lab = new_lab(agreed(clause))
    await subscribed(lab, *SINGULAR.values())
    await subscribed(lab, "Duty", caller="other")
    at = lab.change("elev-0001", attributes=dict(lab.people["elev-0001"].attributes) | {"givenName": "Ny"})
    assert await lab.api.notify(lab.callers.values(), BEFORE) == ()
    lab.change("elev-0001", school_units=("00001103",))
    assert len(await lab.api.notify(lab.callers.values(), at)) == 1
    assert await lab.api.notify(lab.callers.values(), lab.api.roll.changes()[-1].at) == ()
    assert json.loads(lab.posted[0].content) == {"modifiedEntites": ["Person"], "deletedEntities": False}


@pytest.mark.parametrize(
    ("answers", "attempts", "delivered"),
    [([503, 200], 2, True), ([0, 500, 302, 200], 4, True), ([500] * 9, 4, False), ([201] * 9, 4, False)],
)
async def test_a_notice_is_tried_a_few_times(lab: Any, answers: list[int], attempts: int, delivered: bool) -> None:
    await subscribed(lab)
    lab.change("elev-0001", school_units=("00001102",))
    lab.answers = answers
    (done,) = await lab.api.notify([lab.callers["reading"]], BEFORE)
    assert (done.attempts, done.delivered, len(lab.posted)) == (attempts, delivered, attempts)
    assert lab.pauses == [0.5, 1.0, 2.0][: attempts - 1]


async def test_a_host_that_is_the_callers_no_longer_is_not_told(lab: Any) -> None:
    made, reading = await subscribed(lab), lab.callers["reading"]
    lab.change("elev-0001", school_units=("00001102",))
    elsewhere = Caller("reading", reading.agreement, frozenset({"annan.test"}), reading.kinds)
    (done,) = await lab.api.notify([elsewhere], BEFORE)
    assert (done.subscription, done.attempts, done.delivered) == (made["id"], 0, False)
    assert lab.posted == []


async def test_that_an_agreement_is_over_is_told_as_a_deletion(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(valid={"from": "2026-01-01", "until": "2026-11-23"}))
    made = await subscribed(lab)
    before, lab.now = lab.now, lab.now + dt.timedelta(days=1)
    await lab.api.notify([lab.callers["reading"]], before)
    assert json.loads(lab.posted[0].content) == {"modifiedEntites": [], "deletedEntities": True}
    assert (await lab.send("POST", "/subscriptions", wish())).status_code == 403
    assert (await lab.send("PATCH", f"/subscriptions/{made['id']}", {})).status_code == 403
    lab.now += dt.timedelta(days=60)
    assert await lab.api.notify([lab.callers["reading"]], before) == ()


@given(name=st.text(max_size=50))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_id_that_is_none_is_refused(lab: Any, name: str) -> None:
    status = await lab.status_of_octets(f"/subscriptions/{name}", b"")
    assert status in (200, 400, 404)


async def test_an_id_that_nobody_has_is_not_found(lab: Any) -> None:
    assert (await lab.get(f"/subscriptions/{UUID(int=1)}")).status_code == 404


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("https://lasning.test:8443/hook", True),
        ("https://lasning.test/hook", False),
        ("https://annan.test:443/hook?x=y", True),
    ],
)
def test_a_port_is_part_of_the_host_unless_it_is_the_usual_one(target: str, told: bool) -> None:
    assert may_be_told(Caller("reading", None, frozenset({"lasning.test:8443", "annan.test"})), target) is told


async def test_a_subscriber_that_never_answers_is_given_up(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("the wait does not end")

    async def no_pause(_: float) -> None:
        return None

    monkeypatch.setattr("idp.ss12000.webhooks.TIMEOUT_S", 0.01)
    made = await subscribed(lab)
    subscription = next(lab.api._subscriptions.of(lab.callers["reading"]))
    notice = Notice(lab.callers["reading"], subscription, ("persons",), deleted=False)
    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        (done,) = await Webhooks(http, pause=no_pause).send([notice])
    assert (done.subscription, done.attempts, done.delivered) == (made["id"], 4, False)
