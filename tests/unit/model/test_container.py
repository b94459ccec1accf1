"""How a vendor's file speaks of a container."""

from typing import Any

import pytest
from pydantic import ValidationError

from testbed.model.written import Vendor


def described(**more: Any) -> dict[str, Any]:
    return {
        "id": "reading-app",
        "name": "Läsappen",
        "protocol": "oidc",
        "login": "{base_url}/login",
        "probe": {"url": "{base_url}/me"},
        "client": {"client_id": "reading-app", "redirect_uris": ["{base_url}/callback"]},
        "container": {"image": "registry.example:5000/reading-app@sha256:0123", "port": 9000},
        **more,
    }


def test_its_address_may_be_left_to_the_testbed() -> None:
    vendor = Vendor.model_validate(described())
    assert vendor.started is vendor.container
    assert vendor.container is not None
    assert vendor.container.ready is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"process": {"command": ["x"], "ready": "{base_url}/up"}}, "stands beside .process."),
        ({"container": {"image": "x"}}, "port"),
        ({"container": {"image": "--privileged", "port": 1}}, "image"),
        ({"container": {"image": "x", "port": 70_000}}, "port"),
        ({"container": {"image": "x", "port": 80, "privileged": True}}, "privileged"),
        ({"container": None}, "there is none"),
    ],
)
def test_what_cannot_be_meant_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Vendor.model_validate(described(**more))


def fed(**more: Any) -> dict[str, Any]:
    container = {"image": "lists", "command": ["run", "{state}"], "port": 9000, "env": {"API": "{data_api}"}}
    document = described(protocol="ss12000", probe=None, exchange={"entity_id": "https://reading-app.test"})
    document |= {"container": container | more}
    del document["client"]
    return document


def test_one_that_fetches_rosters_is_told_where_in_its_environment_and_its_command() -> None:
    container = Vendor.model_validate(fed()).container
    assert container is not None
    assert (container.command, container.env) == (("run", "{state}"), {"API": "{data_api}"})


def test_it_knows_nothing_of_this_machines_programs() -> None:
    with pytest.raises(ValidationError, match=r"{python} is nothing that is filled in here"):
        Vendor.model_validate(fed(command=["{python}", "-m", "lists"]))
