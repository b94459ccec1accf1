"""Certify one vendor that exchanges school data: put its world together, run the cases, come to an outcome."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from testbed.certify.engine import Certified, Progress
from testbed.certify.exchange.client import Clerk
from testbed.certify.exchange.engine import certify_calls
from testbed.certify.exchange.world import ExchangeWorld
from testbed.certify.outcome import outcome
from testbed.certify.profiles import as_used
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, as_part
from testbed.lab.judged_fetch import judged_fetch
from testbed.lab.outside_fetcher import outside_fetcher
from testbed.lab.spec import LabSpec
from testbed.lab.tried_client import InProcessClient, inprocess_client
from testbed.lab.tried_fetcher import OutsideFetcher
from testbed.lab.tried_outside import OutsideTried, outside_tried
from testbed.lab.tried_receiver import inprocess_receiver
from testbed.model.certificate import Certificate
from testbed.model.exchange_case import ExchangeCase
from testbed.model.verdict import RunRecord
from testbed.runner.folder import RunFolder


async def certify_exchange(case: OutsideCase, purpose: Purpose, folder: RunFolder, progress: Progress) -> Certificate:
    """One vendor, for one purpose.

    Raises:
        ScenarioInvalid: something in its file, or on the command line, is wrong.
    """
    started, data = datetime.now(UTC), None
    cases = [one for one in purpose.cases if isinstance(one, ExchangeCase)]
    exchange = case.vendor.exchange
    if case.vendor.protocol == "ss12000" and (exchange is None or exchange.serves is None):
        async with _client(case, folder) as client:
            clerk = Clerk(case.vendor, client, purpose.profile, purpose.command, progress)
            certified = await clerk.certify(cases)
            if isinstance(client, OutsideFetcher):
                # NOTE: see below.
                case = replace(case, vendor=client.vendor)
                if certified.calibration.trouble is None:
                    data = await judged_fetch(case, client, purpose, folder)
    else:
        async with _world(case, folder) as world:
            used = (purpose.profile, purpose.command)
            certified = await certify_calls(case.vendor, world, cases, used, progress, case.patience_s)
            if isinstance(world, OutsideTried):
                # NOTE: with its addresses written out, and without its process, whose environment may be secret.
                case = replace(case, vendor=world.vendor)
    return _certificate(case, purpose, folder, (started, certified, data))


@asynccontextmanager
async def _world(case: OutsideCase, folder: RunFolder) -> AsyncIterator[ExchangeWorld]:
    if case.vendor.simulated is None:
        async with outside_tried(case, folder) as outside:
            yield outside
        return
    async with inprocess_receiver(_spec(case), case.vendor) as inside:
        yield inside


@asynccontextmanager
async def _client(case: OutsideCase, folder: RunFolder) -> AsyncIterator[InProcessClient | OutsideFetcher]:
    if case.vendor.simulated is None:
        async with outside_fetcher(case, folder) as outside:
            yield outside
        return
    async with inprocess_client(_spec(case), case.vendor) as inside:
        yield inside


def _spec(case: OutsideCase) -> LabSpec:
    agreements = {case.agreement[1].id: case.agreement[1]} if case.agreement else {}
    return LabSpec(case.home, case.people, (case.vendor,), agreements)


def _certificate(
    case: OutsideCase, purpose: Purpose, folder: RunFolder, came_to: tuple[datetime, Certified, RunRecord | None]
) -> Certificate:
    started, certified, data = came_to
    found, why = outcome(purpose.profile, certified.results, certified.configuration, data)
    if certified.calibration.trouble is not None:
        why = (certified.calibration.trouble,)
    found, why = as_part(purpose, found, why)
    return Certificate(
        vendor=case.vendor,
        profile=as_used(purpose.profile),
        outcome=found,
        why=why,
        started=started,
        finished=datetime.now(UTC),
        digest="",
        configuration=certified.configuration,
        calibration=certified.calibration,
        results=certified.results,
        seed=purpose.seed,
        id=folder.path.name,
        versions=purpose.versions,
        data=data,
    )
