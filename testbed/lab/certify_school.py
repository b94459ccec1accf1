"""The school before which an outside vendor is certified: the one that another command serves, or one of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import httpx
from starlette.types import ASGIApp

from testbed.interception.browser import BrowserKind
from testbed.lab.certify_outside import OutsideCase, OutsideWorld
from testbed.lab.control import SchoolControl
from testbed.lab.guardrail import LOCALHOST
from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSpec, outside_school, served
from testbed.lab.outside_parts import outside_client, token_file
from testbed.lab.outside_vendors import Parties, parties
from testbed.lab.recording import SchoolRecorder
from testbed.lab.running import Running, running_school
from testbed.lab.watching import ListenerApp
from testbed.model.files import ScenarioInvalid
from testbed.model.orders import AnyOrder, ForgetForgeries, KnowClient, KnowVendor
from testbed.model.private import read_private
from testbed.model.wire import host_of
from testbed.model.written import Person, Vendor


def _elsewhere(url: str, vendor: Vendor) -> str:
    """The same place by a name that is not the vendor's, for a host by another port is the same host to many: nobody
    can be led off their own host."""
    if urlsplit(vendor.login).hostname == LOCALHOST:
        return url
    return url.replace("127.0.0.1", LOCALHOST)


@asynccontextmanager
async def outside_world(case: OutsideCase, persons: Sequence[Person] = ()) -> AsyncIterator[OutsideWorld]:
    """The school, which knows this vendor, and a listener, until the context ends: the school that another command of
    this lab home serves at the case's address, else one of its own.

    Args:
        case: the vendor.
        persons: who are to log in; a school that serves already must know them.

    Raises:
        ScenarioInvalid: an address is not on loopback or in use, metadata or an agreement fits no vendor, or the school
            that serves already does not do for this run.
    """
    async with AsyncExitStack() as stack:
        listener = ListenerApp()
        listener.url = _elsewhere(await stack.enter_async_context(served(listener)), case.vendor)
        running = await stack.enter_async_context(running_school(case.home, case.url))
        if running is None:
            world = await _own_school(stack, case, listener)
        else:
            world = await _running_school(stack, case, listener, running, persons)
        if case.browser is BrowserKind.CHROMIUM:
            await stack.enter_async_context(world.with_chromium(case.home))
        yield world


async def must_have_own_school(case: OutsideCase) -> None:
    """Hold the case against what a vendor needs that is started so that its server's calls are seen.

    Raises:
        ScenarioInvalid: another command of this lab home serves the school, and the calls to it would not be.
    """
    async with running_school(case.home, case.url) as running:
        if running is not None:
            raise _unfit(running, "does not record what a vendor's server asks of it, and the testbed starts this one")


async def _own_school(stack: AsyncExitStack, case: OutsideCase, listener: ListenerApp) -> OutsideWorld:
    recorders: list[SchoolRecorder] = []

    def around(app: ASGIApp) -> ASGIApp:
        recorders.append(SchoolRecorder(app, host_of(case.vendor.login)))
        return recorders[-1]

    spec = OutsideSpec(home=case.home, people=case.people, url=case.url, vendors=case.wanted, around=around)
    school = await stack.enter_async_context(outside_school(spec))
    control = await _control(stack, case.home, school.control_url)
    return OutsideWorld(case, school.url, control, listener, recorders[-1])


async def _control(stack: AsyncExitStack, home: LabHome, url: str) -> SchoolControl:
    http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))
    return SchoolControl(http, read_private(token_file(home)).decode("ascii"))


# --- a school that another command serves -------------------------------------------------------------------------


async def _running_school(
    stack: AsyncExitStack, case: OutsideCase, listener: ListenerApp, running: Running, persons: Sequence[Person]
) -> OutsideWorld:
    if running.workers > 1:
        raise _unfit(running, f"is served by {running.workers} processes, and certifying needs one", "--workers 1")
    if case.permission.hosts:
        raise _unfit(running, "speaks to this machine only, and the vendor is elsewhere")
    control = await _control(stack, case.home, running.control_url)
    for person in persons:
        if await control.person(person.id) != person:
            raise _unfit(running, f"does not know {person.id} as this run does", "the same --seed")
    async with outside_client({}) as http:
        known = await parties(case.wanted, case.home, http)
    for order in _orders(known):
        await control.ask(order)
    world = OutsideWorld(case, running.url, control, listener, None)
    for name in known.names:
        forget = ForgetForgeries(party=name)
        await control.ask(forget)
        # NOTE: whoever logs in at that school afterwards must not meet a message that was forged for this run.
        stack.push_async_callback(control.ask, forget)
    # NOTE: what it has told nobody is of runs that were broken off, and of whoever else has logged in.
    await control.take_made()
    await control.take_calls()
    return world


def _orders(known: Parties) -> Sequence[AnyOrder]:
    return (
        *(
            KnowVendor(
                entity_id=party.entity_id,
                metadata=party.metadata_url,
                agreement=party.agreement,
                release=party.release,
                sign_response=party.sign_response,
            )
            for party in known.relying_parties
        ),
        *(
            KnowClient(
                client=party.client,
                name=party.name,
                agreement=party.agreement,
                release=party.release,
                secret=party.secret,
            )
            for party in known.clients
        ),
    )


def _unfit(running: Running, problem: str, serve_with: str = "") -> ScenarioInvalid:
    """The school that serves does not do."""
    again = f"start it anew with {serve_with}, or " if serve_with else ""
    mend = f"{again}end it (process {running.pid}): certify then starts a school of its own"
    return ScenarioInvalid("testbed idp serve", running.url, problem, mend)
