"""The document speaks of every route and of no other, and of all that the tables hold by which requests are read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from idp.routing import ByMethod
from idp.ss12000.embedding import OPENED_BY
from idp.ss12000.filters import NEEDED, SORTED_BY
from idp.ss12000.kinds import DELETED_SPELLING, SINGULAR
from idp.ss12000.openapi.document import document
from idp.ss12000.query import EXPANDABLE, META, PERSON_FILTERS

pytestmark = pytest.mark.anyio
METHODS = ("get", "post", "patch", "delete")


def parameters(path: str) -> dict[str, Any]:
    return {one["name"]: one for one in operation(path, "get").get("parameters", [])}


def operation(path: str, method: str) -> Any:
    paths: Any = document()["paths"]
    return paths[path][method]


def inside(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(inner)


async def test_it_is_served_to_whoever_asks(lab: Any) -> None:
    answer = await lab.client.get("/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads(json.dumps(document()))
    assert "x-ratelimit-limit" not in answer.headers


async def test_every_route_is_in_it_and_every_path_of_it_is_a_route(lab: Any) -> None:
    served = {}
    for route in lab.api.app.routes:
        assert isinstance(route.endpoint, ByMethod)
        served[route.path] = {method.lower() for method in route.endpoint.endpoints}
    paths: Any = document()["paths"]
    assert {path: {name for name in what if name in METHODS} for path, what in paths.items()} == served


def test_all_that_can_be_asked_is_in_it() -> None:
    paging, shared = {"limit", "pageToken"}, {"expandReferenceNames"}
    for kind in SINGULAR:
        filters = {*META, *(PERSON_FILTERS if kind == "persons" else ())}
        expand = {"expand"} if kind in EXPANDABLE else set()
        assert parameters(f"/{kind}").keys() == filters | paging | shared | expand | {"sortkey"}
        assert parameters(f"/{kind}/{{id}}").keys() == shared | expand
        if expand:
            assert parameters(f"/{kind}")["expand"]["schema"]["items"]["enum"] == list(EXPANDABLE[kind])
    assert parameters("/deletedEntities").keys() == {"after", "entities"} | paging
    relations = parameters("/persons")["relationship.entity.type"]["schema"]["enum"]
    assert set(relations) == {name for name in NEEDED if name not in PERSON_FILTERS}
    orders = parameters("/persons")["sortkey"]["schema"]["enum"]
    assert {order.removesuffix("Asc").removesuffix("Desc") for order in orders} == {*SORTED_BY, "Modified", "Created"}


@pytest.mark.parametrize("kind", SINGULAR)
async def test_every_order_that_it_names_can_be_asked_for(lab: Any, kind: str) -> None:
    for order in parameters(f"/{kind}")["sortkey"]["schema"]["enum"]:
        assert (await lab.get(f"/{kind}", sortkey=order)).status_code == 200, order
    assert (await lab.get(f"/{kind}", sortkey="modifiedAsc")).status_code == 400


def test_what_can_be_expanded_has_a_schema() -> None:
    schemas: Any = document()["components"]
    for kind, names in EXPANDABLE.items():
        embedded = schemas["schemas"][SINGULAR[kind]]["properties"]["_embedded"]["properties"]
        assert set(embedded) == set(names) <= OPENED_BY.keys()


def test_what_is_gone_is_spelled_as_it_is_answered() -> None:
    page = operation("/deletedEntities", "get")["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(page["properties"]["data"]["properties"]) == {DELETED_SPELLING.get(kind, kind) for kind in SINGULAR}


def test_every_reference_of_it_leads_somewhere() -> None:
    whole = json.loads(json.dumps(document()))
    found = [value["$ref"] for value in inside(whole) if isinstance(value, dict) and "$ref" in value]
    assert len(found) > 100
    for place in found:
        target = whole
        for step in place.removeprefix("#/").split("/"):
            target = target[step]


def test_every_operation_has_its_own_name_and_its_links_lead_to_one() -> None:
    operations = [one for path in document()["paths"].values() for name, one in path.items() if name in METHODS]  # type: ignore[attr-defined]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
    links = [link for one in operations for link in one["responses"].get("200", {}).get("links", {}).values()]
    assert {link["operationId"] for link in links} <= set(names)
    assert len(links) == len(SINGULAR) + 2


def test_a_call_without_a_token_is_for_the_document_alone() -> None:
    assert document()["security"] == [{"token": []}]
    paths: Any = document()["paths"]
    open_ = [path for path, what in paths.items() for name in what if what[name] and "security" in what[name]]
    assert open_ == ["/openapi.json"]
