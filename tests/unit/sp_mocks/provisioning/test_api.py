"""Lists, single resources, lookups; what is sent, deleted and refused, and what belongs to another school."""

from typing import Any

import pytest

from tests.support.provisioning import (
    GRANNE,
    SKOLA,
    Platform,
    activity,
    duty,
    group,
    person,
    teacher,
    uuid,
)

pytestmark = pytest.mark.anyio
KINDS = ("persons", "duties", "groups", "activities")


def fates(responses: list[Any]) -> dict[str, str]:
    return {one["id"]: one["response"]["status"] for one in responses}


def remarks(responses: list[Any]) -> list[tuple[str, str]]:
    said = [(*one["response"].get("errors", ()), *one["response"].get("warnings", ())) for one in responses]
    return [(entry["id"], entry["attributeName"]) for entries in said for entry in entries]


async def filled(platform: Platform) -> None:
    await platform.job("POST", "/persons/bulk", [*(person(n) for n in range(1, 6)), teacher(6)])
    await platform.job("POST", "/duties/bulk", [duty(11, 6)])
    await platform.job("POST", "/groups/bulk", [group(21, 1, 2), group(22, 3)])
    await platform.job("POST", "/activities/bulk", [activity(31, (21,), (11,))])


async def test_a_list_of_persons_tells_the_least_and_one_person_all(platform: Platform) -> None:
    await filled(platform)
    listed = (await platform.call("GET", "/persons")).json()
    assert listed["pageToken"] is None
    reduced = {"id", "civicNo", "eduPersonPrincipalNames", "givenName", "familyName", "provisioningStatus", "meta"}
    assert {name for one in listed["data"] for name in one} == reduced
    whole = (await platform.call("GET", f"/persons/{uuid(1)}")).json()
    assert whole.keys() == reduced | {"enrolments"}
    assert whole["enrolments"] == [
        {"enroledAt": {"id": uuid(900)}, "schoolYear": 6, "schoolType": "GR", "cancelled": False}
    ]


async def test_every_page_comes_once(platform: Platform) -> None:
    await filled(platform)
    found, token, pages = [], None, 0
    while True:
        params = {"limit": "2"} | ({"pageToken": token} if token else {})
        answer = (await platform.call("GET", "/persons", params=params)).json()
        found, token, pages = [*found, *(one["id"] for one in answer["data"])], answer["pageToken"], pages + 1
        if token is None:
            break
    assert (found, pages) == ([uuid(number) for number in range(1, 7)], 3)


async def test_a_page_token_is_good_for_its_school_its_list_and_its_time_alone(platform: Platform) -> None:
    await filled(platform)
    await platform.job(
        "POST", "/persons/bulk", [person(50), person(51, eduPersonPrincipalNames=["b@granne.test"])], GRANNE
    )
    token = (await platform.call("GET", "/persons", params={"limit": "1"})).json()["pageToken"]

    async def status(path: str, token: str, school: str = SKOLA) -> int:
        return (await platform.call("GET", path, school=school, params={"pageToken": token})).status_code

    assert await status("/persons", token) == 200
    assert await status("/persons", token, GRANNE) == 400
    assert await status("/groups", token) == 400
    assert await status("/persons", token[:-4] + "AAA=") == 400
    assert await status("/persons", "ö" * 20) == 400
    assert await status("/persons", "x" * 5000) == 400
    platform.now = platform.now.replace(hour=20)
    assert await status("/persons", token) == 400


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1e1", "", "٣", "9999999999"])
async def test_a_limit_out_of_bounds_is_refused(platform: Platform, limit: str) -> None:
    answer = await platform.call("GET", "/persons", params={"limit": limit})
    assert (answer.status_code, answer.json()[0]["id"]) == (400, "3085")


async def test_lookups(platform: Platform) -> None:
    await filled(platform)
    await platform.job("PUT", "/persons/bulk", [person(2, civicNo={"value": "20140101TF20"})])

    async def found(kind: str, **keys: Any) -> list[str]:
        answer = await platform.call("POST", f"/{kind}/lookup", keys)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    assert await found("persons", ids=[uuid(1), uuid(77), uuid(1)]) == [uuid(1)]
    assert await found("persons", eduPersonPrincipalNames=["QWXYZ3@skola.test", "x@y.test"]) == [uuid(3)]
    assert await found("persons", civicNos=["20140101TF20"], ids=[uuid(4)]) == [uuid(4), uuid(2)]
    assert await found("persons") == []
    assert await found("activities", ids=[uuid(31)]) == [uuid(31)]
    bad = await platform.call("POST", "/persons/lookup", {"ids": ["x"]})
    assert (bad.status_code, bad.json()[0]["id"]) == (400, "2010")
    assert (await platform.call("POST", "/groups/lookup", {})).status_code == 400
    assert (await platform.call("POST", "/persons/lookup", {"civicNos": "x"})).status_code == 400


@pytest.mark.parametrize("kind", KINDS)
async def test_ids_that_are_none_or_nobodys(platform: Platform, kind: str) -> None:
    for path, status, entry in (("nothing", 400, "2011"), (uuid(77), 404, "4001")):
        for answer in (
            await platform.call("GET", f"/{kind}/{path}"),
            await platform.call("GET", f"/{kind}/bulk/jobs/{path}"),
            await platform.call("GET", f"/{kind}/bulk/jobs/{path}/isCompleted"),
        ):
            assert (answer.status_code, answer.json()[0]["id"]) == (status, entry)


async def test_create_again_replace_and_update_if_it_exists(platform: Platform) -> None:
    assert fates(await platform.job("POST", "/persons/bulk", [person(1)])) == {uuid(1): "Success"}
    again = await platform.job("POST", "/persons/bulk", [person(1, givenName="Annan")])
    assert (fates(again)[uuid(1)], again[0]["response"]["statusCode"]) == ("Error", 409)
    assert "location" not in again[0]["response"]
    both = [person(1, givenName="Tredje"), person(2)]
    assert set(fates(await platform.job("POST", "/persons/bulk?updateIfExists=true", both)).values()) == {"Success"}
    missing = await platform.job("PUT", "/persons/bulk", [person(2, givenName="Fjärde"), person(3)])
    assert fates(missing) == {uuid(2): "Success", uuid(3): "Error"}
    assert missing[1]["response"]["errors"][0]["id"] == "4001"
    names = {one["id"]: one["givenName"] for one in (await platform.call("GET", "/persons")).json()["data"]}
    assert names == {uuid(1): "Tredje", uuid(2): "Fjärde"}
    bad = await platform.call("POST", "/persons/bulk?updateIfExists=ja", {"data": []})
    assert (bad.status_code, bad.json()[0]["id"], bad.json()[0]["parameterName"]) == (400, "2025", "updateIfExists")


async def test_one_refused_item_does_not_hold_up_the_others(platform: Platform) -> None:
    bad = [
        person(2, civicNo={"value": "20140101-2384"}),
        {name: value for name, value in person(3).items() if name != "familyName"},
        person(4, enrolments=[{"enroledAt": {"id": "x"}, "schoolType": "GR", "schoolYear": 6}]),
        person(5, enrolments=[{"enroledAt": {"id": uuid(900)}, "schoolType": "GR"}]),
        person(6, enrolments=[{"enroledAt": {"id": uuid(900)}, "schoolType": "GR", "schoolYear": 0}]),
        person(7, eduPersonPrincipalNames=["a@b.test", "c@d.test"]),
        person(8, eduPersonPrincipalNames=["qwxyz1@skola.test"]),
    ]
    responses = await platform.job("POST", "/persons/bulk", [person(1), *bad, person(9)])
    assert fates(responses) == {uuid(n): "Success" if n in (1, 9) else "Error" for n in range(1, 10)}
    assert [
        (r["response"]["errors"][0]["id"], r["response"]["errors"][0]["attributeName"]) for r in responses[1:8]
    ] == [
        ("9002", "civicNo.value"),
        ("9003", "familyName"),
        ("2010", "enrolments.enroledAt.id"),
        ("9002", "enrolments.schoolYear"),
        ("9002", "enrolments.schoolYear"),
        ("9002", "eduPersonPrincipalNames"),
        ("9005", "eduPersonPrincipalNames"),
    ]
    held = {one["id"] for one in (await platform.call("GET", "/persons")).json()["data"]}
    assert held == {uuid(1), uuid(9)}


async def test_errors_repeat_no_value_that_was_sent(platform: Platform) -> None:
    named = person(1, givenName="Ebba", familyName="Andersson", eduPersonPrincipalNames=["andersson9@skola.test"])
    responses = await platform.job("POST", "/persons/bulk", [named, person(2, civicNo={"value": "19121212x"})])
    assert fates(responses) == {uuid(1): "Warning", uuid(2): "Error"}
    assert remarks(responses) == [("3047", "eduPersonPrincipalNames"), ("9002", "civicNo.value")]
    for value in ("Ebba", "andersson", "19121212x"):
        assert value not in str(responses)


@pytest.mark.parametrize(
    ("account", "told"),
    [("and123", True), ("xxANDyy", True), ("aneb1", True), ("eban1", True), ("qw-vx", False), ("anx.eb", False)],
)
async def test_a_user_name_made_of_names_is_taken_with_a_warning(platform: Platform, account: str, told: bool) -> None:
    one = person(1, givenName="Ebba", familyName="Andersson", eduPersonPrincipalNames=[f"{account}@andersson.test"])
    responses = await platform.job("POST", "/persons/bulk", [one])
    assert fates(responses) == {uuid(1): "Warning" if told else "Success"}
    assert (await platform.call("GET", f"/persons/{uuid(1)}")).status_code == 200


async def test_accents_do_not_hide_a_name(platform: Platform) -> None:
    one = person(1, givenName="Åsa", familyName="Öberg", eduPersonPrincipalNames=["asa.oberg@skola.test"])
    assert fates(await platform.job("POST", "/persons/bulk", [one])) == {uuid(1): "Warning"}


async def test_a_group_with_unknown_pupils_is_taken_without_them(platform: Platform) -> None:
    await platform.job("POST", "/persons/bulk", [person(1)])
    responses = await platform.job("POST", "/groups/bulk", [group(21, 1, 99)])
    assert (fates(responses), remarks(responses)) == ({uuid(21): "Warning"}, [("4001", "groupMemberships.person")])
    held = (await platform.call("GET", f"/groups/{uuid(21)}")).json()
    assert held["groupMemberships"] == [{"person": {"id": uuid(1)}}]


async def test_what_belongs_to_nothing_is_refused(platform: Platform) -> None:
    assert fates(await platform.job("POST", "/duties/bulk", [duty(11, 6)])) == {uuid(11): "Error"}
    await platform.job("POST", "/persons/bulk", [person(6), teacher(7)])
    without_mail = await platform.job("POST", "/duties/bulk", [duty(11, 6), duty(12, 7)])
    assert (fates(without_mail), remarks(without_mail)) == (
        {uuid(11): "Error", uuid(12): "Success"},
        [("9003", "person.emails")],
    )
    assert fates(await platform.job("POST", "/activities/bulk", [activity(31, (21,), (11,))])) == {uuid(31): "Error"}
    await platform.job("POST", "/groups/bulk", [group(21)])
    other = {**activity(31, (21,), (12,)), "parentActivity": {"id": uuid(8)}}
    assert remarks(await platform.job("POST", "/activities/bulk", [other])) == [("9002", "parentActivity")]
    assert fates(await platform.job("POST", "/activities/bulk", [activity(31, (21,), (12, 11))])) == {
        uuid(31): "Warning"
    }


async def test_whoever_is_deleted_is_named_nowhere_any_more(platform: Platform) -> None:
    await filled(platform)
    responses = await platform.job("POST", "/persons/bulk/delete", [uuid(1), uuid(6), uuid(77)])
    assert fates(responses) == {uuid(1): "Success", uuid(6): "Success", uuid(77): "Error"}
    everything = "".join([(await platform.call("GET", f"/{kind}")).text for kind in KINDS])
    assert uuid(2) in everything
    assert uuid(1) not in everything
    assert uuid(6) not in everything
    assert (await platform.call("GET", f"/duties/{uuid(11)}")).status_code == 404
    pages = (await platform.page("/roster")).text + (await platform.page("/results")).text
    assert uuid(1) not in pages
    assert uuid(6) not in pages
    # NOTE: the user name is free again.
    again = await platform.job("POST", "/persons/bulk", [person(8, eduPersonPrincipalNames=["qwxyz1@skola.test"])])
    assert fates(again) == {uuid(8): "Success"}


async def test_schools_see_and_change_nothing_of_each_other(platform: Platform) -> None:
    await filled(platform)
    accepted = await platform.call("POST", "/persons/bulk", {"data": [person(70)]})
    for kind, one in zip(KINDS, (uuid(1), uuid(11), uuid(21), uuid(31)), strict=True):
        assert (await platform.call("GET", f"/{kind}", school=GRANNE)).json()["data"] == []
        assert (await platform.call("GET", f"/{kind}/{one}", school=GRANNE)).status_code == 404
        assert (await platform.call("POST", f"/{kind}/lookup", {"ids": [one]}, school=GRANNE)).json() == []
        gone = await platform.job("POST", f"/{kind}/bulk/delete", [one], GRANNE)
        assert fates(gone) == {one: "Error"}
        assert (await platform.call("GET", f"/{kind}/{one}")).status_code == 200
    where = f"/persons/bulk/jobs/{accepted.json()['jobId']}"
    assert (await platform.call("GET", where, school=GRANNE)).status_code == 404
    assert (await platform.call("GET", where)).status_code == 200
    # NOTE: one id at two schools is two persons.
    await platform.job("POST", "/persons/bulk", [person(1, givenName="Granne")], GRANNE)
    assert (await platform.call("GET", f"/persons/{uuid(1)}")).json()["givenName"] == "Nurul"


async def test_what_is_no_endpoint_answers_in_the_same_form(platform: Platform) -> None:
    for method, path, status in (("DELETE", f"/persons/{uuid(1)}", 405), ("GET", "/schools", 404), ("PUT", "/x", 404)):
        answer = await platform.call(method, path)
        assert (answer.status_code, answer.json()[0]["severityLevel"]) == (status, "Error")
    assert (await platform.call("GET", "/alive")).status_code == 200
