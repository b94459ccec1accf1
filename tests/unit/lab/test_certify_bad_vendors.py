"""Vendors that misbehave end in the right words, in bounded time, and never come out compliant."""

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from bad_vendor import Badness, BadVendor, Place
from idp.people import generate
from testbed.certify.cases import chosen, load_cases
from testbed.certify.profiles import load_profiles
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.lab.ports import free_ports
from testbed.model.case import Case
from testbed.model.certificate import CaseResult, Certificate, Outcome
from testbed.model.vendor import Probe
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

PATIENCE_S = 1.0
PROFILE = load_profiles([project_folder()])["skolfederation"]
PEOPLE = generate(1, 200).people
SOME = ("saml-audience-*",)
CASES: tuple[Case, ...] = chosen([c for c in load_cases([project_folder()]) if c.protocol == "saml"], SOME)


class Silent:
    def cases(self, count: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


def certified(badness: Badness, home: LabHome, folder: Path, place: Place = "nowhere") -> Certificate:
    (port,) = free_ports(1)

    async def run() -> Certificate:
        async with BadVendor(f"http://127.0.0.1:{port}", badness, place).serving() as bad:
            vendor = Vendor(
                id="bad",
                name="Bad",
                protocol="saml",
                metadata=f"{bad.url}/metadata",
                login=f"{bad.url}/login",
                probe=Probe(url=f"{bad.url}/me"),
            )
            job = OutsideCase(home, dict(PEOPLE), vendor, url=bad.school, patience_s=PATIENCE_S)
            purpose = Purpose(PROFILE, CASES, 1, "testbed certify bad.yaml", {})
            return await certify_vendor(job, purpose, RunFolder.at(folder), Silent())

    return asyncio.run(run())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    """One for all, for its keys take longer to make than a vendor to try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTBED_HOME", str(tmp_path_factory.mktemp("certify") / "home"))
        return LabHome.open()


@pytest.mark.parametrize(
    ("badness", "place", "words"),
    [
        ("hangs", "everywhere", "gave no answer"),
        ("answers-500", "everywhere", "answered 500"),
        ("answers-200", "everywhere", "is no metadata"),
        ("loops", "everywhere", "answered 302"),
        ("floods", "everywhere", "is longer than"),
        ("resets", "everywhere", "gave no answer"),
        ("hangs", "beside-metadata", "gives no answer"),
        ("answers-500", "beside-metadata", "answered 500"),
        ("answers-200", "beside-metadata", "login page was not reached"),
        ("loops", "beside-metadata", "redirects"),
        ("floods", "beside-metadata", "bytes"),
        ("resets", "beside-metadata", "gives no answer"),
        ("hangs", "at-acs", "looks the same before and after a login"),
        ("answers-500", "at-acs", "looks the same before and after a login"),
        ("answers-200", "at-acs", "looks the same before and after a login"),
        ("loops", "at-acs", "looks the same before and after a login"),
        ("floods", "at-acs", "looks the same before and after a login"),
        ("resets", "at-acs", "looks the same before and after a login"),
        ("always-the-same-person", "nowhere", "showed the first one's"),
        ("shows-no-name", "nowhere", "shows nothing of what the school said"),
        ("shows-both-names", "nowhere", "both"),
    ],
)
def test_what_cannot_be_verified_is_inconclusive_and_says_why(
    badness: Badness, place: Place, words: str, home: LabHome, tmp_path: Path
) -> None:
    since = monotonic()
    certificate = certified(badness, home, tmp_path / "run", place)
    assert monotonic() - since < 60
    assert certificate.outcome is Outcome.INCONCLUSIVE
    assert {result.verdict for result in certificate.results} == {Verdict.NOT_VERIFIED}
    told = " ".join(one.en for one in certificate.why)
    assert words in told, told


def test_a_request_that_the_school_refuses_is_told_as_such(
    home: LabHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = BadVendor("", "none")._request()
    monkeypatch.setattr(BadVendor, "_request", lambda _: strange)
    certificate = certified("none", home, tmp_path / "run")
    assert certificate.outcome is Outcome.INCONCLUSIVE
    [error] = certificate.configuration
    assert "The school refused the service's request" in error.mend.en


@pytest.mark.parametrize("badness", ["none", "takes-garbage"])
def test_a_vendor_that_checks_nothing_fails(badness: Badness, home: LabHome, tmp_path: Path) -> None:
    certificate = certified(badness, home, tmp_path / "run")
    assert certificate.outcome is Outcome.NOT_COMPLIANT
    refused = [one for one in certificate.results if one.case.expect == "reject"]
    assert refused
    assert {one.verdict for one in refused} <= {Verdict.FAIL, Verdict.WARNING}


def test_a_vendor_that_lets_nobody_in_any_more_has_refused_nothing(home: LabHome, tmp_path: Path) -> None:
    certificate = certified("tires", home, tmp_path / "run")
    late = [one for one in certificate.results if one.twin == "failed"]
    assert {one.verdict for one in certificate.results if one.verdict is Verdict.PASS and one.twin == "failed"} == set()
    assert Verdict.NOT_VERIFIED in {one.verdict for one in late}
    assert certificate.outcome is Outcome.NOT_COMPLIANT
