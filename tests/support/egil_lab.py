"""A school that sends by EGIL, a federation that names the receiver, and a receiver that tests can spoil."""

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import agreements
import httpx
from agreements import EVERYTHING

from idp.federated_tls.refused import Untrusted
from idp.population.school import OWNER
from idp.scim.kinds import ENDPOINTS, Kind
from idp.scim.pushing import SPEECH, Egil
from idp.sending.calls import Calls
from idp.sending.limits import Guard, Patience, SendingConfig
from idp.sending.sender import Pushed, SendingSchool
from idp.sending.terms import Receiver, Terms
from idp.ss12000.roll import Roll
from idp.state import State
from testbed.model.federated_tls import Callers, Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.written import Agreement, Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SECRET = b"secret of the school, in a test."
PARTY, URL = "https://lasning.test", "https://lasning.test/scim/v2"
MEDIA_TYPE = "application/scim+json"
NO_GUARD, PATIENCE = Guard(most=10_000, share=1.0), Patience()
PIN = Pin(digest="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
OF_SCHOOL = ("pupil", "teacher", "staff")

type Json = dict[str, Any]
type Fault = Callable[[httpx.Request], httpx.Response | Exception | None]


def an_agreement(*clauses: Mapping[str, Any], **changes: Any) -> Agreement:
    """One in force at :data:`NOW`, about everything of pupils and employees where no clause is given."""
    return agreements.an_agreement(*(clauses or ({"subjects": OF_SCHOOL, "required": EVERYTHING},)), **changes)


def entity(url: str = URL, *tags: str, name: str = PARTY) -> Entity:
    """What the federation says of a receiver."""
    server = Endpoint(tags=tags or ("egilv1",), base_uri=url, pins=(PIN,))
    return Entity(entity_id=name, issuers=(Issuer(x509certificate=CERTIFICATE),), servers=(server,))


def scim(status: int, body: Json | None = None, **headers: str) -> httpx.Response:
    """An answer as SCIM has it."""
    content = b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers={"content-type": MEDIA_TYPE, **headers})


def calls_to(answering: Any, patience: Patience = PATIENCE, pause: Any = asyncio.sleep) -> Calls:
    """Calls to a receiver that answers so, at :data:`NOW`."""
    terms = Terms(Receiver(PARTY, URL, an_agreement, frozenset({"lasning.test"})), lambda: NOW)
    http = httpx.AsyncClient(transport=httpx.MockTransport(answering))
    return Calls(http, terms, SPEECH, SendingConfig(NO_GUARD, patience, pause))


@dataclass
class Holder:
    """A receiver that does as EGIL says, unless ``before`` or ``after`` has another answer for it."""

    held: dict[str, dict[str, Json]] = field(default_factory=lambda: {name: {} for name in ENDPOINTS})
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path, from below the address on."""
    requests: list[httpx.Request] = field(default_factory=list)
    created: Counter[str] = field(default_factory=Counter)
    """How often each id came to be there."""
    before: Fault = lambda _: None
    """Answers in place of doing anything."""
    after: Fault = lambda _: None
    """Answers when all has been done."""
    page: int | None = None

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """For :class:`httpx.MockTransport`."""
        path = str(request.url).removeprefix(URL)
        self.asked.append((request.method, path))
        self.requests.append(request)
        if (spoiled := self.before(request)) is not None:
            return _or_raise(spoiled)
        answer = self._do(request.method, path, request.content)
        spoiled = self.after(request)
        return answer if spoiled is None else _or_raise(spoiled)

    def asked_since(self, number: int) -> list[str]:
        """Methods and endpoints, in order, each once in a row."""
        steps = [f"{method} {path.split('/')[1].split('?')[0]}" for method, path in self.asked[number:]]
        return [step for index, step in enumerate(steps) if index == 0 or step != steps[index - 1]]

    def _do(self, method: str, path: str, content: bytes) -> httpx.Response:
        endpoint, _, name = path.lstrip("/").partition("/")
        endpoint, _, query = endpoint.partition("?")
        there = self.held[endpoint]
        if method == "GET":
            return self._list(endpoint, parse_qs(query))
        if method == "DELETE":
            return scim(204 if there.pop(name, None) else 404)
        told = json.loads(content)
        if method == "POST":
            if told["externalId"] in there:
                return scim(409, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "409"})
            self.created[told["externalId"]] += 1
        elif name not in there:
            return scim(404, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"})
        there[told["externalId"]] = told
        return scim(201 if method == "POST" else 200, {**told, "id": told["externalId"]})

    def _list(self, endpoint: str, query: dict[str, list[str]]) -> httpx.Response:
        everything = [{**one, "id": name} for name, one in self.held[endpoint].items()]
        start = int(query["startIndex"][0]) - 1 if self.page else 0
        some = everything[start : start + (self.page or len(everything))]
        return scim(200, {"totalResults": len(everything), "itemsPerPage": len(some), "Resources": some})


def _or_raise(spoiled: httpx.Response | Exception) -> httpx.Response:
    if isinstance(spoiled, Exception):
        raise spoiled
    return spoiled


@dataclass
class Federation:
    """What the school is told of machines."""

    entities: tuple[Entity, ...] = (entity(),)
    broken: bool = False

    async def machines(self, _: dt.datetime) -> Any:
        if self.broken:
            raise Untrusted("expired")
        return SimpleNamespace(callers=Callers.of(Machines(cache_ttl=60, entities=self.entities)))


@dataclass
class Lab:
    """Everything that a test needs."""

    people: Mapping[str, Person] = field(repr=False)
    agreement: Agreement | None = field(default_factory=an_agreement)
    path: Path | None = None
    """Of the school's database."""
    guard: Guard = NO_GUARD
    patience: Patience = PATIENCE
    now: dt.datetime = NOW
    pauses: list[float] = field(default_factory=list)
    holder: Holder = field(default_factory=Holder)
    federation: Federation = field(default_factory=Federation)
    hosts: frozenset[str] = frozenset({"lasning.test"})

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self.holder.handle))
        self.state = State(self.path, lambda: self.now)
        self.restart()

    def restart(self) -> None:
        """The school's process ends and begins anew, with the same database."""
        self.roll = Roll(self.people, self.state)
        config = SendingConfig(self.guard, self.patience, self._pause)
        school = SendingSchool(self.roll, OWNER, SECRET)
        self.egil = Egil(school, self.state, self.http, self.federation, config)

    async def push(self, rebuild: bool = False, url: str = URL) -> Pushed[Kind]:
        """Send to the receiver."""
        return await self.egil.push(Receiver(PARTY, url, lambda: self.agreement, self.hosts), rebuild)

    def change(self, name: str, **changes: Any) -> None:
        """The school knows something else of a person from now on."""
        known = [change.after for change in self.roll.changes() if change.person == name and change.after]
        self.roll.put((known or [self.people[name]])[-1].model_copy(update=changes))

    def some(self, role: str = "pupil", number: int = 0) -> Person:
        """A person of this role whose identity is not protected."""
        return [one for one in self.people.values() if one.role == role and not one.protected][number]

    def octets(self) -> bytes:
        """Of the school's database."""
        assert self.path is not None
        return b"".join(file.read_bytes() for file in self.path.parent.iterdir())

    async def expected(self) -> dict[str, dict[str, Json]]:
        """What a receiver holds that was sent everything at once."""
        other = Lab(self.people, self.agreement, now=self.now)
        for change in self.roll.changes():
            if change.after:
                other.roll.put(change.after)
            else:
                other.roll.leave(change.person)
        assert (await other.push()).whole
        return other.holder.held

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def total(pushed: Pushed[Kind], what: str) -> int:
    """Over all types."""
    return sum(getattr(count, what) for count in pushed.counts.values())


def endless(_: httpx.Request) -> httpx.Response:
    """An answer without an end."""

    async def octets() -> Any:
        while True:
            yield b"x" * 65536

    return httpx.Response(201, content=octets(), headers={"content-type": MEDIA_TYPE})


def refs(value: Any) -> list[tuple[str, str]]:
    """All references in a body."""
    if isinstance(value, list):
        return [one for member in value for one in refs(member)]
    if not isinstance(value, dict):
        return []
    found = [one for member in value.values() for one in refs(member)]
    if "$ref" in value:
        endpoint, _, name = value["$ref"].partition("/")
        assert name == value["value"]
        found.append((endpoint, name))
    return found
