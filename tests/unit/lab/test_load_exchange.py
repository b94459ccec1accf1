"""Load on a vendor that exchanges rosters and that the testbed did not write: what is refused, and what is noticed."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from idp.people import generate
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.home import LabHome
from testbed.lab.load_exchange import ExchangeLoad, Exchanging, exchange_target, must_bear_exchange
from testbed.lab.loading import Taken, loading, order_for
from testbed.lab.permission import LOOPBACK_ONLY, Permission, permission_of
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid, load
from testbed.model.load import Outcome, Profile
from testbed.model.scenario import Flow
from testbed.model.written import Vendor
from testbed.runner.folder import RunFolder
from testbed.runner.profiles import with_vendor
from testbed.runner.schedule import arrivals_of

ROOT = Path(__file__).parents[3]
STARTED = ROOT / "scenarios" / "started"
PEOPLE = generate(1, 300).people
TODAY = date(2026, 5, 5)
WORDS = {"sv": "x", "en": "x"}


def profile(people: int, *flows: Flow) -> Profile:
    return Profile.model_validate(
        {
            "id": "x",
            "title": WORDS,
            "description": WORDS,
            "waves": [{"within_s": 3, "people": people}],
            "mix": [{"vendor": "mine", "flow": flow} for flow in flows],
            "settle_s": 30,
        }
    )


def described(name: str, **exchange: Any) -> dict[str, Any]:
    """One of the repository's files, with its exchange changed."""
    data = load(STARTED / f"{name}.yaml", Vendor).model_dump(mode="json", by_alias=True, exclude_none=True)
    data["exchange"] |= exchange
    return data


def fetcher(**exchange: Any) -> Vendor:
    return Vendor.model_validate(described("fetcher", **exchange))


def receiver(**exchange: Any) -> Vendor:
    return Vendor.model_validate(described("receiver", **exchange))


def elsewhere(max_rps: float, *, until: date = TODAY) -> Vendor:
    """A fetcher of somebody's that runs already."""
    url = "https://service.example"
    data = described("fetcher", roster=f"{url}/roster", fetch={"url": f"{url}/sync"})
    authorised = {"by": "Anna", "window": {"from": TODAY, "until": until}, "contact": "a@b.example", "max_rps": max_rps}
    return Vendor.model_validate(data | {"login": f"{url}/", "process": None, "authorised": authorised})


def made_of(home: LabHome, one: Vendor, asked: Profile, permission: Permission = LOOPBACK_ONLY) -> ExchangeLoad:
    case = OutsideCase(home, dict(PEOPLE), one, url="http://127.0.0.1:0", permission=permission)
    exchanging = Exchanging.of(case)
    vendor = exchanging.case.vendor
    asked = with_vendor(asked, vendor)
    arrivals = arrivals_of(asked, PEOPLE, 1, {vendor.id: exchanging.agreement})
    spec = LabSpec(home, dict(PEOPLE), (vendor.model_copy(update={"agreement": None}),), {})
    return ExchangeLoad(exchanging, order_for(asked, arrivals, spec, 1), "mine.yaml")


@pytest.fixture
def home(tmp_path: Path) -> LabHome:
    return LabHome.open(tmp_path / "home")


def refused(one: ExchangeLoad) -> str:
    with pytest.raises(ScenarioInvalid) as error:
        must_bear_exchange(one)
    return str(error.value)


def made(one: ExchangeLoad, folder: Path) -> Taken:
    async def run() -> Taken:
        run_folder = RunFolder.at(folder)
        async with exchange_target(one, run_folder) as target, loading(target, one.order, run_folder.log) as makes:
            return await makes.run(lambda _: "")

    return asyncio.run(run())


def not_made(one: ExchangeLoad, folder: Path) -> str:
    with pytest.raises(ScenarioInvalid) as error:
        made(one, folder)
    return str(error.value)


# --- what may be loaded -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "flow", "words"),
    [
        (fetcher(roster=None), "roster", "mine.yaml: exchange.roster: is missing"),
        (receiver(roster=None), "push", "mine.yaml: exchange.roster: is missing"),
        (fetcher(fetch=None), "roster", "mine.yaml: exchange.fetch: names nothing that can be called"),
        (fetcher(fetch={"at_start": True}), "roster", "mine.yaml: exchange.fetch: names nothing that can be called"),
        (fetcher(fetch={"every_s": 30}), "roster", "mine.yaml: exchange.fetch: names nothing that can be called"),
        (
            receiver(receives="http://127.0.0.1:9/egil"),
            "push",
            "mine.yaml: exchange.receives: is http://127.0.0.1:9/egil",
        ),
        (load(STARTED / "data-api.yaml", Vendor), "roster", "mine.yaml: exchange.serves: "),
    ],
)
def test_a_file_that_lacks_what_load_needs_is_refused_with_the_mend(
    home: LabHome, one: Vendor, flow: Flow, words: str
) -> None:
    said = refused(made_of(home, one, profile(2, flow)))
    assert said.startswith(words)
    assert "To mend it: " in said


def test_a_container_is_refused(home: LabHome) -> None:
    data = described("fetcher") | {"process": None, "container": {"image": "mine", "port": 9000}}
    assert refused(made_of(home, Vendor.model_validate(data), profile(2, "roster"))).startswith(
        "mine.yaml: container: "
    )


def test_the_provisioning_of_national_tests_is_refused(home: LabHome) -> None:
    with pytest.raises(ScenarioInvalid, match="load is not made on vendors that speak provisioning"):
        made_of(home, Vendor.model_validate(described("receiver") | {"protocol": "provisioning"}), profile(2, "push"))


def test_a_flow_in_which_the_vendor_has_no_part_is_refused(home: LabHome) -> None:
    with pytest.raises(ScenarioInvalid, match="scim has no part in 'roster'"):
        made_of(home, receiver(), profile(2, "roster"))


def test_a_host_that_nobody_has_authorised_is_refused() -> None:
    one = elsewhere(5).model_copy(update={"authorised": None})
    with pytest.raises(ScenarioInvalid, match="is not on loopback, and nobody has authorised test traffic to it"):
        permission_of(one, "mine.yaml", TODAY)


def test_another_day_than_those_authorised_is_refused() -> None:
    with pytest.raises(ScenarioInvalid, match="does not include 2026-05-06"):
        permission_of(elsewhere(5), "mine.yaml", date(2026, 5, 6))


def test_more_than_the_owner_allows_is_refused_before_anything_is_sent(home: LabHome) -> None:
    one = elsewhere(2)
    allowed = permission_of(one, "mine.yaml", TODAY)
    must_bear_exchange(made_of(home, one, profile(20, "roster"), allowed))
    said = refused(made_of(home, one, profile(21, "roster"), allowed))
    assert said.startswith("mine.yaml: authorised.max_rps: allows 2 requests a second, and the profile needs up to 2.1")


def test_where_the_school_sends_too_each_has_half_of_what_is_allowed(home: LabHome) -> None:
    one = elsewhere(4)
    allowed = permission_of(one, "mine.yaml", TODAY)
    assert made_of(home, one, profile(2, "roster"), allowed).of_each.max_rps == 4
    assert made_of(home, one, profile(2, "roster-told"), allowed).of_each.max_rps == 2
    assert "needs up to 4.2" in refused(made_of(home, one, profile(21, "roster", "roster-storm"), allowed))


# --- loads ------------------------------------------------------------------------------------------------------------


@pytest.mark.lab
def test_a_vendor_that_fetches_is_loaded_and_measured(home: LabHome, tmp_path: Path) -> None:
    one = made_of(home, fetcher(), profile(8, "roster", "roster-change", "roster-told", "roster-storm"))
    taken = made(one, tmp_path / "run")
    assert Counter(record.outcome for record in taken.records) == {Outcome.RIGHT: 8}
    assert len({record.flow for record in taken.records}) == 4
    assert not taken.problems
    assert {sample.participant for sample in taken.samples} >= {"generator", "school", "vendor"}


@pytest.mark.lab
def test_a_vendor_that_is_sent_rosters_is_loaded_and_measured(home: LabHome, tmp_path: Path) -> None:
    taken = made(made_of(home, receiver(), profile(6, "push", "push-change")), tmp_path / "run")
    assert Counter(record.outcome for record in taken.records) == {Outcome.RIGHT: 6}
    assert not taken.problems
    assert {sample.participant for sample in taken.samples} >= {"generator", "school", "vendor"}


@pytest.mark.lab
@pytest.mark.parametrize(
    ("one", "flow", "field", "words"),
    [
        (
            fetcher(roster="{base_url}/login", fetch={"url": "{base_url}/sync", "within_s": 1}),
            "roster",
            "exchange.roster",
            ", of whom the vendor was to be told (it asked the school's data API ",
        ),
        (receiver(roster="{base_url}/login"), "push", "exchange.roster", "/login does not show "),
        (
            fetcher(fetch={"url": "{base_url}/nowhere", "within_s": 1}),
            "roster",
            "exchange.fetch",
            "one roster before the load did not succeed (stopped: ",
        ),
        (
            receiver(receives="{base_url}/nowhere"),
            "push",
            "exchange.receives",
            "before the load, the vendor did not take ",
        ),
    ],
)
def test_what_could_not_be_judged_is_refused_after_one_exchange(
    home: LabHome, tmp_path: Path, one: Vendor, flow: Flow, field: str, words: str
) -> None:
    said = not_made(made_of(home, one, profile(2, flow)), tmp_path / "run")
    assert said.startswith(f"mine.yaml: {field}: ")
    assert words in said
    assert "To mend it: " in said


@pytest.mark.lab
def test_what_an_exchange_needs_counts_once_it_is_known_of_the_school_too(home: LabHome, tmp_path: Path) -> None:
    """The host is this machine's, and stands for one that the owner has authorised."""
    allowed = Permission(frozenset({"127.0.0.1"}), 1.0)
    said = not_made(made_of(home, receiver(), profile(4, "push-change"), allowed), tmp_path / "run")
    assert said.startswith("mine.yaml: authorised.max_rps: allows 1 requests a second")
    assert "an exchange)" in said


CLUMSY = """
import os, sys
import testbed.lab.alone_vendors as own
from testbed.lab.served_alone import _serve
import asyncio

making, calls = own.fetcher, 0


def clumsy(http):
    app = making(http)

    async def served(scope, receive, send):
        global calls
        calls += scope["type"] == "http" and scope["path"] == os.environ["BREAKS_AT"]
        if calls > int(os.environ["AFTER"]) and scope["path"] == os.environ["BREAKS_AT"]:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"too many"})
        else:
            await app(scope, receive, send)

    return served


own.fetcher = clumsy
asyncio.run(_serve("fetcher"))
"""


@pytest.mark.lab
@pytest.mark.parametrize(("place", "after"), [("/sync", "2"), ("/roster", "4")])
def test_a_vendor_that_breaks_under_load_is_noticed(home: LabHome, tmp_path: Path, place: str, after: str) -> None:
    """It answers two fetches, each of which leads to its page, and a look after each, and then no more: so the exchange
    before the load is well."""
    data = described("fetcher")
    data["process"]["command"] = ["{python}", "-c", CLUMSY]
    data["process"]["env"] |= {"BREAKS_AT": place, "AFTER": after}
    taken = made(made_of(home, Vendor.model_validate(data), profile(4, "roster")), tmp_path / "run")
    assert Counter(record.outcome for record in taken.records) == {Outcome.STOPPED: 4}
    assert "503" in taken.records[0].why


@pytest.mark.lab
def test_a_vendor_that_takes_no_notices_is_refused(home: LabHome, tmp_path: Path) -> None:
    one = made_of(home, fetcher(), profile(2, "roster-told"))
    hosts = one.exchanging.case.vendor.model_copy(update={"login": "https://127.0.0.1:1/login"})
    started = one.exchanging.started
    assert started is not None
    moved = replace(one.exchanging, case=replace(one.exchanging.case, vendor=hosts), started=started)
    said = not_made(replace(one, exchanging=moved), tmp_path / "run")
    assert "the vendor has subscribed to no notices" in said
