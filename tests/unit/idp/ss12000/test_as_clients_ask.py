"""Requests as two public clients of SS 12000 write them: python-ss12000client and node-ss12000client.

NOTE: these are written after the clients' sources and sent by httpx; the clients themselves do not run here. The
package ss12000-client (0.1.0 and 0.2.0) on the Python index holds no module, and npm does not have the other by the
name that its source gives.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio
HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "x-caller": "reading"}
"""Of every request of theirs, with a body or without."""


async def asked(lab: Any, method: str, path: str, body: Any = None, **params: Any) -> Any:
    return await lab.client.request(method, path, params=params, json=body, headers=HEADERS)


async def test_they_page_through_persons_with_what_is_expanded(lab: Any) -> None:
    page = (await asked(lab, "GET", "/persons", limit=100, expand=["duties", "responsibleFor"])).json()
    found = list(page["data"])
    while page["pageToken"]:
        page = (await asked(lab, "GET", "/persons", limit=100, pageToken=page["pageToken"])).json()
        found += page["data"]
    assert len({one["id"] for one in found}) == len(found) > 100
    assert all(one["_embedded"].keys() == {"duties", "responsibleFor"} for one in found)


async def test_they_look_persons_up(lab: Any) -> None:
    one = (await asked(lab, "GET", "/persons", limit=1)).json()["data"][0]
    for params in ({}, {"expandReferenceNames": "false"}, {"expand": ["duties"], "expandReferenceNames": "true"}):
        (found,) = (await asked(lab, "POST", "/persons/lookup", {"ids": [one["id"]]}, **params)).json()
        assert found["id"] == one["id"]
        assert (await asked(lab, "GET", f"/persons/{one['id']}", **params)).json() == found
    assert (await asked(lab, "POST", "/persons/lookup", {"civicNos": [one["civicNo"]["value"]]})).json() == [one]
    assert (await asked(lab, "POST", "/persons/lookup", {})).json() == []


async def test_they_subscribe_renew_and_leave(lab: Any) -> None:
    types = [{"resource": "Person"}, {"resource": "Activity"}]
    wish = {"name": "n", "target": "https://lasning.test/webhook", "resourceTypes": types}
    made = (await asked(lab, "POST", "/subscriptions", wish)).json()
    assert made["resourceTypes"] == types
    assert (await asked(lab, "GET", "/subscriptions", limit=10)).json()["data"] == [made]
    renewed = await asked(lab, "PATCH", f"/subscriptions/{made['id']}", {"expires": "2026-12-24T15:00:00+01:00"})
    assert renewed.json()["expires"].startswith("2026-12-24T14:00:00")
    assert (await asked(lab, "DELETE", f"/subscriptions/{made['id']}")).status_code == 204


async def test_they_ask_what_is_gone(lab: Any) -> None:
    lab.api.roll.leave("elev-0001")
    gone = (await asked(lab, "GET", "/deletedEntities", entities=["persons", "groups"])).json()
    assert len(gone["data"]["persons"]) >= 1


@pytest.mark.parametrize(
    ("method", "path", "params", "status"),
    [
        # A Python bool in a query is "True", which is no boolean of OpenAPI.
        ("GET", "/persons", {"expandReferenceNames": "True"}, 400),
        # The standard's parameter of /deletedEntities is "after".
        ("GET", "/deletedEntities", {"entities": ["persons"], "meta.modified.after": "2026-11-01T00:00:00Z"}, 400),
        # The standard's /log and /statistics are posted to, and the clients only read them.
        ("GET", "/log", {}, 405),
        ("GET", "/statistics", {}, 405),
        # Filters of the standard that this API does not have.
        ("GET", "/organisations", {"schoolUnitCode": "00001101"}, 400),
        ("GET", "/groups", {"groupType": "Klass"}, 400),
        ("GET", "/duties", {"dutyRole": "Lärare"}, 400),
    ],
)
async def test_what_they_ask_wrongly_or_in_vain_is_refused_and_never_answered_with_more(
    lab: Any, method: str, path: str, params: dict[str, Any], status: int
) -> None:
    answer = await asked(lab, method, path, **params)
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message"}
