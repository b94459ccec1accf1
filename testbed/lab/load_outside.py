"""A vendor that the testbed did not write, as what a load is made on: the school beside it, and leave to do it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.load_names import Namer, Names
from testbed.lab.load_resources import Resources
from testbed.lab.load_trial import Allowed, alone, asked_last, elsewhere
from testbed.lab.load_vendor import started_vendor
from testbed.lab.loading import Target
from testbed.lab.outside import OutsideSpec, outside_school
from testbed.lab.outside_parts import SCHOOL_FOLDER, own_folder
from testbed.lab.places import SCHOOL as SCHOOL_PLACE
from testbed.lab.running import running_school
from testbed.model.files import ScenarioInvalid
from testbed.model.load import Order, Outcome, Record
from testbed.runner.folder import RunFolder

SCHOOL, VENDOR = "school", "vendor"
APART = 2
"""The school is served by so many processes at least: by one alone it would be this command, which makes the load."""
WHAT_IT_MUST_SHOW = (
    "let the page of 'probe' show, by itself between two tags or as a word of its own, who is logged in, as the "
    "school said it: eduPersonPrincipalName, mail, displayName, the sub, or a NameID or pairwise-id that stays the same"
)


@dataclass(frozen=True, slots=True)
class OutsideLoad:
    """A load on an outside vendor.

    Args:
        case: the vendor, as :func:`testbed.lab.vendor_places.prepared` has it.
        order: what is to be done there; the vendor in it is the case's.
        where: the vendor's file, for sentences.
        workers: so many processes serve the school, and two at least.
    """

    case: OutsideCase
    order: Order
    where: str
    workers: int = APART


def must_bear_load(load: OutsideLoad) -> None:
    """Hold the vendor against what can be loaded at all, before anything is sent or started.

    Raises:
        ScenarioInvalid: it cannot.
    """
    if load.case.container is not None:
        raise ScenarioInvalid(
            load.where, "container", "load is not made on a container", "start it yourself, and name its address"
        )
    if any(arrival.intercepted for arrival in load.order.arrivals):
        raise ScenarioInvalid(
            load.where, "", "what goes to it is not intercepted", "leave --intercept out; 'testbed certify' records"
        )
    # NOTE: one request for each flow is the least, and is known before the first one is sent.
    must_keep_pace(load, 1)


def must_keep_pace(load: OutsideLoad, requests: int) -> None:
    """See :meth:`testbed.lab.load_trial.Allowed.must_hold`; counted of one login."""
    Allowed(load.where, load.case.permission, load.order.arrivals).must_hold(requests, "a login")


@asynccontextmanager
async def outside_target(load: OutsideLoad, folder: RunFolder) -> AsyncIterator[Target]:
    """The school and the vendor, ready for load: one person has logged in, and the vendor's page has shown who it was.

    Raises:
        ScenarioInvalid: the vendor does not start or may not be asked so much, its page does not show who is logged in,
            or another command serves the school.
        ParticipantUnavailable: a process of ours did not come up.
    """
    must_bear_load(load)
    case = load.case
    async with AsyncExitStack() as stack:
        await must_have_own_school(case)
        process, pids = case.process, dict[str, Sequence[int]]()
        if process is not None and case.vendor.protocol == "saml":
            # NOTE: each reads the other's metadata as it comes up, so that a school which knows nobody comes first.
            async with outside_school(OutsideSpec(case.home, case.people, case.url)):
                pids[VENDOR] = await stack.enter_async_context(started_vendor(case, process, folder))
        spec = OutsideSpec(case.home, case.people, case.url, vendors=case.wanted, workers=max(APART, load.workers))
        school = await stack.enter_async_context(outside_school(spec))
        if process is not None and VENDOR not in pids:
            pids[VENDOR] = await stack.enter_async_context(started_vendor(case, process, folder))
        pids[SCHOOL] = [worker.pid for worker in school.workers]
        target = Target(
            schools={SCHOOL_PLACE.id: f"{school.url}/saml/metadata"},
            sampler=Resources(pids),
            names=_names(case, school.vendors).of,
            only=case.permission.hosts,
            max_rps=case.permission.max_rps,
        )
        tried = await _tried(target, load, folder.log)
        must_keep_pace(load, elsewhere(tried, case.permission.hosts))
        yield target


def _names(case: OutsideCase, parties: Sequence[str]) -> Names:
    """By what the vendor knows people; its entity ID may be known to its metadata alone, which the school has read."""
    vendor = case.vendor
    if vendor.protocol == "saml":
        vendor = vendor.model_copy(update={"entity_id": parties[0]})
    namer = Namer.of(SCHOOL_PLACE, own_folder(case.home, SCHOOL_FOLDER), datetime.now(UTC))
    return Names({SCHOOL_PLACE.id: namer}, (vendor,))


async def must_have_own_school(case: OutsideCase) -> None:
    """Make sure that no other command serves a school from the same lab home.

    Raises:
        ScenarioInvalid: one does.
    """
    async with running_school(case.home, case.url) as served:
        if served is not None:
            raise ScenarioInvalid(
                "testbed idp serve",
                served.url,
                "does not know the people of this load",
                f"end it (process {served.pid}): load starts a school of its own, with the same keys",
            )


# --- one login before the load ------------------------------------------------------------------------------------


async def _tried(target: Target, load: OutsideLoad, log: Path) -> Record:
    """One login by what makes the load, so that it is known to be able to tell whose session it is.

    Raises:
        ScenarioInvalid: it cannot, or the login does not get so far.
    """
    first = min(load.order.arrivals, key=lambda one: one.number)
    record = await alone(target, load.order, replace(first, flow="login"), log)
    if record.outcome is not Outcome.RIGHT:
        raise ScenarioInvalid(load.where, *_no_good(record, load.case.vendor.probe_url))
    return record


def _no_good(record: Record, probe: str) -> tuple[str, str, str]:
    """Field, problem and mend."""
    if record.outcome is Outcome.NOBODY:
        last = record.requests[-1] if record.requests else None
        answered = f", and the last answer was {last.status} of {last.name}" if last else ""
        return (
            "probe.url",
            f"{probe} shows nothing by which it can be told that {record.person} is logged in, so that a load could "
            f"not tell whose session anybody gets{answered}",
            WHAT_IT_MUST_SHOW,
        )
    return (
        "login",
        f"one login before the load did not succeed ({asked_last(record)})",
        "see the vendor's own log; 'testbed certify' with the same file says more",
    )
