"""A small service that pupils log in to at their school by OpenID Connect: an example of a vendor's own container.

It knows nothing of the testbed. Its environment says the rest: PORT, where it serves; BASE_URL, where a browser finds
it; ISSUER, CLIENT_ID and CLIENT_SECRET, as the school registered it.
"""

import base64
import hashlib
import os
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

ISSUER, BASE_URL = os.environ["ISSUER"], os.environ["BASE_URL"]
CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
REDIRECT_URI = f"{BASE_URL}/callback"
COOKIE = "reading-app"
LEEWAY_S, TIMEOUT_S = 5, 15.0
MOST = 10_000
"""Logins under way, and sessions, that are kept; the oldest go first."""

type Claims = dict[str, Any]

logins: dict[str, dict[str, str]] = {}
sessions: dict[str, Claims] = {}


def kept[T](store: dict[str, T], value: T) -> str:
    """The key of a value that was put there."""
    while len(store) >= MOST:
        del store[next(iter(store))]
    key = secrets.token_urlsafe(32)
    store[key] = value
    return key


def with_cookie(answer: Response, value: str) -> Response:
    """The answer, by which the browser comes to hold this value."""
    answer.set_cookie(COOKIE, value, httponly=True, samesite="lax", secure=BASE_URL.startswith("https://"))
    return answer


def half_hash(text: str) -> str:
    """The left half of the digest of a token, as an ID token of RS256 names it (OpenID Connect Core 1.0, 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


async def metadata(http: httpx.AsyncClient) -> Claims:
    """What the school says of itself (OpenID Connect Discovery 1.0, 4.3).

    Raises:
        ValueError: it is another's.
    """
    answer = await http.get(f"{ISSUER}/.well-known/openid-configuration")
    found: Claims = answer.raise_for_status().json()
    if found["issuer"] != ISSUER:
        raise ValueError("the metadata is another issuer's")
    return found


async def up(_: Request) -> Response:
    """Whether it serves."""
    return JSONResponse({"up": True})


async def login(_: Request) -> Response:
    """The door: to the school, with a state, a nonce and a code challenge of this login's own (RFC 9700, 2.1)."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
        school = await metadata(http)
    under_way = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(under_way["verifier"].encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": CLIENT[0],
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile",
        "state": under_way["state"],
        "nonce": under_way["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    place = f"{school['authorization_endpoint']}?{urlencode(asked)}"
    return with_cookie(RedirectResponse(place, 303), kept(logins, under_way))


async def callback(request: Request) -> Response:
    """Back from the school: a session of a new name, or none and why."""
    under_way = logins.pop(request.cookies.get(COOKIE, ""), None)
    given = request.query_params
    if under_way is None or not secrets.compare_digest(given.get("state", ""), under_way["state"]):
        return JSONResponse({"error": "this browser has not begun this login"}, 400)
    if given.get("iss", ISSUER) != ISSUER or "code" not in given:
        return JSONResponse({"error": "the school gave no code"}, 400)
    try:
        claims = await redeemed(given["code"], under_way)
    except (httpx.HTTPError, JoseError, KeyError, TypeError, ValueError) as error:
        print(f"a login was refused: {error!r}", flush=True)
        return JSONResponse({"error": "the school's answer is not valid"}, 400)
    return with_cookie(RedirectResponse("/me", 303), kept(sessions, claims))


async def redeemed(code: str, under_way: dict[str, str]) -> Claims:
    """The claims of the ID token for which the code stands, held against OpenID Connect Core 1.0, 3.1.3.7."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": under_way["verifier"],
    }
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
        school = await metadata(http)
        answer = (await http.post(school["token_endpoint"], data=form, auth=CLIENT)).raise_for_status().json()
        keys = KeySet.import_key_set((await http.get(school["jwks_uri"])).raise_for_status().json())
    if str(answer["token_type"]).lower() != "bearer":
        raise ValueError("a token of an unknown type")
    # NOTE: a header that nobody knows is to be passed over, but for one that is marked as critical (RFC 7515, 4).
    token = jwt.decode(answer["id_token"], keys, registry=JWSRegistry(algorithms=["RS256"], strict_check_header=False))
    registry = JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": CLIENT[0]},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    registry.validate(token.claims)
    if token.claims.get("nonce") != under_way["nonce"]:
        raise ValueError("the token answers another login")
    audience = token.claims["aud"]
    if isinstance(audience, list) and audience != [CLIENT[0]]:
        raise ValueError("the token is for others too")
    if token.claims.get("at_hash", half_hash(answer["access_token"])) != half_hash(answer["access_token"]):
        raise ValueError("the access token is another's")
    if token.claims.get("azp", CLIENT[0]) != CLIENT[0]:
        raise ValueError("the token was issued to another")
    return dict(token.claims)


async def me(request: Request) -> Response:
    """Who is logged in."""
    claims = sessions.get(request.cookies.get(COOKIE, ""))
    if claims is None:
        return JSONResponse({"user": None}, 401)
    return JSONResponse(
        {"user": claims["sub"], "name": claims.get("given_name")}, headers={"Cache-Control": "no-store"}
    )


async def logout(request: Request) -> Response:
    """No longer anybody here."""
    sessions.pop(request.cookies.get(COOKIE, ""), None)
    answer = JSONResponse({"user": None})
    answer.delete_cookie(COOKIE)
    return answer


app = Starlette(routes=[Route(f"/{page.__name__}", page) for page in (up, login, callback, me, logout)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
