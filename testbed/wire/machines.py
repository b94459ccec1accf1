"""A federation's register of machines (RFC 9932) as it was fetched: whom it names. Signatures are not looked at."""

import base64
import binascii
from collections.abc import Iterator

from testbed.model.exchange_messages import MachineRegister, RegisteredMachine
from testbed.model.wire import Exchange, Pointer, host_of
from testbed.wire.bodies import decoded
from testbed.wire.objects import Members, object_of, text
from testbed.wire.xml import Unreadable

MAX_DOCUMENT = 16 * 1024 * 1024
MAX_ENTITIES = 10_000
MAX_ENDPOINTS = 200
MAX_PINS = 20
MAX_NAME = 1024
MAX_TTL_S = 366 * 24 * 3600
"""A register that says that it may be kept for longer is taken to say this."""
HTTP_OK = 200


def messages(exchange: Exchange) -> tuple[MachineRegister, ...]:
    """The register that was answered; none where the answer is none.

    It is known by its form: a JWS in the general JSON serialisation whose payload names entities and a cache_ttl.
    """
    response = exchange.response
    if exchange.request.method != "GET" or response is None or response.status != HTTP_OK:
        return ()
    body = decoded(response.headers, response.body)
    # NOTE: every page that was fetched is looked at, and few of them can be one.
    if b'"signatures"' not in body or b'"payload"' not in body:
        return ()
    try:
        payload = object_of(_payload(object_of(body, MAX_DOCUMENT)), MAX_DOCUMENT)
    except Unreadable:
        return ()
    entities, ttl = payload.get("entities"), payload.get("cache_ttl")
    if not isinstance(entities, list) or isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0:
        return ()
    machines = tuple(_machine(one) for one in entities[:MAX_ENTITIES] if isinstance(one, dict))
    return (
        MachineRegister(Pointer(exchange.number, "response.body"), exchange.started, min(ttl, MAX_TTL_S), machines),
    )


def _payload(document: Members) -> bytes:
    written = text(document, "payload")
    try:
        return base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("has no payload in base64url") from error


def _machine(entity: Members) -> RegisteredMachine:
    name = text(entity, "entity_id")[:MAX_NAME]
    hosts = [host_of(name), *(host_of(text(server, "base_uri")) for server in _endpoints(entity, "servers"))]
    pins = frozenset(pin for client in _endpoints(entity, "clients") for pin in _pins(client))
    return RegisteredMachine(name, tuple(dict.fromkeys(host for host in hosts if host)), pins)


def _pins(client: Members) -> Iterator[str]:
    found = client.get("pins")
    for pin in found[:MAX_PINS] if isinstance(found, list) else ():
        if isinstance(pin, dict) and (digest := text(pin, "digest")):
            yield digest[:MAX_NAME]


def _endpoints(entity: Members, kind: str) -> Iterator[Members]:
    found = entity.get(kind)
    yield from (one for one in found[:MAX_ENDPOINTS] if isinstance(one, dict)) if isinstance(found, list) else ()
