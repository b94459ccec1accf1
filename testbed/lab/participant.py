"""A process of a lab: the schools and the federation (``school_process``) or vendors (``vendors_process``).

It reads its configuration as one JSON line from standard input (so that no token stands in an argument list), takes
listening sockets that the lab has bound, says ``{"ready": true}`` and serves until standard input ends: a lab that
is gone, however it went, leaves no participant behind. The one thing that it is asked meanwhile, by a line, is to serve
by the certificate that its file has now; it answers with a line when it does. In a container it binds its sockets
itself, ends when it is told to, and is asked for the certificate by a signal (SIGHUP).
"""

import asyncio
import json
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
import uvloop
from pydantic import TypeAdapter
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from testbed.lab.home import LabHome, trusting
from testbed.lab.machines import NO_MUTUAL_TLS, MutualTls
from testbed.lab.mutual import telling_protocol
from testbed.lab.spec import REQUEST_TIMEOUT_S, Clients, LabSpec
from testbed.model.files import load_people
from testbed.model.written import Agreement, Vendor

GRACE_S = 2
"""How long requests under way may take when the lab closes."""


WAITING = 256
"""Connections that nobody has taken up yet."""
KEEP_ALIVE_S = 75
"""Longer than any client keeps a connection that nobody uses, so that none is closed under a request."""


@dataclass(frozen=True, slots=True)
class ParticipantConfig:
    """What the lab tells a participant process."""

    home: Path
    people: Path
    vendors: tuple[Vendor, ...]
    agreements: tuple[Agreement, ...]
    proxies: Mapping[str, str]
    """Sender host to the URL of its own listener at the proxy."""
    certificate: Path
    """Key and certificate for the public side."""
    sockets: tuple[int, ...] = ()
    """Descriptors of listening sockets that the lab has bound: of the public side, then of the school's control API."""
    ports: tuple[int, ...] = ()
    """Instead of them, in a container: of every address there, to be bound by the process itself."""
    control_token: str = ""
    state: Path | None = None
    """See :class:`testbed.lab.spec.LabSpec`."""
    workers: int = 1
    """The same."""


CONFIG: TypeAdapter[ParticipantConfig] = TypeAdapter(ParticipantConfig)


class HostRouter:
    """Several hosts behind one socket: the Host header chooses the app."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a host that nobody answers for gets 421 (RFC 9110, 15.5.20)."""
        headers = dict(scope.get("headers", ()))
        host = headers.get(b"host", b"").decode("latin-1").lower().partition(":")[0]
        app = self._apps.get(host, PlainTextResponse("No service here answers for this host.\n", 421))
        await app(scope, receive, send)


class Server(uvicorn.Server):
    """Tells when it listens, and leaves signals to the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    def reload_certificate(self) -> None:
        """Serve by the certificate that its file has now, also whoever holds a connection that was not used."""
        config = self.config
        if config.ssl is None or config.ssl_certfile is None:
            return
        config.ssl.load_cert_chain(config.ssl_certfile)
        for connection in tuple(self.server_state.connections):
            connection.shutdown()

    def hang_up(self) -> None:
        """End every connection at once.

        NOTE: over TLS a caller that keeps a connection without reading from it never agrees to its end.
        """
        for connection in tuple(self.server_state.connections):
            transport = connection.transport
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def now() -> datetime:
    """The time, in aware UTC."""
    return datetime.now(UTC)


def server_for(app: ASGIApp, certificate: Path | None = None, mutual: MutualTls = NO_MUTUAL_TLS) -> Server:
    """A server for one app, with TLS where there is a certificate.

    NOTE: a caller without a certificate is let in, for one socket serves hosts that ask and hosts that do not, and
    which one is meant is not known in time: OpenSSL keeps to what it was told before it heard the server's name. The
    app refuses. A certificate of an issuer that is not known makes no connection.
    """
    file = str(certificate) if certificate else None
    asks = bool(mutual.hosts and certificate)
    return Server(
        uvicorn.Config(
            app,
            ssl_certfile=file,
            ssl_keyfile=file,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            ssl_cert_reqs=ssl.CERT_OPTIONAL if asks else ssl.CERT_NONE,
            ssl_ca_certs=str(mutual.issuers) if asks else None,
            http=telling_protocol(mutual.hosts) if asks else "h11",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
    )


async def until_lab_ends(servers: list[tuple[Server, int]], *, piped: bool = True) -> None:
    """Serve on these descriptors, say so, and end by SIGTERM, or where the lab holds the other end of standard input
    with that."""
    loop = asyncio.get_running_loop()
    over, served = asyncio.Event(), [server for server, _ in servers]
    loop.add_signal_handler(signal.SIGTERM, over.set)
    async with asyncio.TaskGroup() as tasks:
        for server, descriptor in servers:
            tasks.create_task(server.serve(sockets=[socket.socket(fileno=descriptor)]))
        for server, _ in servers:
            await server.up.wait()
        print(json.dumps({"ready": True}), flush=True)
        lifeline = tasks.create_task(_obey_until_stdin_ends(served)) if piped else None
        if lifeline:
            lifeline.add_done_callback(lambda _: over.set())
        else:
            loop.add_signal_handler(signal.SIGHUP, lambda: _reload(served))
        await over.wait()
        if lifeline:
            lifeline.cancel()
        for server, _ in servers:
            server.should_exit = True


def _reload(servers: Sequence[Server]) -> None:
    for server in servers:
        server.reload_certificate()


async def _obey_until_stdin_ends(servers: Sequence[Server]) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        _reload(servers)
        print(json.dumps({"reloaded": True}), flush=True)


type Serving = Callable[[ParticipantConfig, LabSpec, Clients], Awaitable[list[tuple[Server, int]]]]
"""Puts servers together, each with the descriptor of its socket."""


async def _serve(config: ParticipantConfig, serving: Serving) -> None:
    home = LabHome(config.home)
    agreements = {agreement.id: agreement for agreement in config.agreements}
    spec = LabSpec(home, load_people(config.people), config.vendors, agreements, config.state, config.workers)
    mutual = spec.mutual
    async with AsyncExitStack() as stack:

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            trust = trusting(home.ca_file, mutual.credential(sender, number))
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    proxy=config.proxies[sender], verify=trust, timeout=REQUEST_TIMEOUT_S, trust_env=False
                )
            )

        piped = not config.ports
        if not piped:
            config = replace(config, sockets=tuple(map(_bound, config.ports)))
        await until_lab_ends(await serving(config, spec, client), piped=piped)


def _bound(port: int) -> int:
    """The descriptor of a socket that listens at this port of every address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # NOTE: all addresses of a name space of its own, where the gateway alone can call.
    listener.bind(("0.0.0.0", port))  # noqa: S104
    listener.listen(WAITING)
    return listener.detach()


def run(serving: Serving) -> None:
    """Be the process that serves this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # NOTE: asyncio writes head and body of an answer by a system call each, and each wakes the client; this loop
    # writes them together, which is two fifths of the cost of a login.
    uvloop.run(_serve(CONFIG.validate_json(sys.stdin.readline()), serving))
