"""Certifies ``telling_vendor.py``, however the testbed starts it, and says what it was found to tell others."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from certifying import Silent

from idp.people import generate
from testbed.certify.profiles import load_profiles
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.model.certificate import Certificate
from testbed.model.verdict import Result
from testbed.model.written import Agreement, Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

PROGRAM = Path(__file__).with_name("telling_vendor.py")
ONWARD = "data.no-onward-transfer"
SUBJECTS = ("pupil", "teacher")
AGREED = ("givenName", "sn", "displayName", "mail", "eduPersonPrincipalName")
ENV = {"PORT": "{port}", "ISSUER": "{issuer}", "CLIENT_ID": "telling", "CLIENT_SECRET": "{client_secret}"}


@dataclass
class TellingVendor:
    """A vendor's file, and what certifying it came to."""

    folder: Path
    school: int
    port: int
    home: LabHome

    @property
    def run(self) -> RunFolder:
        return RunFolder.at(self.folder / "run")

    @property
    def agreement(self) -> Agreement:
        return Agreement.model_validate(
            {
                "id": "telling-2026",
                "controller": {"name": "Exempelkommun", "hosts": [f"127.0.0.1:{self.school}"]},
                "processor": {"name": "T AB", "client_ids": ["telling"], "hosts": [f"127.0.0.1:{self.port}"]},
                "valid": {"from": "2020-01-01", "until": "2099-06-30"},
                "legal_basis": "eu-gdpr:A6-1-e",
                "identifier": "pairwise",
                "data": [{"subjects": list(SUBJECTS), "purpose": "education:X", "required": list(AGREED)}],
                "protected_identity": "withhold",
            }
        )

    def described(self, **started: Any) -> dict[str, Any]:
        """Its file, with how it is started."""
        return {
            "id": "telling",
            "name": "Telling service",
            "protocol": "oidc",
            "login": f"http://127.0.0.1:{self.port}/login",
            "probe": {"url": "{base_url}/me"},
            "logout": "{base_url}/logout",
            "agreement": "telling-2026",
            "client": {
                "client_id": "telling",
                "redirect_uris": ["{base_url}/callback"],
                "scopes": ["openid", "profile", "email"],
            },
            **started,
        }

    def certified(self, described: dict[str, Any]) -> Certificate:
        file = self.folder / "telling-2026.yaml"
        file.write_text(yaml.safe_dump(self.agreement.model_dump(mode="json", by_alias=True)), encoding="utf-8")
        job = OutsideCase(
            self.home,
            dict(generate(1).people),
            Vendor.model_validate(described),
            agreement=(file, self.agreement),
            url=f"http://127.0.0.1:{self.school}",
        )
        profile = load_profiles([project_folder()])["skolfederation"]
        purpose = Purpose(profile, (), 1, "testbed certify telling.yaml", {})
        return asyncio.run(certify_vendor(job, purpose, self.run, Silent()))

    def onward(self, described: dict[str, Any]) -> tuple[Result, ...]:
        """What the check of onward transfers says of each login."""
        certificate = self.certified(described)
        assert certificate.data is not None, certificate.why
        results = [result for one in certificate.data.run.judgements for result in one.results]
        return tuple(result for result in results if result.check == ONWARD)
