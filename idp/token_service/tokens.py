"""The side of a machine that calls others with tokens: asked for at first need by mutual TLS, and kept while good."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from idp.config import Clock
from idp.fetching import fetch
from idp.token_service.asking import Access

MAX_ANSWER = 64 * 1024
TIMEOUT_S = 10.0
MARGIN = timedelta(seconds=60)
"""A token is asked for anew so long before its end."""
MAX_KEPT = 1000
"""Tokens for so many places are kept."""


class NoToken(ValueError):
    """The token service gives none; says why."""


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    value: Annotated[str, Field(min_length=1, max_length=16 * 1024, pattern=r"^[\x21-\x7e]+$")]
    expires_in: Annotated[int, Field(ge=1, le=31 * 24 * 3600)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: _Given


@dataclass(frozen=True, slots=True)
class _Kept:
    value: str = field(repr=False)
    until: float


class AccessTokens:
    """The tokens of one machine.

    Args:
        service: the address that tokens are asked for at.
        entity_id: what the federation's metadata of machines calls the machine.
        http: its only way to the network, which shows its certificate.
        now: the time, in aware UTC.
    """

    def __init__(self, service: str, entity_id: str, http: httpx.AsyncClient, now: Clock) -> None:
        self._service, self._entity_id, self._http, self._now = service, entity_id, http, now
        self._kept: dict[Access, _Kept] = {}
        self._asking = asyncio.Lock()

    async def header(self, access: Access) -> Mapping[str, str]:
        """What a call must carry that does this there.

        Raises:
            NoToken: there is none to be had.
        """
        async with self._asking:
            kept = self._kept.get(access)
            if kept is None or kept.until <= self._now().timestamp():
                if len(self._kept) >= MAX_KEPT:
                    self._kept.clear()
                kept = self._kept[access] = await self._asked(access)
        return {"Authorization": f"Bearer {kept.value}"}

    def forget(self, access: Access) -> None:
        """Ask anew for this one: whoever it was for has not taken it."""
        self._kept.pop(access, None)

    async def _asked(self, access: Access) -> _Kept:
        began = self._now()
        body = _Transaction(
            access_token=(_Wanted(access=(access,)),), client=_Client(key=self._entity_id)
        ).model_dump_json()
        try:
            answer = await fetch(
                self._http,
                self._service,
                MAX_ANSWER,
                TIMEOUT_S,
                post=(body.encode(), {"Content-Type": "application/json"}),
            )
            given = _Answer.model_validate_json(answer).access_token
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NoToken("the token service cannot be reached") from error
        except ValidationError as error:
            raise NoToken("the token service answered with no token") from error
        except ValueError as error:
            raise NoToken(f"the token service {error}") from error
        return _Kept(given.value, (began + timedelta(seconds=given.expires_in) - MARGIN).timestamp())


class _Wanted(BaseModel):
    access: tuple[Access, ...]
    flags: tuple[str, ...] = ("bearer",)


class _Client(BaseModel):
    key: str


class _Transaction(BaseModel):
    """As :class:`idp.token_service.asking.Transaction` reads it."""

    access_token: tuple[_Wanted, ...]
    client: _Client
