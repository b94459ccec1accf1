"""A vendor that exchanges rosters and that the testbed did not write, as what a load is made on."""

import os
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.load_outside import SCHOOL, VENDOR, must_have_own_school
from testbed.lab.load_resources import Resources
from testbed.lab.load_school import LoadedSchool, loaded_school
from testbed.lab.load_trial import Allowed, alone, asked_last, elsewhere
from testbed.lab.loading import Target
from testbed.lab.outside_fetcher import fetcher_places
from testbed.lab.permission import Permission
from testbed.lab.tried_start import Surroundings, ports_of, tried_program
from testbed.lab.vendor_places import addressed, written_out
from testbed.model.files import ScenarioInvalid
from testbed.model.load import Arrival, Order, Outcome, Record
from testbed.model.scenario import PUSHED
from testbed.model.vendor import Container, Fetch, Protocol, Started
from testbed.model.written import Agreement
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

AGREEMENTS: dict[Protocol, str] = {"ss12000": "class-lists-2025", "scim": "pupil-accounts-2025"}
"""What holds with a vendor whose file names no agreement, by its protocol."""
SENDING = (*PUSHED, "roster-told", "roster-storm")
"""Flows in which the school calls the vendor."""
WHAT_IT_MUST_SHOW = (
    "let the page of 'exchange.roster' show each person whom it holds, without a login, by eduPersonPrincipalName, "
    "given name and family name, or the id that the school gives"
)


@dataclass(frozen=True, slots=True)
class Exchanging:
    """The vendor, with its addresses written out."""

    case: OutsideCase
    started: Started | None
    """How the testbed starts it; None where it runs already."""
    base: str
    """Where it is to serve then, else ""."""
    agreement: Agreement

    @classmethod
    def of(cls, case: OutsideCase) -> "Exchanging":
        """From the case as its file has it."""
        vendor, started, base = addressed(case.vendor)
        known = AGREEMENTS.get(vendor.protocol, "")
        agreement = case.agreement[1] if case.agreement else load_catalogue().agreements.get(known)
        if agreement is None:
            raise ScenarioInvalid(
                vendor.id,
                "protocol",
                f"load is not made on vendors that speak {vendor.protocol}",
                "load the laboratory's own with the profile provisioning-morning",
            )
        return cls(replace(case, vendor=vendor, url=written_out(case.url)), started, base, agreement)


@dataclass(frozen=True, slots=True)
class ExchangeLoad:
    """A load on it.

    Args:
        exchanging: the vendor.
        order: what is to be done there; the vendor in it is the same.
        where: the vendor's file, for sentences.
    """

    exchanging: Exchanging
    order: Order
    where: str

    @property
    def sends(self) -> bool:
        """Whether the school calls the vendor."""
        return any(arrival.flow in SENDING for arrival in self.order.arrivals)

    @property
    def of_each(self) -> Permission:
        """What those who make the load may send, and the school too where it sends: each half of what is allowed."""
        whole = self.exchanging.case.permission
        return replace(whole, max_rps=whole.max_rps / 2) if self.sends else whole


def must_bear_exchange(load: ExchangeLoad) -> None:
    """Hold the vendor against what can be loaded at all, before anything is sent or started.

    Raises:
        ScenarioInvalid: it cannot.
    """
    where = load.where
    wrong = _unfit(load.exchanging)
    if wrong is not None:
        raise ScenarioInvalid(where, *wrong)
    if any(arrival.intercepted for arrival in load.order.arrivals):
        raise ScenarioInvalid(
            where, "", "what goes to it is not intercepted", "leave --intercept out; 'testbed certify' records"
        )
    # NOTE: a look at its page is the least, and is known before the first one is sent.
    _must_keep_pace(load, 1, 0)


def _unfit(exchanging: Exchanging) -> tuple[str, str, str] | None:
    """Field, problem and mend of what keeps load from being made on the vendor."""
    exchange = exchanging.case.vendor.exchange
    if exchange is None or exchange.serves is not None:
        problem = "load is made on vendors that fetch rosters or are sent them, and this one serves a data API"
        return "exchange.serves", problem, "try it with 'testbed certify'"
    if isinstance(exchanging.started, Container):
        problem = "load is not made on a container of a vendor that exchanges rosters"
        return "container", problem, "start it yourself, and name its address"
    if exchange.roster is None:
        problem = "is missing, so that nobody could see whether the vendor holds whom it was told of"
        return "exchange.roster", problem, "name a page that shows them, such as 'roster: \"{base_url}/roster\"'"
    return _unfit_receiver(exchange.receives) if exchange.receives else _unfit_fetcher(exchange.fetch)


def _unfit_receiver(receives: str) -> tuple[str, str, str] | None:
    if receives.startswith("https://"):
        return None
    problem = f"is {receives}, and the school sends rosters by https alone"
    return "exchange.receives", problem, "let the vendor serve it with TLS, by {server_certificate} for example"


def _unfit_fetcher(fetch: Fetch | None) -> tuple[str, str, str] | None:
    if fetch is not None and fetch.url is not None:
        return None
    problem = "names nothing that can be called, so that nobody could make the vendor fetch when somebody is due"
    return "exchange.fetch", problem, "name a hook or a button: 'fetch: {url: ..., method: POST}'"


def _must_keep_pace(load: ExchangeLoad, by_people: int, by_school: int) -> None:
    """Hold what one exchange needs against what the owner allows: where the school sends too, each has half of it."""
    requests = 2 * max(by_people, by_school) if load.sends else by_people
    permission = load.exchanging.case.permission
    Allowed(load.where, permission, load.order.arrivals).must_hold(requests, "an exchange")


@asynccontextmanager
async def exchange_target(load: ExchangeLoad, folder: RunFolder) -> AsyncIterator[Target]:
    """The school and the vendor, ready for load: each kind of exchange has been done once, and the vendor's page has
    shown the person.

    Raises:
        ScenarioInvalid: the vendor does not start, may not be asked so much, or does not show whom it holds; or another
            command serves the school.
        ParticipantUnavailable: a process of ours did not come up.
    """
    must_bear_exchange(load)
    permission = load.of_each
    exchanging = replace(load.exchanging, case=replace(load.exchanging.case, permission=permission))
    case = exchanging.case
    async with AsyncExitStack() as stack:
        await must_have_own_school(case)
        school = await stack.enter_async_context(loaded_school(case, exchanging.agreement))
        pids: dict[str, Sequence[int]] = {SCHOOL: (os.getpid(),)}
        if exchanging.started is not None:
            pids[VENDOR] = await _started(stack, exchanging, exchanging.started, school, folder)
        target = Target(
            schools={},
            sampler=Resources(pids),
            ca=_authorities(case),
            control_at=school.control_url,
            token=school.token,
            names=school.name_of,
            only=permission.hosts,
            max_rps=permission.max_rps,
        )
        await _all_tried(target, load, school, folder.log)
        yield target


async def _started(
    stack: AsyncExitStack, exchanging: Exchanging, started: Started, school: LoadedSchool, folder: RunFolder
) -> tuple[int, ...]:
    """Start the vendor; the ids of its processes."""
    state = stack.enter_context(TemporaryDirectory(prefix="testbed-"))
    places = {**fetcher_places(exchanging.case, school.at, exchanging.base), "state": state}
    around = Surroundings(places, ports_of(*school.at.all), folder)
    program = await stack.enter_async_context(tried_program(exchanging.case, started, around))
    await program.start()
    return program.pids


def _authorities(case: OutsideCase) -> str:
    """Those that ``testbed certify`` trusts too: the lab's, by whose certificate a started vendor serves, and the
    machine's."""
    machine = (ssl.DER_cert_to_PEM_cert(one) for one in ssl.create_default_context().get_ca_certs(binary_form=True))
    return "".join((case.home.ca_file.read_text(encoding="ascii"), *machine))


# --- one exchange before the load -------------------------------------------------------------------------------------


async def _all_tried(target: Target, load: ExchangeLoad, school: LoadedSchool, log: Path) -> None:
    """One exchange of each kind, alone, so that it is known that the page can be judged, and what one needs.

    Raises:
        ScenarioInvalid: it cannot, an exchange is not done, or so many as are to come are not allowed.
    """
    await _first_sent(load, school)
    by_people = by_school = 0
    hosts = load.exchanging.case.permission.hosts
    for arrival in _first_of_each(load.order.arrivals):
        sent, asked = school.sent, school.data.calls
        record = await alone(target, load.order, arrival, log)
        if record.outcome is not Outcome.RIGHT:
            raise ScenarioInvalid(load.where, *_no_good(record, load.exchanging, school.data.calls - asked))
        if not school.data.calls and load.exchanging.case.vendor.protocol == "ss12000":
            problem = "was called, and the vendor asked the school's data API nothing"
            raise ScenarioInvalid(load.where, "exchange.fetch", problem, "let it fetch anew whenever it is called")
        by_people, by_school = max(by_people, elsewhere(record, hosts)), max(by_school, school.sent - sent)
    _must_keep_pace(load, by_people, by_school)


async def _first_sent(load: ExchangeLoad, school: LoadedSchool) -> None:
    """A receiver is sent everything once; what the load then sends is what has changed.

    Raises:
        ScenarioInvalid: it does not take that.
    """
    exchange = load.exchanging.case.vendor.exchange
    if exchange is None or exchange.receives is None:
        return
    try:
        await school.push()
    except ValueError as error:
        mend = "see the vendor's own log; 'testbed certify' with the same file says more"
        raise ScenarioInvalid(load.where, "exchange.receives", f"before the load, {error}", mend) from error


def _first_of_each(arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """The first who is to go through each flow."""
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.flow, arrival)
    return tuple(first.values())


def _no_good(record: Record, exchanging: Exchanging, asked: int) -> tuple[str, str, str]:
    """Field, problem and mend."""
    exchange = exchanging.case.vendor.exchange
    if record.outcome is Outcome.NOBODY:
        page = (exchange and exchange.roster) or ""
        heard = f" (it asked the school's data API {asked} times)" if exchange and exchange.fetch else ""
        problem = f"{page} does not show {record.person}, of whom the vendor was to be told{heard}"
        return "exchange.roster", problem, WHAT_IT_MUST_SHOW
    field = "exchange.fetch" if exchange and exchange.fetch else "exchange.receives"
    return (
        field,
        f"one {record.flow} before the load did not succeed ({asked_last(record)})",
        "see the vendor's own log; 'testbed certify' with the same file says more",
    )
