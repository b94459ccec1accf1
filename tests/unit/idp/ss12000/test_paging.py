"""Pages visit every resource once, and a page token serves nobody but its caller, for its own query."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.kinds import SINGULAR

pytestmark = pytest.mark.anyio
SAME_LAB = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SORTS = ("", "ModifiedAsc", "ModifiedDesc", "CreatedDesc")
OF_PERSONS = (*SORTS, "DisplayNameAsc", "DisplayNameDesc", "FamilyNameAsc", "GivenNameDesc", "CivicNoAsc")


@given(limit=st.integers(1, 400), sort=st.sampled_from(OF_PERSONS))
@SAME_LAB
async def test_each_person_comes_exactly_once(lab: Any, limit: int, sort: str) -> None:
    listed = await lab.everything("/persons", limit=limit, **({"sortkey": sort} if sort else {}))
    ids = [one["id"] for one in listed]
    assert len(ids) == len(set(ids))
    assert set(ids) == {one["id"] for one in await lab.everything("/persons")}


@given(kind=st.sampled_from(sorted(SINGULAR)), limit=st.integers(1, 60), sort=st.sampled_from(SORTS))
@SAME_LAB
async def test_each_resource_comes_exactly_once(lab: Any, kind: str, limit: int, sort: str) -> None:
    listed = await lab.everything(f"/{kind}", limit=limit, **({"sortkey": sort} if sort else {}))
    ids = [one["id"] for one in listed]
    assert len(ids) == len(set(ids))
    assert set(ids) == {one["id"] for one in await lab.everything(f"/{kind}")}


async def test_persons_come_in_the_order_of_their_names(lab: Any) -> None:
    up = await lab.everything("/persons", limit=17, sortkey="FamilyNameAsc")
    down = await lab.everything("/persons", limit=13, sortkey="FamilyNameDesc")
    assert [one["familyName"] for one in up] == sorted(one["familyName"] for one in up)
    assert down == up[::-1]


async def test_whoever_is_there_throughout_comes_once_though_others_leave(lab: Any) -> None:
    first = (await lab.get("/persons", limit=50)).json()
    lab.api.roll.leave("elev-0001")
    lab.change("elev-0002", school_units=("00001102",))
    rest, token = [], first["pageToken"]
    while token:
        page = (await lab.get("/persons", limit=50, pageToken=token)).json()
        rest, token = rest + page["data"], page["pageToken"]
    ids = [one["id"] for one in first["data"] + rest]
    assert len(ids) == len(set(ids))
    assert {one["id"] for one in await lab.everything("/persons")} <= set(ids)


async def test_the_filters_go_on_with_the_token(lab: Any) -> None:
    found = await lab.everything("/persons", limit=3, **{"relationship.entity.type": "enrolment"})
    assert len(found) > 3
    assert all("enrolments" in one for one in found)


@pytest.mark.parametrize(
    "more",
    [
        {"meta.modified.after": "2026-01-01T00:00:00Z"},
        {"nameContains": "a"},
        {"sortkey": "ModifiedAsc"},
        {"expand": "duties"},
        {"expandReferenceNames": "true"},
    ],
)
async def test_a_token_goes_with_a_limit_alone(lab: Any, more: dict[str, str]) -> None:
    token = (await lab.get("/persons", limit=1)).json()["pageToken"]
    assert (await lab.get("/persons", limit=1, pageToken=token)).status_code == 200
    assert (await lab.get("/persons", pageToken=token, **more)).status_code == 400


async def test_another_callers_or_another_resources_token_is_refused(lab: Any) -> None:
    token = (await lab.get("/persons", limit=1)).json()["pageToken"]
    assert (await lab.get("/persons", "other", pageToken=token)).status_code == 400
    assert (await lab.get("/groups", pageToken=token)).status_code == 400
    assert (await lab.get("/deletedEntities", pageToken=token)).status_code == 400


async def test_an_old_token_is_refused(lab: Any) -> None:
    token = (await lab.get("/persons", limit=1)).json()["pageToken"]
    lab.now += dt.timedelta(hours=2)
    assert (await lab.get("/persons", pageToken=token)).status_code == 400


@given(token=st.text(min_size=1, max_size=80) | st.just("x" * 20_000))
@SAME_LAB
async def test_a_made_up_token_is_refused(lab: Any, token: str) -> None:
    assert (await lab.get("/persons", pageToken=token)).status_code == 400


@given(place=st.integers(0, 10_000), sign=st.sampled_from("Aa0_-"))
@SAME_LAB
async def test_a_changed_token_is_refused(lab: Any, place: int, sign: str) -> None:
    token = (await lab.get("/persons", limit=1)).json()["pageToken"].rstrip("=")
    place %= len(token)
    changed = token[:place] + sign + token[place + 1 :]
    expected = 200 if changed == token else 400
    assert (await lab.get("/persons", pageToken=changed + "=" * (-len(token) % 4))).status_code == expected


async def test_nothing_can_be_read_from_a_token(lab: Any) -> None:
    number = (await lab.everything("/persons"))[0]["civicNo"]["value"]
    token = (await lab.get("/persons", limit=1, sortkey="CivicNoAsc", nameContains="a")).json()["pageToken"]
    assert number not in token
    assert "CivicNo" not in token


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "٣", "1e3"])
async def test_a_limit_is_a_number_from_one(lab: Any, limit: str) -> None:
    assert (await lab.get("/persons", limit=limit)).status_code == 400


async def test_a_large_limit_is_cut_to_the_servers_own(new_lab: Any, folk: Any) -> None:
    pupil = next(one for one in folk.values() if one.role == "pupil" and not one.protected)
    many = {f"elev-{n}": pupil.model_copy(update={"id": f"elev-{n}"}) for n in range(1500)}
    page = (await new_lab(people=many).get("/persons", limit=10**9)).json()
    assert len(page["data"]) == 1000
    assert page["pageToken"]
