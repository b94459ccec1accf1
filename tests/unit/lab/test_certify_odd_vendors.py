"""What is odd about a vendor, and no fault, is not held against it, and a fault that is hard to see is never a pass."""

import asyncio
from pathlib import Path

import pytest
from odd_vendor import Oddity, OddVendor

from idp.people import generate
from testbed.certify.cases import chosen, load_cases
from testbed.certify.profiles import load_profiles
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.lab.ports import free_ports
from testbed.model.certificate import CaseResult, Certificate
from testbed.model.vendor import Click, Probe
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

FORGED = {"saml-audience-other", "saml-audience-missing"}
VALID = "saml-audience-one-of-two"
PATIENCE_S = 1.5
PROFILE = load_profiles([project_folder()])["skolfederation"]
CASES = chosen([c for c in load_cases([project_folder()]) if c.protocol == "saml"], (*sorted(FORGED), VALID))
PEOPLE = generate(1, 200).people


class Silent:
    def cases(self, count: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    """One for all, for its keys take longer to make than a vendor to try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTBED_HOME", str(tmp_path_factory.mktemp("certify") / "home"))
        return LabHome.open()


def certified(oddity: Oddity, home: LabHome, folder: Path) -> Certificate:
    (port,) = free_ports(1)

    async def run() -> Certificate:
        async with OddVendor(f"http://127.0.0.1:{port}", oddity).serving() as odd:
            vendor = Vendor(
                id="odd",
                name="Odd",
                protocol="saml",
                metadata=f"{odd.url}/metadata",
                login=f"{odd.url}/login",
                probe=Probe(url=f"{odd.url}/me"),
                clicks=(Click(press="Log in"),) if oddity == "asks-first" else (),
            )
            job = OutsideCase(home, dict(PEOPLE), vendor, url=odd.school, patience_s=PATIENCE_S)
            purpose = Purpose(PROFILE, CASES, 1, "testbed certify odd.yaml", {}, not_chosen=7)
            return await certify_vendor(job, purpose, RunFolder.at(folder), Silent())

    return asyncio.run(run())


@pytest.mark.parametrize("oddity", ["plain", "flash", "flash-in-text", "last-login", "new-at-each-visit", "asks-first"])
def test_a_vendor_that_refuses_in_its_own_way_has_refused(oddity: Oddity, home: LabHome, tmp_path: Path) -> None:
    results = {one.case.id: one for one in certified(oddity, home, tmp_path / "run").results}
    assert {
        name: (one.verdict, one.reason.en) for name, one in results.items() if one.verdict is not Verdict.PASS
    } == {}
    assert results.keys() == {*FORGED, VALID}


@pytest.mark.parametrize(
    ("oddity", "words"),
    [
        ("error-page", "neither nobody nor anybody"),
        ("page-for-new-users", "neither nobody nor anybody"),
        ("slow-to-take", "did not answer in time"),
        ("too-many", "asked too much"),
    ],
)
def test_what_is_neither_a_session_nor_a_refusal_is_not_verified(
    oddity: Oddity, words: str, home: LabHome, tmp_path: Path
) -> None:
    results = {one.case.id: one for one in certified(oddity, home, tmp_path / "run").results}
    assert results[VALID].verdict is Verdict.PASS
    for name in FORGED:
        assert results[name].verdict is Verdict.NOT_VERIFIED, name
        assert words in results[name].reason.en
