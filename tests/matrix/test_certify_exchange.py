"""Two-sided: each case of an exchange is shown by an implementation that does it wrong, and none blames one that does
well."""

import asyncio
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from careless import Asked, Fault, Reply, Scene, fault
from careless_clients import CARELESS_CLIENTS, HONEST_CLIENT_FAULTS, ClientFault
from careless_receivers import HONEST_FAULTS, NOT_SEEN, SEEN_BY_CHANCE, careless_receivers
from careless_servers import careless_servers
from certifying import AS_WRITTEN, BROKEN, ROOT, Silent

from idp.people import generate
from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from sp_mocks.receiving.faults import RECEIVING_FAULTS
from testbed.certify.cases import load_exchange_cases
from testbed.certify.engine import Certified
from testbed.certify.exchange.client import Clerk
from testbed.certify.exchange.engine import certify_calls
from testbed.certify.outcome import outcome
from testbed.lab.home import LabHome
from testbed.lab.spec import LabSpec
from testbed.lab.tried_client import CAREFUL as CAREFUL_CLIENT
from testbed.lab.tried_client import CarelessClient, inprocess_client
from testbed.lab.tried_network import CAREFUL, Careless
from testbed.lab.tried_receiver import inprocess_receiver
from testbed.lab.tried_server import API, inprocess_server
from testbed.model.certificate import CaseResult, Observed, Outcome
from testbed.model.exchange_case import ExchangeCase
from testbed.model.vendor import Simulated
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import load_catalogue

EVERY = load_exchange_cases([ROOT / "scenarios"])
CASES = {case.id: case for case in EVERY}
OF = {side: {name for name, case in CASES.items() if case.side == side} for side in ("receiver", "server", "client")}
NOWHERE = LabHome(Path("/nonexistent"))
MAKING = {"receiver": careless_receivers, "server": careless_servers}
IDS = [f"{side} {fault.id}" for side, make in MAKING.items() for fault in make(NOWHERE)]
SERVER = Vendor.model_validate(
    {
        "id": "data-api",
        "name": "Data API",
        "protocol": "ss12000",
        "login": f"{API}/",
        "exchange": {"entity_id": API, "serves": API},
    }
)
KNOWN, PEOPLE = load_catalogue(), generate(4, 20).everybody
MORE_PEOPLE = generate(4, 60).everybody
"""More than one page of them."""
FAILING = ("fails-", "has-no-", "subscribes-nobody")
"""So begin the names of those that break down; what others do wrong is seen by what comes of it."""
NOT_A_VENDOR = {
    "refuses-everything": Reply(403),
    "breaks-down": Reply(500),
    "answers-noise": Reply(200, b"\x00\xff <p>Hej</p>"),
    "takes-everything": Reply(201, b"{}"),
}
NEEDS_SOCKETS = {"scim-transport-tls-1-1"}
ANSWER_S = 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    return LabHome.open(tmp_path_factory.mktemp("exchange") / "home")


@pytest.fixture(scope="module")
def faults(home: LabHome) -> Mapping[str, Fault]:
    return {f"{side} {fault.id}": fault for side, make in MAKING.items() for fault in make(home)}


def results(
    home: LabHome, cases: Sequence[ExchangeCase], careless: Careless = CAREFUL, honest_fault: str | None = None
) -> Mapping[str, CaseResult]:
    """What each case came to at a vendor that differs so from one that does well."""
    if all(case.side == "server" for case in cases):
        return asyncio.run(_of_server(home, cases, careless))
    if all(case.side == "client" for case in cases):
        return asyncio.run(_of_client(home, cases, CAREFUL_CLIENT, honest_fault))
    return _by_id(asyncio.run(_certified(home, cases, careless, honest_fault)))


async def _of_server(home: LabHome, cases: Sequence[ExchangeCase], careless: Careless) -> Mapping[str, CaseResult]:
    agreement = KNOWN.agreements["class-lists-2025"]
    people = {name: person for name, person in PEOPLE.items() if person.school == "skola"}
    async with inprocess_server(home, people, agreement, careless) as world:
        done = await certify_calls(SERVER, world, cases, (AS_WRITTEN, "testbed certify"), Silent(), ANSWER_S)
    return _by_id(done)


async def _of_client(
    home: LabHome, cases: Sequence[ExchangeCase], careless: CarelessClient, honest_fault: str | None = None
) -> Mapping[str, CaseResult]:
    compliant = KNOWN.vendors["class-lists"]
    assert compliant.simulated is not None
    simulated = Simulated(profile="class-lists", fault=honest_fault, hosts=compliant.simulated.hosts)
    vendor = compliant.model_copy(update={"simulated": simulated})
    agreement = KNOWN.agreements[vendor.agreement or ""]
    spec = LabSpec(home, MORE_PEOPLE, (vendor,), {agreement.id: agreement})
    async with inprocess_client(spec, vendor, careless) as world:
        clerk = Clerk(vendor, world, AS_WRITTEN, "testbed certify", Silent())
        return _by_id(await clerk.certify(cases))


def _by_id(done: Certified) -> Mapping[str, CaseResult]:
    assert done.configuration == ()
    assert done.calibration.trouble is None
    return {result.case.id: result for result in done.results}


async def _certified(
    home: LabHome, cases: Sequence[ExchangeCase], careless: Careless, honest_fault: str | None = None
) -> Certified:
    compliant = KNOWN.vendors["pupil-accounts"]
    assert compliant.simulated is not None
    simulated = Simulated(profile="pupil-accounts", fault=honest_fault, hosts=compliant.simulated.hosts)
    vendor = compliant.model_copy(update={"simulated": simulated})
    agreement = KNOWN.agreements[vendor.agreement or ""]
    spec = LabSpec(home, PEOPLE, (vendor,), {agreement.id: agreement})
    async with inprocess_receiver(spec, vendor, careless) as world:
        return await certify_calls(vendor, world, cases, (AS_WRITTEN, "testbed certify"), Silent(), ANSWER_S)


def named(patterns: Sequence[str]) -> set[str]:
    return {name for name in CASES if any(fnmatchcase(name, pattern) for pattern in patterns)}


def broken(found: Mapping[str, CaseResult]) -> Mapping[str, str]:
    return {name: result.reason.en for name, result in found.items() if result.verdict in BROKEN}


@pytest.mark.parametrize("side", OF)
def test_a_vendor_that_does_well_breaks_nothing(home: LabHome, side: str) -> None:
    found = results(home, [CASES[name] for name in sorted(OF[side])])
    assert broken(found) == {}
    odd = {name: result.verdict for name, result in found.items() if result.verdict is not Verdict.PASS}
    assert odd == dict.fromkeys(NEEDS_SOCKETS & OF[side], Verdict.SKIPPED)


@pytest.mark.parametrize(("name", "reply"), NOT_A_VENDOR.items())
def test_what_is_no_receiver_passes_nothing(home: LabHome, name: str, reply: Reply) -> None:
    async def always(_: Asked, __: Scene) -> Reply:
        return reply

    careless = fault(name, "", always).careless
    found = asyncio.run(_certified(home, [CASES[one] for one in sorted(OF["receiver"])], careless))
    assert found.configuration or found.calibration.trouble
    assert {result.verdict for result in found.results} == {Verdict.NOT_VERIFIED}
    assert outcome(AS_WRITTEN, found.results, found.configuration, None)[0] is Outcome.INCONCLUSIVE


def test_every_case_is_shown_by_a_fault_and_every_fault_by_a_case(faults: Mapping[str, Fault]) -> None:
    patterns = [*(fault.accepts for fault in (*faults.values(), *CARELESS_CLIENTS))]
    patterns += [tuple(text.split()) for text in (*HONEST_FAULTS.values(), *HONEST_CLIENT_FAULTS.values())]
    assert [pattern for of in patterns for pattern in of if not named([pattern])] == []
    assert set(CASES) - NEEDS_SOCKETS - set().union(*(named(of) for of in patterns)) == set()
    assert set(RECEIVING_FAULTS) == {*HONEST_FAULTS, *NOT_SEEN, SEEN_BY_CHANCE}


@pytest.mark.parametrize("name", IDS)
def test_a_mistake_is_seen_by_the_cases_that_it_names(home: LabHome, faults: Mapping[str, Fault], name: str) -> None:
    expected = named(faults[name].accepts)
    found = results(home, [CASES[one] for one in sorted(expected)], faults[name].careless)
    assert set(broken(found)) == expected, {one: result.reason.en for one, result in found.items()}
    fails = faults[name].id.startswith(FAILING)
    assert {result.observed is Observed.BROKE_DOWN for result in found.values()} == {fails}


@pytest.mark.parametrize("name", HONEST_FAULTS)
def test_a_fault_of_honest_traffic_is_seen_too(home: LabHome, name: str) -> None:
    expected = named(HONEST_FAULTS[name].split())
    found = results(home, [CASES[one] for one in sorted(expected)], honest_fault=name)
    assert set(broken(found)) == expected, {one: result.reason.en for one, result in found.items()}


@pytest.mark.parametrize("careless", CARELESS_CLIENTS, ids=lambda one: one.id)
def test_a_mistake_of_one_that_fetches_is_seen(home: LabHome, careless: ClientFault) -> None:
    expected = named(careless.accepts)
    found = asyncio.run(_of_client(home, [CASES[one] for one in sorted(expected)], careless.careless, careless.else_))
    assert set(broken(found)) == expected, {one: result.reason.en for one, result in found.items()}


@pytest.mark.parametrize("name", HONEST_CLIENT_FAULTS)
def test_a_fault_of_one_that_fetches_is_seen_too(home: LabHome, name: str) -> None:
    assert name in EXCHANGE_FAULTS
    expected = named(HONEST_CLIENT_FAULTS[name].split())
    found = results(home, [CASES[one] for one in sorted(expected)], honest_fault=name)
    assert set(broken(found)) == expected, {one: result.reason.en for one, result in found.items()}


@pytest.mark.kill
@pytest.mark.parametrize("careless", CARELESS_CLIENTS, ids=lambda one: one.id)
def test_a_mistake_of_one_that_fetches_is_seen_by_no_other_case(home: LabHome, careless: ClientFault) -> None:
    found = asyncio.run(
        _of_client(home, [CASES[one] for one in sorted(OF["client"])], careless.careless, careless.else_)
    )
    assert set(broken(found)) == named(careless.accepts), broken(found)


@pytest.mark.kill
@pytest.mark.parametrize("name", [*IDS, *HONEST_FAULTS, *NOT_SEEN])
def test_a_mistake_is_seen_by_no_other_case(home: LabHome, faults: Mapping[str, Fault], name: str) -> None:
    if name in faults:
        tried = [CASES[one] for one in sorted(OF[name.partition(" ")[0]])]
        expected, found = named(faults[name].accepts), results(home, tried, faults[name].careless)
    else:
        expected = named(HONEST_FAULTS.get(name, "").split())
        found = results(home, [CASES[one] for one in sorted(OF["receiver"])], honest_fault=name)
    assert set(broken(found)) == expected, {one: broken(found).get(one) for one in set(broken(found)) ^ expected}
