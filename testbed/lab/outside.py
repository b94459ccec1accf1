"""The mock school beside software that nobody here wrote: plain http on loopback, vendors known by their metadata."""

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
from lxml import etree
from starlette.applications import Starlette
from starlette.routing import Mount

from idp.app import RelyingParty, School, SchoolConfig
from idp.keys import KeyKind, SchoolKeys
from testbed.lab.guardrail import LoopbackOnly, NamedFiles, school_url
from testbed.lab.home import LabHome
from testbed.lab.outside_vendors import WantedVendors, relying_parties
from testbed.lab.participant import HostRouter, Server, server_for
from testbed.lab.places import SCHOOL
from testbed.lab.spec import REQUEST_TIMEOUT_S
from testbed.model.files import ScenarioInvalid
from testbed.model.private import create_private, read_private
from testbed.model.written import Bilingual, Person
from testbed.wire.xml import MD

DEFAULT_URL = "http://127.0.0.1:8400"
SCHOOL_FOLDER, SECOND_FOLDER = "outside-school", "outside-second-school"
"""In the lab home. Apart from the lab's own school: a rollover played there must not lock outside vendors out."""
SECOND_PATH = "/second"
SECOND_NAME = Bilingual(sv="Den oärliga skolan (TEST)", en="The dishonest school (TEST)")
SECOND_SCOPE = "annan-skola.test"
TOKEN_FILE = "control-token"  # noqa: S105 - the name of a file, not a secret
PLAIN_HTTP = "http://"

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


@dataclass(frozen=True, slots=True)
class OutsideSchool:
    """A school that serves."""

    url: str
    vendors: tuple[str, ...]
    """Their entity ids."""
    control_url: str
    token_file: Path


def _now() -> datetime:
    return datetime.now(UTC)


async def metadata(spec: OutsideSpec, *, second: bool) -> bytes:
    """What an outside vendor must trust: the school's EntityDescriptor, or an EntitiesDescriptor with both schools.

    Each is had from the school itself, so that what is written is what it serves.

    Raises:
        ScenarioInvalid: the URL is not for a school, or the lab home is not to be used.
    """
    _, port = school_url(spec.url)
    if port == 0:
        raise ScenarioInvalid("--url", spec.url, "has port 0, which is another port each time", "name the port")
    async with _client({}) as http:
        first = await _own_metadata(_school(spec, (), "no control API is served", http))
        if not second:
            return first
        other = await _own_metadata(_second_school(spec, http))
    both = etree.Element(f"{{{MD}}}EntitiesDescriptor", nsmap={"md": MD})
    both.extend(etree.fromstring(document) for document in (first, other))
    document: bytes = etree.tostring(both, xml_declaration=True, encoding="UTF-8")
    return document


@asynccontextmanager
async def outside_school(spec: OutsideSpec) -> AsyncIterator[OutsideSchool]:
    """The school, serving until the context ends.

    Raises:
        ScenarioInvalid: an address is not on loopback or in use, metadata or an agreement fits no vendor.
    """
    log.info("TEST school for outside software: plain http on loopback, invented people only")
    host, port = school_url(spec.url)
    async with AsyncExitStack() as stack:
        public = stack.enter_context(_listening(host, port, "--url"))
        control = stack.enter_context(_listening(host, spec.control_port, "--control-port"))
        spec = replace(spec, url=_with_port(spec.url, _port(public)))
        http = await stack.enter_async_context(_client(spec.vendors.files))
        parties = await relying_parties(spec.vendors, http)
        token_file = _token_file(spec.home)
        school = _school(spec, parties, read_private(token_file).decode("ascii"), http)
        # NOTE: a name other than the school's own gets no answer, so that no web site can speak to it by a name that
        # is led to loopback (DNS rebinding).
        both = Starlette(
            routes=[Mount(SECOND_PATH, _second_school(spec, http).app), Mount("/", school.app)],
        )
        router = HostRouter({_host(spec.url): both})
        servers = ((server_for(router), public), (server_for(school.control), control))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for server, listener in servers:
            tasks.create_task(server.serve(sockets=[listener]))
        stack.callback(_close, [server for server, _ in servers])
        for server, _ in servers:
            await server.up.wait()
        entity_ids = tuple(party.entity_id for party in parties)
        yield OutsideSchool(spec.url, entity_ids, f"http://{host}:{_port(control)}", token_file)


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


def _close(servers: Sequence[Server]) -> None:
    for server in servers:
        server.should_exit = True


def _school(spec: OutsideSpec, parties: tuple[RelyingParty, ...], token: str, http: httpx.AsyncClient) -> School:
    config = SchoolConfig(
        base_url=spec.url,
        name=SCHOOL.name,
        people={name: person for name, person in spec.people.items() if person.school == SCHOOL.id},
        scope=SCHOOL.scope,
        relying_parties=parties,
        control_token=token,
        acronym=SCHOOL.acronym,
        signing=spec.signing,
        state=spec.state,
    )
    keys = _keys(spec, SCHOOL_FOLDER)
    try:
        return School(config, keys, http, _now)
    except ValueError as error:
        raise _unfit(error) from error


def _second_school(spec: OutsideSpec, http: httpx.AsyncClient) -> School:
    """A school that nobody ought to believe: it knows no vendor, and lends its keys and its name to forged messages."""
    config = SchoolConfig(
        base_url=spec.url + SECOND_PATH,
        name=SECOND_NAME,
        people={},
        scope=SECOND_SCOPE,
        relying_parties=(),
        control_token=secrets.token_urlsafe(),
        signing=spec.signing,
    )
    return School(config, _keys(spec, SECOND_FOLDER), http, _now)


def _keys(spec: OutsideSpec, folder: str) -> SchoolKeys:
    try:
        return SchoolKeys.load_or_make(_folder(spec.home, folder), folder, _now(), spec.signing)
    except ValueError as error:
        raise _unfit(error) from error


def _unfit(error: ValueError) -> ScenarioInvalid:
    """What is wrong with a file of keys or of state, from the sentence that says so."""
    place, _, words = str(error).partition(": ")
    problem, _, mend = words.partition(". To mend it: ")
    return ScenarioInvalid(place, "", problem, mend or "see the message")


async def _own_metadata(school: School) -> bytes:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(school.app), base_url="http://school.localhost"
    ) as itself:
        answer = await itself.get("/saml/metadata")
    return answer.raise_for_status().content


def _token_file(home: LabHome) -> Path:
    """Guards the control API; the same between commands, so that one command can ask what another one serves."""
    path = _folder(home, SCHOOL_FOLDER) / TOKEN_FILE
    create_private(path, secrets.token_urlsafe(32).encode("ascii"))
    return path


def _folder(home: LabHome, name: str) -> Path:
    """A participant's folder, made where it is missing."""
    folder = home.participant_folder(name)
    # NOTE: one by one, for the mode that mkdir is given holds for the last folder alone.
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
    return folder


def _client(files: Mapping[str, Path]) -> httpx.AsyncClient:
    """The school's only way out: to this machine, and to the files that were named."""
    return httpx.AsyncClient(
        transport=LoopbackOnly(httpx.AsyncHTTPTransport()),
        mounts={"file://": NamedFiles(files)},
        timeout=REQUEST_TIMEOUT_S,
        trust_env=False,
    )


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


def _host(url: str) -> str:
    return url.removeprefix(PLAIN_HTTP).partition(":")[0].lower()


def _with_port(url: str, port: int) -> str:
    """The URL as it stands, unless it left the port to be chosen."""
    return f"{url.removesuffix(':0')}:{port}" if url.endswith(":0") else url
