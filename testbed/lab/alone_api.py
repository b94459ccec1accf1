"""A data API that is served alone (:mod:`testbed.lab.served_alone`)."""

import secrets
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.people import generate
from idp.ss12000.app import SchoolDataConfig, make
from idp.state import State
from idp.token_service.bearer import BearerTokens, TokenTrust
from testbed.lab.alone_told import issuer, key, now, told
from testbed.lab.api_callers import holders_of_keys
from testbed.lab.places import AUDIENCE, CLIENTS, SCHOOL
from testbed.model.files import load
from testbed.model.wire import host_of
from testbed.model.written import Agreement


def server(http: httpx.AsyncClient) -> ASGIApp:
    """A school's data API."""
    base, machines, tokens = told("BASE_URL"), told("MACHINES"), told("TOKENS")
    opened = BearerTokens(TokenTrust(tokens, told("TOKENS_JWKS"), AUDIENCE, base), http)
    known = MachineSource(machines, FederationKey.of(issuer(machines), dict(key())), http)
    hosts = {name: frozenset({host_of(name)}) for name in CLIENTS.values()}
    authenticate = holders_of_keys(opened, known, hosts, load(Path(told("AGREEMENT")), Agreement), now)
    people = {name: one for name, one in generate(1).people.items() if one.school == SCHOOL.id}
    config = SchoolDataConfig(people=people, authenticate=authenticate, secret=secrets.token_bytes(32))
    return make(config, State(None, now), http).app
