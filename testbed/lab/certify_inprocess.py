"""Certify the testbed's own vendors without sockets: for tests, the matrix, and whoever changes a case."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import httpx

from testbed.interception.browser import Browser
from testbed.lab.inprocess import InProcessStage, inprocess_lab
from testbed.lab.places import SCHOOL
from testbed.lab.spec import Clock, LabSpec
from testbed.lab.watching import ListenerApp
from testbed.model.calls import Call
from testbed.model.forgery import Made
from testbed.model.orders import AnyOrder
from testbed.model.written import Vendor
from testbed.runner.folder import RunFolder
from testbed.wire.xml import MAX_BYTES, MD, Unreadable, parse

LISTENER = "listener.test"


class InProcessWorld:
    """See :class:`testbed.certify.world.World`."""

    second_school = True
    can_restart = True
    may_exhaust = True
    listener_is_near = True

    def __init__(self, stage: InProcessStage, listener: ListenerApp) -> None:
        self._stage = stage
        self.listener = listener

    @property
    def school(self) -> str:
        """The first school's address."""
        return SCHOOL.url

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """A fresh one."""
        return self._stage.browser()

    async def restart(self, vendor: Vendor) -> None:
        """The simulated vendor, put together anew."""
        await self._stage.restart(vendor)

    async def ask(self, order: AnyOrder) -> None:
        """By the control API."""
        await self._stage.ask(order)

    async def made(self) -> tuple[Made, ...]:
        """By the control API."""
        return await self._stage.take_made()

    async def metadata(self, vendor: Vendor) -> bytes:
        """From the vendor itself."""
        async with self._stage.client("certify.test") as http:
            return await fetched_metadata(http, vendor)

    async def date_at(self, _: str) -> datetime | None:
        """There is one clock."""
        return None

    async def school_calls(self) -> tuple[Call, ...]:
        """By the control API."""
        return await self._stage.take_calls()


async def fetched_metadata(http: httpx.AsyncClient, vendor: Vendor) -> bytes:
    """The metadata of a vendor.

    Raises:
        ValueError: it cannot be had; says why.
    """
    body = bytearray()
    try:
        async with http.stream("GET", vendor.metadata) as answer:
            if not answer.is_success:
                raise ValueError(f"{vendor.metadata} answered {answer.status_code}")
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError(f"{vendor.metadata} is longer than {MAX_BYTES} bytes")
    except httpx.HTTPError as error:
        raise ValueError(f"{vendor.metadata} gave no answer ({type(error).__name__})") from error
    try:
        root = parse(bytes(body))
    except Unreadable as error:
        raise ValueError(f"{vendor.metadata} is no metadata: {error}") from error
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise ValueError(f"{vendor.metadata} is no metadata of one vendor, but {root.tag}")
    return bytes(body)


@asynccontextmanager
async def inprocess_world(spec: LabSpec, folder: RunFolder, now: Clock) -> AsyncIterator[InProcessWorld]:
    """The school and these vendors, in this process."""
    async with inprocess_lab(spec, folder, now) as stage:
        listener = ListenerApp(f"http://{LISTENER}")
        stage.add_host(LISTENER, listener)
        yield InProcessWorld(stage, listener)
