"""Load on a vendor that the testbed did not write: where it may be made, and where it is known whose session it is."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from odd_vendor import OddVendor

from bad_vendor import BadVendor
from idp.people import generate
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.home import LabHome
from testbed.lab.load_outside import OutsideLoad, must_bear_load, must_keep_pace, outside_target
from testbed.lab.load_trial import busiest
from testbed.lab.loading import Taken, loading, order_for
from testbed.lab.outside import OutsideSpec, outside_school
from testbed.lab.permission import permission_of
from testbed.lab.ports import free_ports
from testbed.lab.running import Running, announced
from testbed.lab.spec import LabSpec
from testbed.lab.vendor_places import prepared
from testbed.model.files import ScenarioInvalid
from testbed.model.load import Arrival, Outcome, Profile
from testbed.model.written import Vendor
from testbed.runner.folder import RunFolder
from testbed.runner.schedule import arrivals_of
from waiting import gone, wait_for

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "compose" / "example-vendor" / "reading_app.py"
PEOPLE = generate(1, 120).everybody
FREE = "http://127.0.0.1:0"
TODAY = date(2026, 5, 5)
WORDS = {"sv": "x", "en": "x"}


def profile(people: int, within_s: float, flow: str = "login") -> Profile:
    return Profile.model_validate(
        {
            "id": "x",
            "title": WORDS,
            "description": WORDS,
            "waves": [{"within_s": within_s, "people": people}],
            "mix": [{"vendor": "mine", "flow": flow}],
            "think_s": [0, 0.1],
            "settle_s": 30,
        }
    )


def vendor(**changed: Any) -> Vendor:
    described = {
        "id": "mine",
        "name": "Min tjänst",
        "protocol": "oidc",
        "login": "http://127.0.0.1:9/login",
        "probe": {"url": "http://127.0.0.1:9/me"},
        "client": {"client_id": "mine", "redirect_uris": ["http://127.0.0.1:9/callback"]},
    }
    return Vendor.model_validate({name: value for name, value in (described | changed).items() if value is not None})


def elsewhere(max_rps: float, from_: date = TODAY, until: date = TODAY) -> Vendor:
    url = "https://service.example"
    window = {"from": from_, "until": until}
    return vendor(
        login=f"{url}/login",
        probe={"url": f"{url}/me"},
        client={"client_id": "mine", "redirect_uris": [f"{url}/callback"]},
        authorised={"by": "Anna", "window": window, "contact": "anna@service.example", "max_rps": max_rps},
    )


def load(home: LabHome, one: Vendor, asked: Profile, url: str = FREE) -> OutsideLoad:
    case = prepared(OutsideCase(home, dict(PEOPLE), one, url=url, permission=permission_of(one, "mine.yaml", TODAY)))
    arrivals = arrivals_of(asked, PEOPLE, 1)
    order = order_for(asked, arrivals, LabSpec(home, PEOPLE, (case.vendor,), {}), 1)
    return OutsideLoad(case, order, "mine.yaml")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    """One for all, for its keys take as long to make as a school to begin."""
    return LabHome.open(tmp_path_factory.mktemp("load") / "home")


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """No process outlives what a test has started."""
    before = set(psutil.Process().children(recursive=True))
    yield
    wait_for(
        lambda: gone(set(psutil.Process().children(recursive=True)) - before),
        lambda: "processes of the load outlived it",
    )


def refused(one: OutsideLoad) -> str:
    with pytest.raises(ScenarioInvalid) as error:
        must_bear_load(one)
    return str(error.value)


def made(one: OutsideLoad, folder: Path) -> Taken:
    async def run() -> Taken:
        run_folder = RunFolder.at(folder)
        async with outside_target(one, run_folder) as target, loading(target, one.order, run_folder.log) as makes:
            return await makes.run(lambda _: "")

    return asyncio.run(run())


def not_made(one: OutsideLoad, folder: Path) -> str:
    with pytest.raises(ScenarioInvalid) as error:
        made(one, folder)
    return str(error.value)


# --- what may be loaded -----------------------------------------------------------------------------------------------


def test_a_container_is_refused(home: LabHome) -> None:
    image = {"image": "mine", "port": 9000}
    one = vendor(
        login="{base_url}/login",
        probe={"url": "{base_url}/me"},
        client={"client_id": "mine", "redirect_uris": ["{base_url}/callback"]},
        container=image,
    )
    assert "mine.yaml: container: load is not made on a container" in refused(load(home, one, profile(1, 1)))


def test_a_host_that_nobody_has_authorised_is_refused(home: LabHome) -> None:
    one = elsewhere(5).model_copy(update={"authorised": None})
    with pytest.raises(ScenarioInvalid, match="is not on loopback, and nobody has authorised test traffic to it"):
        load(home, one, profile(1, 1))


@pytest.mark.parametrize("days", [(-2, -1), (1, 2)])
def test_another_day_than_those_authorised_is_refused(home: LabHome, days: tuple[int, int]) -> None:
    window = (TODAY + timedelta(days=days[0]), TODAY + timedelta(days=days[1]))
    with pytest.raises(ScenarioInvalid, match=f"does not include {TODAY}"):
        load(home, elsewhere(5, *window), profile(1, 1))


def test_more_than_the_owner_allows_is_refused_before_anything_is_sent(home: LabHome) -> None:
    words = refused(load(home, elsewhere(5), profile(100, 10)))
    assert words.startswith("mine.yaml: authorised.max_rps: allows 5 requests a second, and the profile needs up to")
    assert "ask for at most 50 in 100 of its people (--scale, --rate, --users)" in words


def test_what_a_login_needs_counts_once_it_is_known(home: LabHome) -> None:
    one = load(home, elsewhere(5), profile(20, 10))
    must_keep_pace(one, 2)
    with pytest.raises(ScenarioInvalid, match=r"needs up to 6\.0 \(3 a login\)"):
        must_keep_pace(one, 3)


def test_on_this_machine_there_is_no_pace(home: LabHome) -> None:
    must_keep_pace(load(home, vendor(), profile(1000, 1)), 100)


def test_the_busiest_time_counts_and_not_the_mean() -> None:
    dues = [*range(0, 100, 10), *(50 + n / 10 for n in range(50))]
    assert busiest([Arrival(n, due, "login", "v", "p") for n, due in enumerate(dues)]) == pytest.approx(5.1)
    assert busiest([]) == 0


@pytest.mark.anyio
async def test_a_school_that_another_command_serves_is_not_taken(home: LabHome, tmp_path: Path) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        with announced(home, Running(school.url, school.control_url, 1, psutil.Process().pid)):
            one = load(home, vendor(), profile(1, 1), school.url)
            with pytest.raises(ScenarioInvalid, match=r"testbed idp serve: .* does not know the people of this load"):
                async with outside_target(one, RunFolder.at(tmp_path / "run")):
                    pass


# --- loads ------------------------------------------------------------------------------------------------------------


def reading_app(shows: str = "", **process: Any) -> Vendor:
    """The repository's example vendor, as a process."""
    return vendor(
        login="{base_url}/login",
        probe={"url": f"{{base_url}}/{shows or 'me'}"},
        logout="{base_url}/logout",
        client={"client_id": "mine", "redirect_uris": ["{base_url}/callback"], "scopes": ["openid", "profile"]},
        process={
            "command": [sys.executable, str(PROGRAM)],
            "ready": "{base_url}/up",
            "env": {
                "PORT": "{port}",
                "BASE_URL": "{base_url}",
                "ISSUER": "{issuer}",
                "CLIENT_ID": "mine",
                "CLIENT_SECRET": "{client_secret}",
            },
            **process,
        },
    )


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_process_of_openid_connect_is_loaded_and_measured(home: LabHome, tmp_path: Path) -> None:
    """It shows the sub alone, by which the school tells nobody else anything."""
    taken = made(load(home, reading_app(), profile(12, 1)), tmp_path / "run")
    assert Counter(record.outcome for record in taken.records) == {Outcome.RIGHT: 12}
    assert not taken.problems
    assert {sample.participant for sample in taken.samples} >= {"generator", "school", "vendor"}
    assert max(sample.memory for sample in taken.samples if sample.participant == "vendor") > 10 * 2**20
    assert (tmp_path / "run" / "vendor.log").exists()


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_page_that_shows_nobody_is_refused_with_what_it_must_show(home: LabHome, tmp_path: Path) -> None:
    words = not_made(load(home, reading_app("up"), profile(12, 1)), tmp_path / "run")
    assert words.startswith("mine.yaml: probe.url: http://127.0.0.1:")
    assert "/up shows nothing by which it can be told that " in words
    assert "To mend it: let the page of 'probe' show, by itself" in words
    assert "eduPersonPrincipalName" in words


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("process", "words"),
    [
        ({"command": ["/no/such/program"]}, "mine: process: command: cannot be run"),
        (
            {"command": [sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"]},
            "ended with status 3 before it answered; its output ends with:\n  out of luck",
        ),
        ({"ready": "{base_url}/broken", "ready_within_s": 2, "command": ["sleep", "60"]}, "gave no answer within 2 s"),
    ],
)
def test_a_process_that_does_not_serve_is_told_of(
    home: LabHome, tmp_path: Path, process: dict[str, Any], words: str
) -> None:
    assert words in not_made(load(home, reading_app(**process), profile(1, 1)), tmp_path / "run")


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_login_that_fails_is_told_before_the_load(home: LabHome, tmp_path: Path) -> None:
    words = not_made(load(home, vendor(), profile(5, 1)), tmp_path / "run")
    assert words.startswith("mine.yaml: login: one login before the load did not succeed (failed: ")


type Maker = Callable[[str], BadVendor]


def saml_load(home: LabHome, folder: Path, maker: Maker, clicks: Sequence[str] = ()) -> Taken:
    """On a vendor of SAML that runs already, and whose metadata alone says what it is called."""
    (port,) = free_ports(1)

    async def run() -> Taken:
        async with maker(f"http://127.0.0.1:{port}").serving() as served:
            described = vendor(
                protocol="saml",
                client=None,
                metadata=f"{served.url}/metadata",
                login=f"{served.url}/login",
                probe={"url": f"{served.url}/me"},
                clicks=[{"press": words} for words in clicks],
            )
            one, run_folder = load(home, described, profile(12, 1), served.school), RunFolder.at(folder)
            async with outside_target(one, run_folder) as target, loading(target, one.order, run_folder.log) as makes:
                return await makes.run(lambda _: "")

    return asyncio.run(run())


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_vendor_of_saml_that_runs_already_is_loaded(home: LabHome, tmp_path: Path) -> None:
    taken = saml_load(home, tmp_path / "run", lambda school: OddVendor(school, "asks-first"), ["Log in"])
    assert Counter(record.outcome for record in taken.records) == {Outcome.RIGHT: 12}
    assert {sample.participant for sample in taken.samples} >= {"generator", "school"}


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_vendor_that_gives_everybody_one_session_is_caught(home: LabHome, tmp_path: Path) -> None:
    taken = saml_load(home, tmp_path / "run", lambda school: BadVendor(school, "always-the-same-person"))
    found = Counter(record.outcome for record in taken.records)
    # NOTE: the one whose session it is may be among those who come.
    assert found[Outcome.OTHER] >= 11
    assert found[Outcome.OTHER] + found[Outcome.RIGHT] == 12
    assert len({shown for record in taken.records for shown in record.shown}) == 1


SAML_PROGRAM = """
import asyncio, os, sys
from pathlib import Path

sys.path.insert(0, os.environ["SUPPORT"])
from bad_vendor import BadVendor


async def main():
    assert b"EntityDescriptor" in Path(os.environ["IDP_METADATA"]).read_bytes()
    async with BadVendor(os.environ["SCHOOL"], "none").serving(int(os.environ["PORT"])):
        await asyncio.Event().wait()


asyncio.run(main())
"""


@pytest.mark.lab
@pytest.mark.usefixtures("nothing_left")
def test_a_process_of_saml_is_started_before_the_school_reads_its_metadata(home: LabHome, tmp_path: Path) -> None:
    one = vendor(
        protocol="saml",
        client=None,
        metadata="{base_url}/metadata",
        login="{base_url}/login",
        probe={"url": "{base_url}/me"},
        process={
            "command": [sys.executable, "-c", SAML_PROGRAM],
            "ready": "{base_url}/metadata",
            "env": {
                "PORT": "{port}",
                "SCHOOL": "{issuer}",
                "IDP_METADATA": "{idp_metadata}",
                "SUPPORT": str(ROOT / "tests" / "support"),
            },
        },
    )
    taken = made(load(home, one, profile(12, 1)), tmp_path / "run")
    assert Counter(record.outcome for record in taken.records) == {Outcome.RIGHT: 12}
    assert {sample.participant for sample in taken.samples} >= {"generator", "school", "vendor"}
