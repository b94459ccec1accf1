"""A service on python3-saml that the testbed starts: its login is certified, and what its server sends is seen."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from idp.people import generate
from testbed.certify.cases import chosen, load_cases
from testbed.certify.profiles import load_profiles
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.lab.ports import free_ports
from testbed.model.attributes import by_name
from testbed.model.certificate import CaseResult
from testbed.model.messages import NAMEID_PERSISTENT
from testbed.model.verdict import Verdict
from testbed.model.written import Agreement, Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-interop" / "bin" / "python"
APP = Path(__file__).parent / "peers" / "python3_saml_app.py"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not PYTHON.is_file(), reason="needs python3-saml in .venv-interop: make interop"),
]
SOME = ("saml-audience-*",)
AGREED = ("eduPersonPrincipalName", "displayName")
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SETTINGS: dict[str, Any] = {
    "strict": True,
    "sp": {
        "entityId": "{base_url}/metadata",
        "assertionConsumerService": {"url": "{base_url}/acs", "binding": POST},
        "singleLogoutService": {"url": "{base_url}/sls", "binding": REDIRECT},
        "attributeConsumingService": {
            "serviceName": "Läsappen",
            "serviceDescription": "TEST",
            "requestedAttributes": [
                {
                    "name": by_name()[name].saml,
                    "friendlyName": name,
                    "isRequired": True,
                    "nameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
                }
                for name in AGREED
            ],
        },
        "NameIDFormat": NAMEID_PERSISTENT,
    },
    "security": {"wantAssertionsSigned": True, "wantNameId": True, "requestedAuthnContext": False},
}


class Silent:
    def cases(self, count: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


def test_its_login_and_its_data_are_judged_in_one_run(tmp_path: Path) -> None:
    school, port = free_ports(2)
    told = json.dumps({"settings": SETTINGS, "idp_metadata": "{idp_metadata}"}).replace(
        '{"settings"', '{"port": {port}, "settings"'
    )
    script = f'printf %s "$TOLD" > {tmp_path}/service.json && exec {PYTHON} {APP} {tmp_path}/service.json'
    vendor = Vendor.model_validate(
        {
            "id": "reading",
            "name": "Läsappen",
            "protocol": "saml",
            "metadata": "{base_url}/metadata",
            "login": f"http://127.0.0.1:{port}/login",
            "probe": {"url": "{base_url}/me"},
            "agreement": "reading-2026",
            "process": {"command": ["sh", "-c", script], "env": {"TOLD": told}, "ready": "{base_url}/metadata"},
        }
    )
    agreement = Agreement.model_validate(
        {
            "id": "reading-2026",
            "controller": {"name": "Exempelkommun", "hosts": [f"127.0.0.1:{school}"]},
            "processor": {
                "name": "Läsappen AB",
                "entity_ids": [f"http://127.0.0.1:{port}/metadata"],
                "hosts": [f"127.0.0.1:{port}"],
            },
            "valid": {"from": "2020-01-01", "until": "2099-06-30"},
            "legal_basis": "eu-gdpr:A6-1-e",
            "identifier": "pairwise",
            "data": [{"subjects": ["pupil", "teacher"], "purpose": "education:X", "required": list(AGREED)}],
            "protected_identity": "withhold",
        }
    )
    file = tmp_path / "reading-2026.yaml"
    file.write_text(json.dumps(agreement.model_dump(mode="json", by_alias=True)), encoding="utf-8")
    home = LabHome.open(tmp_path / "home")
    job = OutsideCase(
        home, dict(generate(1).people), vendor, agreement=(file, agreement), url=f"http://127.0.0.1:{school}"
    )
    cases = chosen([case for case in load_cases([project_folder()]) if case.protocol == "saml"], SOME)
    profile = load_profiles([project_folder()])["skolfederation"]
    purpose = Purpose(profile, cases, 1, "testbed certify reading.yaml", {})
    certificate = asyncio.run(certify_vendor(job, purpose, RunFolder.at(tmp_path / "run"), Silent()))
    assert certificate.calibration.trouble is None
    # NOTE: its older versions take an assertion that names no audience, which is a matter of other tests.
    assert Verdict.PASS in {result.verdict for result in certificate.results}
    assert not certificate.with_verdict(Verdict.ERROR, Verdict.NOT_VERIFIED)
    assert certificate.data is not None
    onward = [
        result
        for one in certificate.data.run.judgements
        for result in one.results
        if result.check == "data.no-onward-transfer"
    ]
    assert [result.verdict for result in onward] == [Verdict.PASS, Verdict.PASS]
