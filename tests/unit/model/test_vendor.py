"""What is said of a vendor's file that is wrong: the field, the problem, and a mend that can be followed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from testbed.model.files import ScenarioInvalid, load
from testbed.model.vendor import Vendor

PROCESS = {"command": ["app", "--port", "{port}"], "ready": "{base_url}/up", "env": {}}
RECEIVER = {
    "id": "r",
    "name": "R",
    "protocol": "scim",
    "login": "{base_url}/login",
    "exchange": {"entity_id": "https://r.test", "receives": "{base_url}/egil", "roster": "{base_url}/roster"},
    "process": PROCESS,
}
SERVER = {
    "id": "s",
    "name": "S",
    "protocol": "ss12000",
    "login": "https://127.0.0.1:1/",
    "exchange": {"entity_id": "https://s.test", "serves": "https://127.0.0.1:1/v2"},
}


def put(document: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    """A copy with this value at a dotted place; None takes it away."""
    name, _, rest = place.partition(".")
    inner = put(document.get(name) or {}, rest, value) if rest else value
    return {key: one for key, one in {**document, name: inner}.items() if one is not None}


def said(tmp_path: Path, document: object) -> ScenarioInvalid:
    path = tmp_path / "v.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as caught:
        load(path, Vendor)
    return caught.value


@pytest.mark.parametrize("document", [RECEIVER, SERVER, put(RECEIVER, "protocol", "provisioning")])
def test_good_files_load(tmp_path: Path, document: dict[str, Any]) -> None:
    path = tmp_path / "v.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert load(path, Vendor).protocol == document["protocol"]


@pytest.mark.parametrize(
    ("place", "mend"),
    [
        ("id", "id: my-service"),
        ("name", "name: Min tjänst"),
        ("protocol", "protocol: scim"),
        ("login", "login: 'https://127.0.0.1:8443/login'"),
        ("exchange.entity_id", "entity_id: 'https://my-service.example'"),
        ("process.command", "command: [my-service, --port, '{port}']"),
        ("process.ready", "ready: '{base_url}/login'"),
        ("exchange.receives", "'receives: https://...'"),
        ("exchange", "'exchange: {entity_id: https://my-service.example}'"),
    ],
)
def test_what_is_missing_is_named_with_an_example(tmp_path: Path, place: str, mend: str) -> None:
    problem = said(tmp_path, put(RECEIVER, place, None))
    assert (problem.field, problem.problem) == (place, "is missing")
    assert mend in problem.mend


def test_whoever_authorises_is_asked_for_all_of_it(tmp_path: Path) -> None:
    problem = said(tmp_path, put(RECEIVER, "authorised.by", "Anna"))
    assert problem.field == "authorised.window"
    assert "window: {from: '2026-05-04', until: '2026-05-08'}" in problem.mend


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("name", ["R"], "is no text"),
        ("name", 7, "is no text"),
        ("exchange", "https://r.test", "has no fields"),
        ("visit", "https://r.test", "is no list"),
        ("clock_skew_s", "many", "is no whole number"),
        ("process.isolate", "perhaps", "is neither true nor false"),
        ("authorised", {**dict.fromkeys(("by", "contact"), "A"), "window": {}, "max_rps": "fast"}, "is missing"),
        ("protocol", "carrier-pigeon", "Input should be 'saml', 'oidc', 'ss12000', 'scim' or 'provisioning'"),
        ("colour", "blue", "no vendor has such a field"),
        ("login", "app.test/login", "begins with http:// or https://"),
        ("login", "https://a b", "begins with http:// or https://"),
        ("login", "https://[::1/x", "is no web address"),
        ("login", "https://127.0.0.1:99999/x", "is no web address"),
        ("login", "https://127.0.0.1:0/x", "is no web address"),
        ("login", "https:///x", "is no web address"),
        ("exchange.receives", "https://127.0.0.1:1/egil?school=1", "has a query or a fragment"),
        ("exchange.receives", "https://127.0.0.1:1/egil#x", "has a query or a fragment"),
        ("exchange.serves", "https://127.0.0.1:1/v2", "goes with the protocol ss12000"),
        ("metadata", "https://127.0.0.1:1/md", "goes with other protocols than scim"),
        ("process.command", [], "is empty"),
    ],
)
def test_what_is_wrong_is_said_in_words(tmp_path: Path, place: str, value: object, problem: str) -> None:
    found = said(tmp_path, put(RECEIVER, place, value))
    assert found.field.startswith(place)
    assert problem in found.problem
    assert found.mend != "correct the value"


@pytest.mark.parametrize("protocol", ["saml", "oidc"])
def test_a_vendor_of_logins_has_no_exchange(tmp_path: Path, protocol: str) -> None:
    more = {"metadata": "https://127.0.0.1:1/md"} if protocol == "saml" else {}
    client = {"client": {"client_id": "a", "redirect_uris": ["https://127.0.0.1:1/cb"]}} if protocol == "oidc" else {}
    login = {**SERVER, **more, **client, "protocol": protocol, "probe": {"url": "https://127.0.0.1:1/me"}}
    assert said(tmp_path, login).field == "exchange"


@pytest.mark.parametrize(
    "place", ["login", "exchange.receives", "exchange.roster", "process.ready", "logout", "backchannel_logout"]
)
@pytest.mark.parametrize("url", ["https://anna:s3cret@r.test/x", "https://s3cret@r.test", "{base_url}:s3cret@r.test/"])
def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path, place: str, url: str) -> None:
    found = said(tmp_path, put(RECEIVER, place, url))
    assert found.field == place
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("place", "text", "field"),
    [
        ("process.env.A", "x{xyz}", "process.env.A"),
        ("process.env.A", "{issuer}", "process.env.A"),
        ("process.command", ["app", "{prot}"], "process.command.1"),
        ("process.ready", "{base_url}/{id}", "process.ready"),
        ("exchange.receives", "{base_url}/{egil}", "exchange.receives"),
        ("login", "https://127.0.0.1:1/{machine}", "login"),
    ],
)
def test_what_nobody_fills_in_is_refused_with_what_there_is(
    tmp_path: Path, place: str, text: object, field: str
) -> None:
    found = said(tmp_path, put(RECEIVER, place, text))
    assert found.field == field
    assert "{machines_key}" in found.mend
    assert "{port}" in found.mend


def test_without_a_process_nothing_is_filled_in(tmp_path: Path) -> None:
    found = said(tmp_path, put(SERVER, "exchange.serves", "https://127.0.0.1:{port}/v2"))
    assert found.problem == "{port} stands for where a 'process' or a 'container' serves, and there is none"


@pytest.mark.parametrize(
    "text", ['{"a": {"port": {port}}, "b": {}}', "${home}", "{{id}}", "{Name}", "{ id }", "{0}", "{}", "a{b"]
)
def test_braces_of_ones_own_stand(tmp_path: Path, text: str) -> None:
    path = tmp_path / "v.yaml"
    path.write_text(yaml.safe_dump(put(RECEIVER, "process.env.A", text)), encoding="utf-8")
    process = load(path, Vendor).process
    assert process is not None
    assert process.env["A"] == text
