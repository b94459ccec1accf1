"""Where the places in a vendor's file are filled in, and what is said of those that cannot be."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from idp.people import generate
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.home import LabHome
from testbed.lab.vendor_places import places_of, prepared
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled
from testbed.model.written import Agreement, Vendor

PAGE = Path(__file__).parents[3] / "docs" / "certify-process.md"
PEOPLE = dict(generate(1, 20).people)
PROCESS = {
    "command": ["app", "--port", "{port}"],
    "env": {"ISSUER": "{issuer}", "SECRET": "{client_secret}", "IDP": "{idp_metadata}", "JSON": '{"a": {}}'},
    "ready": "{base_url}/up",
}


def vendor(**changes: Any) -> Vendor:
    described = {
        "id": "app",
        "name": "Appen",
        "protocol": "oidc",
        "login": "{base_url}/login",
        "probe": {"url": "{base_url}/me"},
        "visit": ["{base_url}/home"],
        "client": {"client_id": "app", "redirect_uris": ["{base_url}/callback"]},
        "process": PROCESS,
    }
    return Vendor.model_validate({**described, **changes})


def case(
    tmp_path: Path, one: Vendor, url: str = "http://127.0.0.1:8400", hosts: list[str] | None = None
) -> OutsideCase:
    agreement = None
    if hosts is not None:
        agreement = Agreement.model_validate(
            {
                "id": "app-2026",
                "controller": {"name": "Exempelkommun", "hosts": ["127.0.0.1:8400"]},
                "processor": {"name": "App AB", "client_ids": ["app"], "hosts": hosts},
                "valid": {"from": "2026-01-01", "until": "2027-06-30"},
                "identifier": "pairwise",
                "data": [{"subjects": ["pupil"], "required": ["mail"]}],
                "protected_identity": "withhold",
            }
        )
    given = (tmp_path / "app-2026.yaml", agreement) if agreement else None
    return OutsideCase(LabHome.open(tmp_path / "home"), PEOPLE, one, agreement=given, url=url)


def test_all_addresses_are_written_out_with_one_free_port(tmp_path: Path) -> None:
    found = prepared(case(tmp_path, vendor()))
    assert found.process is not None
    port = found.process.command[2]
    base = f"http://127.0.0.1:{port}"
    assert found.vendor.login == f"{base}/login"
    assert found.vendor.visit == (f"{base}/home",)
    assert found.vendor.client is not None
    assert found.vendor.client.redirect_uris == (f"{base}/callback",)
    assert found.process.ready == f"{base}/up"
    assert found.process.env["ISSUER"] == "http://127.0.0.1:8400"


def test_a_port_that_is_written_out_is_the_one_where_it_serves(tmp_path: Path) -> None:
    found = prepared(case(tmp_path, vendor(login="http://127.0.0.1:8123/login")))
    assert found.vendor.probe_url == "http://127.0.0.1:8123/me"
    assert found.process is not None
    assert found.process.command[2] == "8123"


def test_a_school_whose_port_is_open_is_given_one(tmp_path: Path) -> None:
    found = prepared(case(tmp_path, vendor(), url="http://127.0.0.1:0"))
    assert found.process is not None
    assert found.process.env["ISSUER"] == found.url != "http://127.0.0.1:0"


def test_what_plays_and_certificates_hold_has_no_environment(tmp_path: Path) -> None:
    assert prepared(case(tmp_path, vendor())).vendor.process is None


def test_a_vendor_that_runs_already_stays_as_it_is(tmp_path: Path) -> None:
    home = "http://127.0.0.1:8123/"
    plain = vendor(
        login=home, probe={"url": home}, visit=[], client={"client_id": "app", "redirect_uris": [home]}, process=None
    )
    given = case(tmp_path, plain)
    assert prepared(given) is given


def test_the_rest_is_filled_in_when_it_is_known(tmp_path: Path) -> None:
    given = prepared(case(tmp_path, vendor()))
    places = places_of(given, "idp.xml")
    assert given.process is not None
    assert filled(given.process.env["IDP"], places) == "idp.xml"
    assert filled(given.process.env["SECRET"], places) == places["client_secret"] != ""
    assert filled(given.process.env["JSON"], places) == '{"a": {}}'


def test_an_agreement_must_know_where_it_serves(tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match=r"app-2026\.yaml: processor\.hosts: does not name 127\.0\.0\.1:8123"):
        prepared(case(tmp_path, vendor(login="http://127.0.0.1:8123/login"), hosts=["127.0.0.1:9000"]))
    known = vendor(login="http://127.0.0.1:8123/login")
    assert prepared(case(tmp_path, known, hosts=["127.0.0.1:8123"])).process is not None


@pytest.mark.parametrize("login", ["https://app.example/login", "http://127.0.0.1/login"])
def test_it_must_serve_on_a_port_of_this_machine(tmp_path: Path, login: str) -> None:
    with pytest.raises(ScenarioInvalid, match="app: login"):
        prepared(case(tmp_path, vendor(login=login)))


def test_readiness_is_asked_of_this_machine_alone(tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match=r"process\.ready"):
        prepared(case(tmp_path, vendor(process={**PROCESS, "ready": "https://app.example/up"})))


def test_there_is_no_base_url_without_a_process() -> None:
    with pytest.raises(ValidationError, match="stands for where a 'process' or a 'container' serves"):
        vendor(process=None)


def test_the_file_that_the_documentation_shows_is_one(tmp_path: Path) -> None:
    shown = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    found = prepared(case(tmp_path, Vendor.model_validate(yaml.safe_load(shown)), hosts=["127.0.0.1:9000"]))
    assert found.process is not None
    assert found.process.ready == "http://127.0.0.1:9000/health"


def test_a_container_serves_on_a_port_of_its_own(tmp_path: Path) -> None:
    container = {"image": "x", "port": 9000, "env": {"PORT": "{port}", "URL": "{base_url}"}}
    found = prepared(case(tmp_path, vendor(process=None, container=container)))
    assert found.vendor.started is None
    assert found.process is None
    assert found.container is not None
    base = found.vendor.login.removesuffix("/login")
    assert found.container.env == {"PORT": "9000", "URL": base}
    assert found.container.ready == found.vendor.login
