"""The control API: how the lab asks for a bad message, and for the accounts of each login, of each forged message and
of who has called.

Served on a port of its own, never to vendors or browsers.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from idp.accounts import Accounts, Makings
from idp.body import read_body
from idp.orders import Orders
from idp.refused import Refused
from testbed.model.calls import CALLS, Call
from testbed.model.forgery import MADE
from testbed.model.orders import ORDER, AnyOrder
from testbed.model.release import RELEASE_RECORDS
from testbed.model.written import Person

MAX_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """What the lab may ask to be told."""

    accounts: Accounts
    makings: Makings
    strangers: Callable[[], Mapping[str, object]]
    """The public keys that no vendor has any reason to trust, as a JWK Set."""
    calls: Callable[[], tuple[Call, ...]]
    """What this process has served since it was asked."""
    person: Callable[[str], Person | None]
    """The person of this id, as the school knows them now."""


def control_app(token: str, orders: Orders, told: Told) -> Starlette:
    """The app; every call needs ``Authorization: Bearer <token>``.

    Raises:
        ValueError: the token is empty, which would let everyone in.
    """

    async def give_account(_: Request) -> Response:
        """What was released since the last call, and why; it is told once."""
        return Response(RELEASE_RECORDS.dump_json(told.accounts.take()), media_type="application/json")

    async def give_made(_: Request) -> Response:
        """The messages that were forged since the last call; they are told once."""
        return Response(MADE.dump_json(told.makings.take()), media_type="application/json")

    async def show_strangers(_: Request) -> Response:
        """For whoever lures a vendor to keys of an attacker."""
        return JSONResponse(dict(told.strangers()), media_type="application/jwk-set+json")

    async def give_calls(_: Request) -> Response:
        """What reached the public side since the last call; it is told once."""
        return Response(CALLS.dump_json(told.calls()), media_type="application/json")

    async def show_person(request: Request) -> Response:
        """For whoever must know the same people."""
        person = told.person(request.path_params["person"])
        if person is None:
            return _bad("the school knows nobody of this id", 404)
        return Response(person.model_dump_json(), media_type="application/json")

    return Starlette(
        routes=[
            *order_routes(token, orders.obey),
            Route("/releases", _guarded(token, give_account), methods=["GET"]),
            Route("/made", _guarded(token, give_made), methods=["GET"]),
            Route("/strangers", _guarded(token, show_strangers), methods=["GET"]),
            Route("/calls", _guarded(token, give_calls), methods=["GET"]),
            Route("/people/{person}", _guarded(token, show_person), methods=["GET"]),
        ]
    )


def order_routes(token: str, obey: Callable[[AnyOrder], Awaitable[None]]) -> tuple[Route, Route]:
    """Where orders are taken, and where it is seen that they are.

    Args:
        token: opens both.
        obey: carries an order out; raises ValueError where it cannot be, and says why.

    Raises:
        ValueError: the token is empty, which would let everyone in.
    """
    if not token:
        raise ValueError("the control API needs a token")

    async def health(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def take(request: Request) -> Response:
        try:
            order = ORDER.validate_python(json.loads(await read_body(request, MAX_BODY)))
            await obey(order)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            return _bad(f"{field or 'the body'}: {first['msg']}")
        except RecursionError:
            return _bad("the body is nested too deep")
        except Refused as error:
            return _bad(error.cause, error.status)
        except ValueError as error:
            return _bad(str(error))
        return JSONResponse({"ok": True})

    return (
        Route("/health", _guarded(token, health), methods=["GET"]),
        Route("/orders", _guarded(token, take), methods=["POST"]),
    )


type Endpoint = Callable[[Request], Awaitable[Response]]


def _guarded(token: str, endpoint: Endpoint) -> Endpoint:
    expected = f"Bearer {token}".encode()

    async def guarded(request: Request) -> Response:
        if not compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return await endpoint(request)

    return guarded


def _bad(sentence: str, status: int = 400) -> Response:
    return PlainTextResponse(sentence + "\n", status)
