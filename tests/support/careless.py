"""Implementations that do one thing wrong: an app that does well with something around it.

A mistake is a function of the call, which may ask the app itself, or another host, and makes the answer.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from testbed.lab.collected import collected
from testbed.lab.machines import shown_by
from testbed.lab.tried_callers import TriedCallers
from testbed.lab.tried_network import Careless, Network
from testbed.model.exchange_case import By, Publication


@dataclass(frozen=True)
class Asked:
    """A call."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    scope: Scope

    @property
    def json(self) -> Any:
        """None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def parts(self) -> list[str]:
        """Of the path."""
        return self.path.strip("/").split("/")

    def but(self, **changed: Any) -> "Asked":
        """The same with something else; ``json`` stands for a body."""
        if "json" in changed:
            changed["body"] = json.dumps(changed.pop("json")).encode()
        if "headers" in changed:
            changed["headers"] = {**self.headers, **changed["headers"]}
        return replace(self, **changed)

    def shown(self, callers: TriedCallers, by: By) -> "Asked":
        """The same with the certificate of this caller."""
        certificate = callers.certificate(by)
        assert certificate is not None
        extensions = {**self.scope.get("extensions", {}), "tls": shown_by(certificate).extension()}
        return replace(self, scope={**self.scope, "extensions": extensions})


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def taken(self) -> bool:
        """Whether it is one of success."""
        return 200 <= self.status < 300


BROKEN = Reply(500, b"Traceback")
type Inner = Callable[[Asked], Awaitable[Reply]]


@dataclass(frozen=True)
class Scene:
    """What a mistake has at hand."""

    inner: Inner
    network: Network

    async def fetch(self, url: str) -> None:
        """Ask somebody else."""
        async with httpx.AsyncClient(transport=self.network) as http:
            await http.get(url)


type Mistake = Callable[[Asked, Scene], Awaitable[Reply]]


@dataclass(frozen=True)
class Fault:
    """An implementation that does one thing wrong, and the cases that must show it, by patterns."""

    id: str
    accepts: tuple[str, ...]
    careless: Careless


def fault(id_: str, accepts: str, mistake: Mistake) -> Fault:
    """One that answers so."""
    return remembering(id_, accepts, lambda: mistake)


def remembering(id_: str, accepts: str, making: Callable[[], Mistake]) -> Fault:
    """The same, and what it remembers begins anew with each app."""
    return Fault(id_, tuple(accepts.split()), Careless(lambda app, network: _Wrapped(app, network, making())))


def reads(id_: str, accepts: str, **as_: Publication) -> Fault:
    """One that takes publications of the register for others."""
    named: dict[Any, Publication] = {name.replace("_", "-"): what for name, what in as_.items()}
    return Fault(id_, tuple(accepts.split()), Careless(reads_as=named))


class _Wrapped:
    def __init__(self, app: ASGIApp, network: Network, mistake: Mistake) -> None:
        self._app, self._mistake = app, mistake
        self._scene = Scene(self._inner, network)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path, query = scope["path"], scope["query_string"].decode()
        asked = Asked(scope["method"], path, query, headers, bytes(body), scope)
        reply = await self._mistake(asked, self._scene)
        out = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": out})
        await send({"type": "http.response.body", "body": reply.body})

    async def _inner(self, asked: Asked) -> Reply:
        headers = [(name.encode(), value.encode("latin-1")) for name, value in asked.headers.items()]
        headers = [pair for pair in headers if pair[0] != b"content-length"]
        headers.append((b"content-length", str(len(asked.body)).encode()))
        scope = {**asked.scope, "method": asked.method, "path": asked.path, "headers": headers}
        scope |= {"raw_path": asked.path.encode(), "query_string": asked.query.encode()}
        status, told, body = await collected(self._app, scope, asked.body)
        return Reply(status, body, told)
