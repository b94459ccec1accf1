"""Notices by which a school says that something has changed (SS 12000, webhooks): they name nobody, and are fetched on.

A notice makes the vendor call the school, so whoever can send one can make it work. It counts only with a token that
the federation's token service made for that school and for this vendor's webhooks, and with that school's own key.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.requests import Request

from sp_mocks.body import read_body
from sp_mocks.config import ReceivingPlace
from sp_mocks.federated_tls import FederatedMachines
from sp_mocks.machine_tokens import NOTICES, SCHEME, MachineTokens
from sp_mocks.oidc.reading import json_object
from sp_mocks.refusal import Refused

MAX_BODY = 64 * 1024
BODY_TIMEOUT_S = 20.0
SPELLINGS = ("modifiedEntites", "modifiedEntities")
"""The standard's own document writes it in the first way, some schools in the second."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a school has said."""

    modified: tuple[str, ...]
    """Resource types, in the singular."""
    deleted: bool


class Webhooks:
    """The vendor's webhooks, one for each school.

    Args:
        place: how it knows schools.
        http: its only way to the network.
        now: the time, in aware UTC.
        checks: whether it asks whom a notice is from; a vendor that does well does.
        checks_tokens: whether it looks whose token a notice brings, and for what; the same.
    """

    def __init__(
        self,
        place: ReceivingPlace,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        *,
        checks: bool = True,
        checks_tokens: bool = True,
    ) -> None:
        self._base_url, self._checks, self._checks_tokens = place.base_url, checks, checks_tokens
        self._machines = FederatedMachines(place.machines, http, now)
        self._tokens = MachineTokens(place, NOTICES, http, now)
        self._schools = {secrets.token_urlsafe(16): school for school in place.schools}

    def target(self, school: str) -> str:
        """Where a school is to say that something has changed."""
        return next(f"{self._base_url}/{path}" for path, known in self._schools.items() if known == school)

    async def heard(self, request: Request) -> tuple[str, Notice]:
        """Which school says what.

        Raises:
            Refused: it is no notice, or none of the school whose webhook this is.
            KeysNotHad: nobody can tell whose it is just now.
        """
        school = self._schools.get(request.path_params["path"])
        if school is None:
            raise Refused("notice-not-expected")
        if self._checks:
            await self._must_be_from(school, request)
        return school, read_notice(await _body(request))

    async def _must_be_from(self, school: str, request: Request) -> None:
        shown = request.headers.get("authorization", "")
        if not self._checks_tokens:
            if shown.partition(" ")[0].lower() != SCHEME:
                raise Refused("token-not-readable")
            return
        entity = await self._machines.caller(request.scope)
        granted = await self._tokens.check(shown)
        if not entity.entity_id == granted.entity == school:
            raise Refused("notice-not-expected")


def read_notice(body: bytes) -> Notice:
    """What a notice says.

    Raises:
        Refused: it is none.
    """
    members = json_object(body, "notice-not-readable")
    kinds = next((members[name] for name in SPELLINGS if name in members), [])
    deleted = members.get("deletedEntities", False)
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds) or not isinstance(deleted, bool):
        raise Refused("notice-not-readable")
    return Notice(tuple(kinds), deleted)


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await read_body(request, MAX_BODY)
    except (Refused, TimeoutError) as error:
        raise Refused("notice-not-readable") from error
