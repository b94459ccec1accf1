"""A service whose login is begun by a script is certified with a real browser; without one nothing is said of it."""

import asyncio
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.people import generate
from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from testbed.certify.cases import chosen, load_cases
from testbed.certify.profiles import load_profiles
from testbed.interception.browser import BrowserKind
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSpec, metadata, served
from testbed.model.certificate import CaseResult, Certificate, Outcome
from testbed.model.vendor import Click, Probe
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

pytestmark = pytest.mark.browser
PRESS = "Log in with your school"
DOOR = f"""<!doctype html><title>A service</title><body><script>
const form = document.createElement("form"), button = document.createElement("button");
form.action = "/login";
button.textContent = "{PRESS}";
form.append(button);
document.body.append(form);
</script>"""
PEOPLE = generate(1).people
TRIED = ("saml-audience-other", "saml-replay-same-browser", "saml-session-planted")


class Silent:
    def cases(self, count: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


class WithDoor:
    """A service behind a page whose button a script makes."""

    def __init__(self) -> None:
        self.service: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = HTMLResponse(DOOR) if scope.get("path") == "/door" else self.service
        assert app is not None
        await app(scope, receive, send)


def now() -> datetime:
    return datetime.now(UTC)


def service(url: str, school: str, school_metadata: bytes, folder: Path) -> ASGIApp:
    """One that does well; it has no network."""
    trusted = f"{school}/saml/metadata"
    config = VendorConfig(
        vendor_id="door",
        name="Door",
        base_url=url,
        hosts=(url.removeprefix("http://"),),
        profile="national-tests",
        fault=None,
        idp_entity_id=trusted,
        idp_metadata_url=trusted,
    )
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=school_metadata)))
    return VendorService(config, VendorKeys.load_or_make(folder, "127.0.0.1", now()), http, now).app


async def certified(kind: BrowserKind, home: LabHome, folder: Path) -> Certificate:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        school = f"http://127.0.0.1:{listener.getsockname()[1]}"
    door = WithDoor()
    async with served(door) as url:
        published = await metadata(OutsideSpec(home=home, people=PEOPLE, url=school), second=False)
        door.service = service(url, school, published, folder / "keys")
        vendor = Vendor(
            id="door",
            name="Door",
            protocol="saml",
            metadata=f"{url}/saml/metadata",
            login=f"{url}/door",
            probe=Probe(url=f"{url}/me"),
            logout=f"{url}/logout",
            clicks=(Click(press=PRESS),),
        )
        folders = [project_folder()]
        cases = chosen([case for case in load_cases(folders) if case.protocol == "saml"], TRIED)
        purpose = Purpose(load_profiles(folders)["skolfederation"], cases, 1, "testbed certify door.yaml", {})
        job = OutsideCase(home, dict(PEOPLE), vendor, url=school, browser=kind)
        return await certify_vendor(job, purpose, RunFolder.at(folder / "run"), Silent())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabHome:
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))
    return LabHome.open()


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no program 'chromium' is installed")
def test_a_button_that_a_script_makes_is_pressed_by_a_real_browser(home: LabHome, tmp_path: Path) -> None:
    certificate = asyncio.run(certified(BrowserKind.CHROMIUM, home, tmp_path))
    assert certificate.configuration == ()
    assert {one.case.id: one.reason.en for one in certificate.results if one.verdict is not Verdict.PASS} == {}
    assert len(certificate.results) >= len(TRIED)
    assert certificate.outcome is Outcome.COMPLIANT, certificate.why


def test_without_one_it_is_said_what_was_not_there(home: LabHome, tmp_path: Path) -> None:
    certificate = asyncio.run(certified(BrowserKind.HTTP, home, tmp_path))
    assert certificate.outcome is Outcome.INCONCLUSIVE
    [error] = certificate.configuration
    assert PRESS in error.what.en
    assert {one.verdict for one in certificate.results} == {Verdict.NOT_VERIFIED}
