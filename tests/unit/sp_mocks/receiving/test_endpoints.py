"""A school creates, replaces, deletes and reads resources, as EGIL and SCIM have it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from egil import BASE, CORE_USER, SCIM_TYPE, SIS, Receiver, group, ident, resource, to, user

from sp_mocks.receiving.kinds import KINDS

pytestmark = pytest.mark.anyio
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SAMPLES: dict[str, dict[str, Any]] = {
    "Organisations": resource("Organisation", "one"),
    "SchoolUnitGroups": resource("SchoolUnitGroup", "one"),
    "SchoolUnits": resource("SchoolUnit", "one", schoolUnitCode="00001101", organisation=to("Organisations", "one")),
    "Users": user("one"),
    "Employments": resource("Employment", "one", employedAt=to("SchoolUnits", "one"), user=to("Users", "one")),
    "StudentGroups": group("one", "Anna"),
    "Activities": resource("Activity", "one", groups=[to("StudentGroups", "one")]),
}


def refused(answer: httpx.Response, status: int, scim_type: str | None = None) -> bool:
    """Whether it is an error as RFC 7644, 3.12 has it."""
    said = answer.json()
    assert answer.headers["content-type"] == SCIM_TYPE
    assert said["schemas"] == [ERROR]
    assert said["detail"]
    return (answer.status_code, said["status"], said.get("scimType")) == (status, str(status), scim_type)


def test_there_is_a_sample_of_each_kind() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("collection", SAMPLES)
async def test_a_resource_from_its_creation_to_its_end(vendor: Receiver, collection: str) -> None:
    sent, where = SAMPLES[collection], f"{BASE}/{collection}/{ident('one')}"
    created = await vendor.post(collection, sent)
    assert (created.status_code, created.headers["location"]) == (201, where)
    assert created.headers["content-type"] == SCIM_TYPE
    assert created.headers["cache-control"] == "no-store"
    told = created.json()
    assert told["id"] == told["externalId"] == ident("one")
    assert told["meta"]["location"] == where
    assert told["meta"]["created"] == told["meta"]["lastModified"]
    vendor.now += timedelta(seconds=10)
    changed = await vendor.put(collection, "one", sent)
    assert changed.status_code == 200
    assert changed.json()["meta"]["created"] == told["meta"]["created"] < changed.json()["meta"]["lastModified"]
    assert (await vendor.get(f"{collection}/{ident('one')}")).json() == changed.json()
    assert await vendor.listed(collection) == [changed.json()]
    gone = await vendor.delete(collection, "one")
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (
        await vendor.get(f"{collection}/{ident('one')}"),
        await vendor.delete(collection, "one"),
        await vendor.put(collection, "one", sent),
    ):
        assert refused(answer, 404)
    assert await vendor.listed(collection) == []


async def test_a_new_state_leaves_nothing_of_the_old_one(vendor: Receiver) -> None:
    await vendor.post("StudentGroups", group("3A", "Anna", "Bo"))
    await vendor.put("StudentGroups", "3A", group("3A", "Cia"))
    (held,) = await vendor.listed("StudentGroups")
    assert [one["value"] for one in held["studentMemberships"]] == [ident("Cia")]
    await vendor.put("StudentGroups", "3A", group("3A"))
    (held,) = await vendor.listed("StudentGroups")
    assert "studentMemberships" not in held


async def test_what_is_held_already_is_not_created_again(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    again = await vendor.post("Users", user("Anna"))
    assert refused(again, 409, "uniqueness")
    assert "Anna" not in again.text
    assert len(await vendor.listed("Users")) == 1


async def test_what_the_service_does_not_need_it_does_not_keep(vendor: Receiver) -> None:
    await vendor.school()
    (anna, *_) = await vendor.listed("Users")
    assert {name: value for name, value in anna.items() if name != "meta"} == {
        "schemas": [CORE_USER, f"{SIS}:User"],
        "id": ident("Anna"),
        "externalId": ident("Anna"),
        "userName": "anna@skola.test",
        "name": {"givenName": "Anna", "familyName": "Provsson"},
        f"{SIS}:User": {
            "enrolments": [{"value": ident("unit"), "$ref": f"SchoolUnits/{ident('unit')}", "schoolYear": 3}]
        },
    }
    (post,) = await vendor.listed("Employments")
    assert "signature" not in post
    assert "employmentRole" in post


async def test_an_extension_of_which_nothing_is_kept_is_not_named(vendor: Receiver) -> None:
    told = (await vendor.post("Users", user("Anna", **{f"{SIS}:User": {"civicNo": "201601012394"}}))).json()
    assert told["schemas"] == [CORE_USER]


async def test_names_of_attributes_are_taken_in_any_letter_case_and_unknown_ones_passed_over(vendor: Receiver) -> None:
    sent = {"SCHEMAS": [CORE_USER], "username": "a@skola.test", "favourite": {"colour": ["red"]}, "startDate": "x"}
    told = (await vendor.post("Users", sent)).json()
    assert told["userName"] == "a@skola.test"
    assert not {"favourite", "startDate", "username"} & set(told)


async def test_the_one_group_of_an_activity_by_the_clients_own_name(vendor: Receiver) -> None:
    await vendor.post("Activities", resource("Activity", "Svenska", group=to("StudentGroups", "3A")))
    (held,) = await vendor.listed("Activities")
    assert held["groups"] == [to("StudentGroups", "3A")]


# --- identifiers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, "not-a-uuid", "../../login", "{" + ident("x") + "}"])
async def test_an_id_of_its_own_where_the_client_gives_none(vendor: Receiver, given: str | None) -> None:
    sent = user("Anna", externalId=given)
    told = (await vendor.post("Users", sent)).json()
    assert told["id"] != given
    assert told.get("externalId") == given
    assert (await vendor.get(f"Users/{told['id']}")).status_code == 200
    answer = await vendor.call("PUT", f"/egil/Users/{told['id']}", {**sent, "externalId": ident("other")})
    assert (answer.status_code, answer.json()["id"]) == (200, told["id"])


async def test_an_id_that_the_client_gave_stays(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    assert refused(await vendor.put("Users", "Anna", user("Anna", externalId=ident("Bo"))), 400, "mutability")
    without = {name: value for name, value in user("Anna").items() if name != "externalId"}
    assert (await vendor.put("Users", "Anna", without)).json()["externalId"] == ident("Anna")


async def test_id_and_meta_are_the_receiver_s(vendor: Receiver) -> None:
    told = (await vendor.post("Users", user("Anna", id=ident("Bo"), meta={"location": "https://evil.test"}))).json()
    assert (told["id"], told["meta"]["location"]) == (ident("Anna"), f"{BASE}/Users/{ident('Anna')}")


# --- lists -----------------------------------------------------------------------------------------------------------


async def test_a_list_in_parts_has_each_resource_once_and_says_how_many_there_are(vendor: Receiver) -> None:
    for number in range(7):
        await vendor.post("Organisations", resource("Organisation", str(number)))
    names: list[str] = []
    for start in (1, 4, 7):
        page = (await vendor.get(f"Organisations?startIndex={start}&count=3")).json()
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (7, start, len(page["Resources"]))
        names += [one["displayName"] for one in page["Resources"]]
    assert names == [str(number) for number in range(7)]
    assert len((await vendor.get("Organisations?startIndex=-5")).json()["Resources"]) == 7
    for query in ("count=0", "count=-1", "startIndex=8"):
        assert (await vendor.get(f"Organisations?{query}")).json()["Resources"] == []


@pytest.mark.parametrize("query", ["count=many", "startIndex=1.5", "count=%D9%A3", "count=99999999999"])
async def test_a_number_that_is_none(vendor: Receiver, query: str) -> None:
    assert refused(await vendor.get(f"Users?{query}"), 400, "invalidValue")


async def test_a_filter_is_refused_and_not_passed_over(vendor: Receiver) -> None:
    """Who asks for one pupil must not get all, and no empty list for it either."""
    assert refused(await vendor.get('Users?filter=userName%20eq%20"a"'), 400, "invalidFilter")


async def test_a_caller_is_given_the_attributes_that_it_asks_for(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    for path in (f"Users/{ident('Anna')}", "Users"):
        some = (await vendor.get(f"{path}?attributes=userName")).json()
        some = some.get("Resources", [some])[0]
        assert set(some) == {"schemas", "id", "userName"}
        less = (await vendor.get(f"{path}?excludedAttributes=userName,name.familyName")).json()
        less = less.get("Resources", [less])[0]
        assert "userName" not in less
        assert less["name"] == {"givenName": "Anna"}
    for query in ("attributes=id&excludedAttributes=name", f"attributes={'a' * 1001}", f"attributes={'a,' * 60}"):
        assert refused(await vendor.get(f"Users/{ident('Anna')}?{query}"), 400, "invalidValue")


# --- what there is not -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", f"Users/{ident('Anna')}", 501),
        ("POST", "Bulk", 501),
        ("POST", ".search", 501),
        ("POST", "Users/.search", 501),
        ("PUT", "Users", 405),
        ("DELETE", "Users", 405),
        ("PATCH", "Users", 405),
        ("POST", f"Users/{ident('Anna')}", 405),
        ("POST", "Schemas", 405),
        ("PUT", "ServiceProviderConfig", 405),
        ("DELETE", "ResourceTypes/User", 405),
        ("GET", "Groups", 404),
        ("GET", "users", 404),
        ("GET", "ServiceProviderConfig/x", 404),
        ("GET", "Schemas/urn:x", 404),
        ("GET", "ResourceTypes/Group", 404),
        ("GET", f"Users/{ident('Anna')}/name", 404),
    ],
)
async def test_what_cannot_be_done(vendor: Receiver, method: str, path: str, status: int) -> None:
    await vendor.post("Users", user("Anna"))
    assert refused(await vendor.call(method, f"/egil/{path}", {} if method != "GET" else None), status)
    assert len(await vendor.listed("Users")) == 1


# --- what the vendor says of itself ----------------------------------------------------------------------------------


async def test_what_egil_leaves_out_is_declared(vendor: Receiver) -> None:
    said = (await vendor.get("ServiceProviderConfig")).json()
    for feature in ("patch", "bulk", "filter", "sort", "etag", "changePassword"):
        assert said[feature]["supported"] is False
    assert said["pagination"] == {"cursor": False, "index": True}


async def test_types_lead_to_schemas_and_schemas_have_what_is_kept_alone(vendor: Receiver) -> None:
    types = {one["endpoint"]: one for one in (await vendor.get("ResourceTypes")).json()["Resources"]}
    assert set(types) == {f"/{collection}" for collection in KINDS}
    schemas = {one["id"]: one for one in (await vendor.get("Schemas")).json()["Resources"]}
    for one in types.values():
        assert (await vendor.get(f"ResourceTypes/{one['id']}")).json() == one
        for urn in (one["schema"], *(extension["schema"] for extension in one.get("schemaExtensions", []))):
            assert (await vendor.get(f"Schemas/{urn}")).json() == schemas[urn]
    assert {one["name"] for one in schemas[CORE_USER]["attributes"]} == {"userName", "name"}
    (enrolments,) = schemas[f"{SIS}:User"]["attributes"]
    assert {one["name"] for one in enrolments["subAttributes"]} == {"value", "$ref", "schoolYear"}
    assert "signature" not in str(schemas[f"{SIS}:Employment"])
