"""A vendor is certified by the school that ``testbed idp serve`` serves, and by none that does not do."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bad_vendor import BadVendor
from idp.people import generate
from testbed.lab.certify_outside import OutsideCase, OutsideWorld
from testbed.lab.certify_school import must_have_own_school, outside_world
from testbed.lab.certifying import Pair, pair_for
from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSchool, OutsideSpec, outside_school
from testbed.lab.permission import Permission
from testbed.lab.running import Running, announced
from testbed.model.calls import Call
from testbed.model.files import ScenarioInvalid
from testbed.model.orders import ForgeNext
from testbed.model.written import Person, Vendor

ROOT = Path(__file__).parents[3]
DEADLINE_S = 240.0
PUPILS = 30
FREE = "http://127.0.0.1:0"
APP = "http://127.0.0.1:9"
OIDC = Vendor.model_validate(
    {
        "id": "app",
        "name": "App",
        "protocol": "oidc",
        "login": f"{APP}/login",
        "probe": {"url": f"{APP}/me"},
        "client": {"client_id": "app", "redirect_uris": [f"{APP}/callback"]},
    }
)


@pytest.fixture
def home(tmp_path: Path) -> LabHome:
    return LabHome.open(tmp_path / "home")


@pytest.fixture(scope="module")
def people() -> dict[str, Person]:
    return dict(generate(1, PUPILS).people)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pair(people: dict[str, Person]) -> Pair:
    return pair_for(people, None, "app")


@asynccontextmanager
async def serving(home: LabHome, people: dict[str, Person], workers: int = 1) -> AsyncIterator[OutsideSchool]:
    async with outside_school(OutsideSpec(home, people, FREE)) as school:
        with announced(home, Running(school.url, school.control_url, workers, os.getpid())):
            yield school


@asynccontextmanager
async def world(case: OutsideCase, people: dict[str, Person]) -> AsyncIterator[OutsideWorld]:
    persons = pair(people)
    async with outside_world(case, (persons.own, persons.other)) as made:
        yield made


def asking(school: str) -> str:
    return (
        f"{school}/oidc/authorize?client_id=app&redirect_uri={APP}/callback&response_type=code&scope=openid&nonce=n"
        "&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    )


@pytest.mark.anyio
async def test_the_school_that_serves_learns_of_the_vendor_and_goes_on(
    home: LabHome, people: dict[str, Person]
) -> None:
    async with serving(home, people) as school, httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(asking(school.url))).status_code == 400
        async with world(OutsideCase(home, people, OIDC, url=school.url), people) as certifying:
            assert certifying.school == school.url
            assert not certifying.records_servers
            assert await certifying.school_calls() == ()
            assert (await http.get(asking(school.url))).status_code == 303
            assert await certifying.school_calls() == (Call("GET", "/oidc/authorize", 303),)
        assert (await http.get(asking(school.url))).status_code == 303


@pytest.mark.anyio
async def test_nobody_meets_afterwards_what_was_forged_for_a_run(home: LabHome, people: dict[str, Person]) -> None:
    async with serving(home, people) as school, httpx.AsyncClient(trust_env=False) as http:
        async with world(OutsideCase(home, people, OIDC, url=school.url), people) as certifying:
            forgery: dict[str, Any] = {"message": "discovery", "members": [{"op": "remove", "path": "issuer"}]}
            order = {"party": "app", "other": pair(people).other.id, "forgery": forgery}
            await certifying.ask(ForgeNext.model_validate(order))
        told = await http.get(f"{school.url}/.well-known/openid-configuration")
        assert told.json()["issuer"] == school.url


@pytest.mark.anyio
async def test_a_school_of_its_own_where_none_serves(home: LabHome, people: dict[str, Person]) -> None:
    async with world(OutsideCase(home, people, OIDC, url=FREE), people) as certifying:
        assert certifying.records_servers
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.get(asking(certifying.school))
        assert await certifying.school_calls() == (Call("GET", "/oidc/authorize", 303),)


@pytest.mark.anyio
async def test_an_address_in_use_by_something_else_is_told(home: LabHome, people: dict[str, Person]) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        with pytest.raises(ScenarioInvalid, match="cannot be listened on"):
            async with world(OutsideCase(home, people, OIDC, url=school.url), people):
                pass


@pytest.mark.anyio
async def test_a_school_that_does_not_do_is_told_with_the_mend(home: LabHome, people: dict[str, Person]) -> None:
    async with serving(home, dict(generate(2, PUPILS).people)) as school:
        with pytest.raises(ScenarioInvalid, match=r"does not know .* To mend it: start it anew with the same --seed"):
            async with world(OutsideCase(home, people, OIDC, url=school.url), people):
                pass
        away = OutsideCase(home, people, OIDC, url=school.url, permission=Permission(frozenset({"app.example"}), 2))
        with pytest.raises(ScenarioInvalid, match=r"speaks to this machine only.*: certify then starts a school"):
            async with world(away, people):
                pass
        with pytest.raises(ScenarioInvalid, match="does not record what a vendor's server asks of it"):
            await must_have_own_school(OutsideCase(home, people, OIDC, url=school.url))
    async with serving(home, people, workers=2) as school:
        with pytest.raises(ScenarioInvalid, match="served by 2 processes, and certifying needs one"):
            async with world(OutsideCase(home, people, OIDC, url=school.url), people):
                pass


# --- the commands -------------------------------------------------------------------------------------------------


def environment(home: LabHome) -> dict[str, str]:
    return {**os.environ, "TESTBED_HOME": str(home.path), "PYTHONPATH": str(ROOT)}


@contextmanager
def idp_serve(home: LabHome, log: Path) -> Iterator[str]:
    """The command; yields its address."""
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "testbed.cli", "idp", "serve", "--url", FREE],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as command,
    ):
        assert command.stdout is not None
        try:
            line = command.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:[0-9]+", line)
            assert found, line + log.read_text(encoding="utf-8")
            # NOTE: the file is there before the command says where it serves.
            yield found[0]
            assert command.poll() is None
        finally:
            command.send_signal(signal.SIGTERM)
            command.communicate(timeout=DEADLINE_S)


def verdicts_in(folder: Path) -> dict[str, str]:
    """Of every check and every case, and the outcome."""
    [run_folder] = folder.iterdir()
    run = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    assert run["scenarios"], "the honest logins are judged"
    checks = {one["id"] + result["check"]: result["verdict"] for one in run["scenarios"] for result in one["results"]}
    return checks | {case["id"]: case["verdict"] for case in run["cases"]} | {"": run["certificate"]["outcome"]}


async def certified(home: LabHome, out: Path, bad: BadVendor) -> dict[str, str]:
    """What it came to."""
    flags = ("--saml-metadata", f"{bad.url}/metadata", "--login", f"{bad.url}/login", "--probe", f"{bad.url}/me")
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "testbed.cli", "certify", *flags, "--idp-url", bad.school, "--out", str(out)),
        *("--case", "saml-audience-*"),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    async with asyncio.timeout(DEADLINE_S):
        said, _ = await command.communicate()
    assert command.returncode == 1, said.decode()
    return verdicts_in(out)


@pytest.mark.lab
@pytest.mark.anyio
async def test_certify_uses_the_school_that_idp_serve_serves(home: LabHome, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with idp_serve(home, log) as school:
        async with BadVendor(school, "none").serving() as bad:
            by_running = await certified(home, tmp_path / "running", bad)
        assert "login to" in log.read_text(encoding="utf-8")
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{school}/saml/metadata")).status_code == 200
    async with BadVendor(school, "none").serving() as bad:
        by_own = await certified(home, tmp_path / "own", bad)
    assert by_running == by_own
    assert by_own[""] == "not compliant"
