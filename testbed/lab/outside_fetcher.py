"""A vendor that fetches rosters and that the testbed did not write, put together with the school it fetches from."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter, ValidationError

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.fetched_school import fetched_school
from testbed.lab.machines import MachineCertificates
from testbed.lab.school_ground import Addresses, shown_by_vendor
from testbed.lab.tried_fetcher import OutsideFetcher
from testbed.lab.tried_outside import KEY_FILE, places_of_any
from testbed.lab.tried_start import Surroundings, ports_of, tried_program
from testbed.lab.vendor_places import addressed
from testbed.model.federated_tls import EntityId
from testbed.model.files import ScenarioInvalid
from testbed.model.vendor import Fetch, Started
from testbed.model.written import Agreement
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

AGREEMENT = "class-lists-2025"
"""What holds with a vendor whose file names no agreement."""


@asynccontextmanager
async def outside_fetcher(case: OutsideCase, folder: RunFolder) -> AsyncIterator[OutsideFetcher]:
    """The vendor, and the school that it fetches from.

    Raises:
        ScenarioInvalid: its file lacks what it needs for that, or a port is in use.
    """
    case.home.certificate_authority()
    vendor, started, base = addressed(case.vendor)
    case = replace(case, vendor=vendor)
    fetch, agreement = _fetch(case, started), _agreement(case)
    async with AsyncExitStack() as stack:
        school = await stack.enter_async_context(fetched_school(case, agreement, anew=started is not None))
        state = Path(stack.enter_context(TemporaryDirectory(prefix="testbed-")))
        program = None
        if started is not None:
            places, near = fetcher_places(case, school.at, base), ports_of(*school.at.all)
            making = tried_program(case, started, Surroundings(places, near, folder))
            program = await stack.enter_async_context(making)
        world = OutsideFetcher(case, fetch, school, program, state)
        await world.restart()
        yield world


def _fetch(case: OutsideCase, started: Started | None) -> Fetch:
    """How it is made to fetch.

    Raises:
        ScenarioInvalid: its file does not say, or lacks something else.
    """
    where, exchange = case.vendor.id, case.vendor.exchange
    if exchange is None or exchange.fetch is None:
        mend = "say how: 'fetch: {url: ...}', '{at_start: true}' or '{every_s: ...}' (docs/certify-exchange.md)"
        raise ScenarioInvalid(where, "exchange.fetch", "is missing, so that nobody can make the vendor fetch", mend)
    if exchange.roster is None:
        problem = "is missing, so that nobody can see whom the vendor has fetched"
        raise ScenarioInvalid(where, "exchange.roster", problem, "name a page that shows them")
    if exchange.fetch.at_start and started is None:
        problem = "is for a vendor that the testbed starts, and this one has no 'process' and no 'container'"
        raise ScenarioInvalid(where, "exchange.fetch.at_start", problem, "add one of them, or name another way")
    try:
        TypeAdapter(EntityId).validate_python(exchange.entity_id)
    except ValidationError as error:
        problem = f"{exchange.entity_id} is no URI, and can stand in no register of machines"
        raise ScenarioInvalid(where, "exchange.entity_id", problem, "write it as https://...") from error
    return exchange.fetch


def _agreement(case: OutsideCase) -> Agreement:
    return case.agreement[1] if case.agreement else load_catalogue().agreements[AGREEMENT]


def fetcher_places(case: OutsideCase, at: Addresses, base: str) -> Mapping[str, str]:
    """What stands for what in the vendor's program, but for its state.

    Args:
        case: the vendor.
        at: where the school serves.
        base: where the vendor is to serve.
    """
    return {
        **places_of_any(case, base),
        "machines": at.machines,
        "machines_key": str((MachineCertificates(case.home).folder / KEY_FILE).absolute()),
        "tokens": at.tokens,
        "tokens_jwks": at.jwks_url,
        "token_url": at.token_url,
        "data_api": at.data_api,
        "client_certificate": str(shown_by_vendor(case).absolute()),
    }
