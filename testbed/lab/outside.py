"""The mock school beside software that nobody here wrote: plain http on loopback, vendors registered by hand."""

import asyncio
import logging
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
from lxml import etree
from starlette.types import ASGIApp

from idp.app import School
from idp.keys import KeyKind
from testbed.lab.child import ChildProcess
from testbed.lab.guardrail import school_url
from testbed.lab.home import LabHome
from testbed.lab.machines import NO_MUTUAL_TLS, MutualTls
from testbed.lab.outside_parts import (
    SCHOOL_FOLDER,
    OutsideParts,
    make_apps,
    make_first,
    make_second,
    outside_client,
    own_folder,
    token_file,
)
from testbed.lab.outside_vendors import Parties, WantedVendors, parties
from testbed.lab.outside_worker import start_worker
from testbed.lab.participant import Server, server_for
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Person
from testbed.wire.xml import MD

DEFAULT_URL = "http://127.0.0.1:8400"
STATE_FILE, WORKERS_LOG = "state.sqlite", "workers.log"

log = logging.getLogger("testbed.outside")


@dataclass(frozen=True, slots=True)
class OutsideSpec:
    """A mock school for outside vendors."""

    home: LabHome
    people: Mapping[str, Person]
    url: str = DEFAULT_URL
    """Scheme, host and port; port 0 takes a free one."""
    vendors: WantedVendors = field(default_factory=WantedVendors)
    control_port: int = 0
    signing: KeyKind = "rsa"
    """Which kind of key it signs with."""
    state: Path | None = None
    """Sessions, and where a key rollover stands, outlive the command in this file; None forgets them at its end."""
    workers: int = 1
    """So many processes serve it, with one socket and one state."""
    around: Callable[[ASGIApp], ASGIApp] | None = None
    """What watches its public side, where one process serves it."""


@dataclass(frozen=True, slots=True)
class OutsideSchool:
    """A school that serves."""

    url: str
    vendors: tuple[str, ...]
    """Their entity ids and client ids."""
    control_url: str
    token_file: Path
    secret_files: tuple[tuple[str, Path], ...] = ()
    """Clients whose secret was kept in the lab home, and where."""
    workers: tuple[ChildProcess, ...] = ()

    async def serve_until(self, over: asyncio.Event) -> None:
        """Wait for that event.

        Raises:
            ParticipantUnavailable: one of the processes that serve has ended by itself.
        """
        waiting = [asyncio.create_task(over.wait()), *(asyncio.create_task(child.ended()) for child in self.workers)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        for child in self.workers:
            child.must_live()


def _now() -> datetime:
    return datetime.now(UTC)


async def metadata(spec: OutsideSpec, *, second: bool) -> bytes:
    """What an outside vendor must trust: the school's EntityDescriptor, or an EntitiesDescriptor with both schools.

    Each is had from the school itself, so that what is written is what it serves.

    Raises:
        ScenarioInvalid: the URL is not for a school, or the lab home is not to be used.
    """
    must_name_its_port(spec.url)
    parts = _parts(spec, Parties())
    async with outside_client({}) as http:
        first = await _own(make_first(parts, "no control API is served", http, _now), "/saml/metadata")
        if not second:
            return first
        other = await _own(make_second(parts, http, _now), "/saml/metadata")
    both = etree.Element(f"{{{MD}}}EntitiesDescriptor", nsmap={"md": MD})
    both.extend(etree.fromstring(document) for document in (first, other))
    document: bytes = etree.tostring(both, xml_declaration=True, encoding="UTF-8")
    return document


async def jwks(spec: OutsideSpec) -> bytes:
    """The public keys of the school's OpenID Connect side, had from the school itself (RFC 7517).

    Raises:
        ScenarioInvalid: the lab home is not to be used.
    """
    async with outside_client({}) as http:
        return await _own(make_first(_parts(spec, Parties()), "no control API is served", http, _now), "/oidc/jwks")


def must_name_its_port(url: str) -> None:
    """Hold the URL against what a name must be that vendors are told before anything serves.

    Raises:
        ScenarioInvalid: it is not for a school, or its port is yet to be chosen.
    """
    _, port = school_url(url)
    if port == 0:
        raise ScenarioInvalid("--url", url, "has port 0, which is another port each time", "name the port")


@asynccontextmanager
async def outside_school(spec: OutsideSpec) -> AsyncIterator[OutsideSchool]:
    """The school, serving until the context ends.

    Raises:
        ScenarioInvalid: an address is not on loopback or in use, metadata or an agreement fits no vendor.
        ParticipantUnavailable: one of several workers did not come up.
    """
    log.info("TEST school for outside software: plain http on loopback, invented people only")
    host, port = school_url(spec.url)
    async with AsyncExitStack() as stack:
        public = stack.enter_context(_listening(host, port, "--url"))
        control = stack.enter_context(_listening(host, spec.control_port, "--control-port"))
        if spec.workers > 1 and spec.state is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="testbed-"))
            spec = replace(spec, state=Path(folder) / STATE_FILE)
        spec = replace(spec, url=_with_port(spec.url, _port(public)))
        http = await stack.enter_async_context(outside_client(spec.vendors.files, spec.vendors.permission))
        known = await parties(spec.vendors, spec.home, http)
        token, parts = token_file(spec.home), _parts(spec, known)
        workers: tuple[ChildProcess, ...] = ()
        if spec.workers > 1:
            # NOTE: put together here first, so that what is wrong is told once and in a sentence.
            make_apps(parts, http, _now)
            workers = await _in_processes(stack, parts, (public, control), spec.workers)
        else:
            apps = make_apps(parts, http, _now)
            watched = replace(apps, public=spec.around(apps.public)) if spec.around else apps
            servers = (server_for(watched.public), server_for(watched.control))
            await stack.enter_async_context(_serving(servers, (public, control)))
        control_url = f"http://{host}:{_port(control)}"
        yield OutsideSchool(spec.url, known.names, control_url, token, known.secret_files, workers)


@contextmanager
def ending_signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set, from the moment that this context begins."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, over.set)
    try:
        yield over
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def served(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: Path | None = None,
    mutual: MutualTls = NO_MUTUAL_TLS,
) -> AsyncIterator[str]:
    """An app on a port of loopback, 0 for a free one; yields its address.

    Args:
        app: it.
        host: the address to listen on.
        port: the port to listen on.
        certificate: key and certificate, where it is served over TLS.
        mutual: who is asked for a certificate.

    Raises:
        ScenarioInvalid: the port is in use.
    """
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(_listening(host, port, "the port"))
        await stack.enter_async_context(_serving((server_for(app, certificate, mutual),), (listener,)))
        yield f"{'https' if certificate else 'http'}://{host}:{_port(listener)}"


@asynccontextmanager
async def _serving(servers: Sequence[Server], sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """These servers, each on its socket, until the context ends."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for server, listener in zip(servers, sockets, strict=True):
                tasks.create_task(server.serve(sockets=[listener]))
            try:
                for server in servers:
                    await server.up.wait()
                yield
            finally:
                for server in servers:
                    server.should_exit = True
                    if server.config.is_ssl:
                        server.hang_up()
    except BaseExceptionGroup as group:
        # NOTE: in a group, whoever waits for it would not know what has ended the context.
        if len(group.exceptions) > 1:
            raise
        [error] = group.exceptions
        raise error from error.__cause__


async def _in_processes(
    stack: AsyncExitStack, parts: OutsideParts, sockets: Sequence[socket.socket], count: int
) -> tuple[ChildProcess, ...]:
    log_file = own_folder(LabHome(parts.home), SCHOOL_FOLDER) / WORKERS_LOG
    log_file.unlink(missing_ok=True)
    log.info("the workers' log is %s", log_file)
    started = []
    for number in range(1, count + 1):
        child = await start_worker(parts, sockets, number, log_file)
        stack.push_async_callback(child.stop)
        started.append(child)
    return tuple(started)


def _parts(spec: OutsideSpec, known: Parties) -> OutsideParts:
    return OutsideParts(
        home=spec.home.path,
        url=spec.url,
        people=spec.people,
        signing=spec.signing,
        state=spec.state,
        workers=spec.workers,
        relying_parties=known.relying_parties,
        clients=known.clients,
        files=spec.vendors.files,
    )


async def _own(school: School, path: str) -> bytes:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(school.app), base_url="http://school.localhost"
    ) as itself:
        answer = await itself.get(path)
    return answer.raise_for_status().content


# --- sockets ------------------------------------------------------------------------------------------------------


def _listening(host: str, port: int, option: str) -> socket.socket:
    # NOTE: asyncio turns delays off (TCP_NODELAY) only for a socket that names its protocol; they cost 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        reason = (error.strerror or "no").lower()
        raise ScenarioInvalid(
            option, f"{host}:{port}", f"cannot be listened on ({reason})", "end what uses it, or choose another port"
        ) from error
    return listener


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _with_port(url: str, port: int) -> str:
    """The URL as it stands, unless it left the port to be chosen."""
    return f"{url.removesuffix(':0')}:{port}" if url.endswith(":0") else url
