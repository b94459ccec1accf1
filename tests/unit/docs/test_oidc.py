"""What docs/oidc.md says of files, scopes and addresses is what the school does."""

import json
import re
from pathlib import Path

import httpx
import pytest
import yaml

from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSpec, jwks, outside_school
from testbed.model.attributes import by_name
from testbed.model.scopes import SCOPES
from testbed.model.written import OidcClient

PAGE = (Path(__file__).parents[3] / "docs" / "oidc.md").read_text(encoding="utf-8")


def test_the_file_that_it_shows_registers_a_client() -> None:
    document = re.search(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert document
    client = OidcClient.model_validate(yaml.safe_load(document[1]))
    assert set(yaml.safe_load(document[1])) == set(OidcClient.model_fields) - {"jwks_uri"}
    assert set(client.scopes) <= set(SCOPES)


def test_the_table_of_scopes_is_the_schools() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (.*?) \|$", PAGE, re.MULTILINE))
    assert set(told) == set(SCOPES)
    for scope, names in SCOPES.items():
        claims = [by_name()[name].oidc.rpartition("address.")[2] for name in names]
        assert all(f"`{claim}`" in told[scope] for claim in claims), scope
        assert len(set(re.findall(r"`[^`]+`", told[scope])) - {"`address`", "`sub`"}) == len(claims), scope


@pytest.mark.anyio
async def test_the_addresses_are_those_of_the_discovery_document(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    async with (
        outside_school(OutsideSpec(home, {}, "http://127.0.0.1:0")) as school,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        told = (await http.get(f"{school.url}/.well-known/openid-configuration")).json()
        served = (await http.get(f"{school.url}/oidc/jwks")).json()
    assert told["issuer"] == school.url
    shown = set(re.findall(r"`http://127\.0\.0\.1:8400(/oidc/[a-z]+)`", PAGE))
    addresses = {value.removeprefix(school.url) for value in told.values() if isinstance(value, str)}
    assert shown == {address for address in addresses if address.startswith("/oidc/")} - {"/oidc/register"}
    assert json.loads(await jwks(OutsideSpec(home, {}))) == served
