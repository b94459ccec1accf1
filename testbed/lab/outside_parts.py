"""The mock school for outside software, put together from what can be told to a process of its own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from idp.app import RelyingParty, School, SchoolConfig
from idp.config import OidcParty, SecondSchool
from idp.keys import KeyKind, SchoolKeys
from testbed.lab.guardrail import NamedFiles
from testbed.lab.home import LabHome
from testbed.lab.participant import HostRouter
from testbed.lab.permission import LOOPBACK_ONLY, Permission, permitted_road
from testbed.lab.places import SCHOOL
from testbed.lab.spec import REQUEST_TIMEOUT_S, Clock
from testbed.model.files import ScenarioInvalid
from testbed.model.private import create_private, read_private
from testbed.model.written import Bilingual, Person

SCHOOL_FOLDER, SECOND_FOLDER = "outside-school", "outside-second-school"
"""In the lab home. Apart from the lab's own school: a rollover played there must not lock outside vendors out."""
SECOND_PATH = "/second"
SECOND_NAME = Bilingual(sv="Den oärliga skolan (TEST)", en="The dishonest school (TEST)")
SECOND_SCOPE = "annan-skola.test"
TOKEN_FILE = "control-token"  # noqa: S105 - the name of a file, not a secret
PLAIN_HTTP = "http://"


@dataclass(frozen=True, slots=True)
class OutsideParts:
    """All that a process must know to serve the school."""

    home: Path
    url: str
    people: Mapping[str, Person]
    signing: KeyKind = "rsa"
    state: Path | None = None
    workers: int = 1
    relying_parties: tuple[RelyingParty, ...] = ()
    clients: tuple[OidcParty, ...] = ()
    files: Mapping[str, Path] = MappingProxyType({})
    """Vendors' metadata that was named as a file, by the URL that stands for it."""


@dataclass(frozen=True, slots=True)
class OutsideApps:
    """What is served: the public side, and the control API on a port of its own."""

    public: ASGIApp
    control: ASGIApp


def make_apps(parts: OutsideParts, http: httpx.AsyncClient, now: Clock) -> OutsideApps:
    """The school and, under a path of its own, the dishonest one.

    Raises:
        ScenarioInvalid: the lab home is not to be used.
    """
    school = make_first(parts, control_token(parts), http, now)
    both = Starlette(
        routes=[Mount(SECOND_PATH, make_second(parts, http, now).app), Mount("/", school.app)],
    )
    # NOTE: a name other than the school's own gets no answer, so that no web site can speak to it by a name that
    # is led to loopback (DNS rebinding).
    return OutsideApps(HostRouter({_host(parts.url): both}), school.control)


def make_first(parts: OutsideParts, token: str, http: httpx.AsyncClient, now: Clock) -> School:
    """The school that vendors trust; its control API opens to this token.

    Raises:
        ScenarioInvalid: the lab home or the state file is not to be used, or a client is registered in a way that
            cannot be.
    """
    config = SchoolConfig(
        base_url=parts.url,
        name=SCHOOL.name,
        people={name: person for name, person in parts.people.items() if person.school == SCHOOL.id},
        scope=SCHOOL.scope,
        relying_parties=parts.relying_parties,
        clients=parts.clients,
        control_token=token,
        acronym=SCHOOL.acronym,
        signing=parts.signing,
        state=parts.state,
        workers=parts.workers,
        second=SecondSchool(parts.url + SECOND_PATH, load_keys(parts, SECOND_FOLDER, now())),
    )
    keys = load_keys(parts, SCHOOL_FOLDER, now())
    try:
        return School(config, keys, http, now)
    except ValueError as error:
        raise _unfit(error) from error


def make_second(parts: OutsideParts, http: httpx.AsyncClient, now: Clock) -> School:
    """A school that nobody ought to believe: it knows no vendor, and lends its keys and its name to forged messages."""
    config = SchoolConfig(
        base_url=parts.url + SECOND_PATH,
        name=SECOND_NAME,
        people={},
        scope=SECOND_SCOPE,
        relying_parties=(),
        control_token=secrets.token_urlsafe(),
        signing=parts.signing,
    )
    return School(config, load_keys(parts, SECOND_FOLDER, now()), http, now)


def load_keys(parts: OutsideParts, folder: str, now: datetime) -> SchoolKeys:
    """The keys of one of the schools, made at first use.

    Raises:
        ScenarioInvalid: a file is damaged or open to others.
    """
    try:
        return SchoolKeys.load_or_make(own_folder(LabHome(parts.home), folder), folder, now, parts.signing)
    except ValueError as error:
        raise _unfit(error) from error


def _unfit(error: ValueError) -> ScenarioInvalid:
    """What is wrong with a file of keys or of state, or with a client, from the sentence that says so."""
    place, _, words = str(error).partition(": ")
    problem, _, mend = words.partition(". To mend it: ")
    return ScenarioInvalid(place, "", problem, mend or "see the message")


def token_file(home: LabHome) -> Path:
    """Guards the control API; the same between commands, so that one command can ask what another one serves."""
    path = own_folder(home, SCHOOL_FOLDER) / TOKEN_FILE
    create_private(path, secrets.token_urlsafe(32).encode("ascii"))
    return path


def control_token(parts: OutsideParts) -> str:
    """What opens the control API."""
    return read_private(token_file(LabHome(parts.home))).decode("ascii")


def own_folder(home: LabHome, name: str) -> Path:
    """A participant's folder, made where it is missing."""
    folder = home.participant_folder(name)
    # NOTE: one by one, for the mode that mkdir is given holds for the last folder alone.
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
    return folder


def outside_client(files: Mapping[str, Path], permission: Permission = LOOPBACK_ONLY) -> httpx.AsyncClient:
    """The school's only way out: to this machine, to permitted hosts, and to the files that were named."""
    return httpx.AsyncClient(
        transport=permitted_road(permission),
        mounts={"file://": NamedFiles(files)},
        timeout=REQUEST_TIMEOUT_S,
        trust_env=False,
    )


def _host(url: str) -> str:
    return url.removeprefix(PLAIN_HTTP).partition(":")[0].lower()
