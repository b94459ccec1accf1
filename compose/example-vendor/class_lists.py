"""A small service that fetches classes from a school's data API (SS 12000:2020), an example of a vendor's container.

It knows nothing of the testbed. Its environment says the rest: PORT and SERVER_CERTIFICATE, by which it serves;
DATA_API and TOKEN_URL, where it fetches; ENTITY_ID, what the federation calls it; CLIENT_CERTIFICATE, which it shows;
CA, whom it trusts; STATE, a folder that it keeps its roster in.
"""

import asyncio
import html
import json
import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

DATA_API, TOKEN_URL, ENTITY_ID = (os.environ[name] for name in ("DATA_API", "TOKEN_URL", "ENTITY_ID"))
KEPT = Path(os.environ["STATE"]) / "roster.json"
TIMEOUT_S, LONGEST_WAIT_S, CLOCKS_S = 15.0, 60.0, 60
TRIES, PAGE, MOST_PAGES = 4, 100, 10_000
ASKED = {"access_token": [{"access": [{"type": "ss12000-api", "locations": [DATA_API]}], "flags": ["bearer"]}]}
"""Of the token service (RFC 9635, 2)."""

type Json = dict[str, Any]


class NotGiven(Exception):
    """The school has not given what was asked for; says why."""


@dataclass
class Roster:
    """Whom it holds, by the school's ids, and since when it knows of changes."""

    people: dict[str, str]
    since: str = ""

    @classmethod
    def kept(cls) -> "Roster":
        """As it was left."""
        return cls(**json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.exists() else cls({})

    def keep(self) -> None:
        """Whole or not at all."""
        new = KEPT.with_suffix(".new")
        new.write_text(json.dumps({"people": self.people, "since": self.since}), encoding="utf-8")
        new.replace(KEPT)


class School:
    """The data API, as this service speaks to it. It follows no redirect: a token is for one host."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self.token = http, ""

    async def list(self, collection: str, query: dict[str, str]) -> list[Json]:
        """All pages of it. The page token is the school's own, and stands alone: the school remembers the query."""
        page = await self.get(collection, {"limit": str(PAGE), **query})
        records = list(page["data"])
        for _ in range(MOST_PAGES):
            following = page.get("pageToken")
            if not following:
                return records
            page = await self.get(collection, {"pageToken": following})
            records += page["data"]
        raise NotGiven(f"{collection} does not end")

    async def get(self, collection: str, query: dict[str, str]) -> Json:
        """One answer; asks for another token where the one it has is good no more, and waits when it is told to."""
        for _ in range(TRIES):
            if not self.token:
                self.token = await self.new_token()
            answer = await self.http.get(
                f"{DATA_API}/{collection}", params=query, headers={"Authorization": f"Bearer {self.token}"}
            )
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                self.token = ""
            elif answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                await asyncio.sleep(seconds(answer.headers.get("x-ratelimit-reset", "")))
            else:
                return read(answer)
        raise NotGiven(f"{collection} was asked for {TRIES} times")

    async def new_token(self) -> str:
        """One for this service and its key."""
        answer = read(await self.http.post(TOKEN_URL, json={**ASKED, "client": {"key": ENTITY_ID}}))
        return str(answer["access_token"]["value"])


def seconds(told: str) -> float:
    """How long to wait."""
    try:
        return min(max(float(told), 0.0), LONGEST_WAIT_S)
    except ValueError:
        return LONGEST_WAIT_S


def read(answer: httpx.Response) -> Json:
    """An answer that is whole and of JSON; anything else is nobody's roster."""
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise NotGiven(f"{answer.request.url.path} answered {answer.status_code}")
    if answer.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise NotGiven(f"{answer.request.url.path} answered something that is no JSON")
    return dict(answer.json())


def shown(record: Json) -> str:
    """All that it keeps of a person: the account, and the name to show."""
    account = (record.get("eduPersonPrincipalNames") or [""])[0]
    return f"{record.get('givenName', '')} {record.get('familyName', '')} ({account})"


one_at_a_time = asyncio.Lock()


def school() -> School:
    """It, by a client that trusts the authority that was named, and shows this service's certificate."""
    context = ssl.create_default_context(cafile=os.environ["CA"])
    context.load_cert_chain(os.environ["CLIENT_CERTIFICATE"])
    return School(httpx.AsyncClient(verify=context, timeout=TIMEOUT_S))


async def fetched(source: School, roster: Roster) -> Roster:
    """The roster as it is now: everybody, or since the last time those who have changed and those who are gone."""
    began = datetime.now(UTC) - timedelta(seconds=CLOCKS_S)
    query = {"meta.modified.after": roster.since} if roster.since else {}
    people = {**roster.people, **{one["id"]: shown(one) for one in await source.list("persons", query)}}
    if roster.since:
        gone = (await source.get("deletedEntities", {"after": roster.since}))["data"].get("persons", [])
        people = {name: words for name, words in people.items() if name not in gone}
    return Roster(people, began.isoformat().replace("+00:00", "Z"))


async def fetch(request: Request) -> Response:
    """A clock or an administrator calls this; what was held stays where the school does not answer."""
    async with one_at_a_time:
        try:
            (await fetched(request.app.state.school, Roster.kept())).keep()
        except (NotGiven, httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            print(f"nothing was fetched: {error!r}", flush=True)
            return PlainTextResponse("nothing was fetched", 502)
    return PlainTextResponse("fetched")


async def roster(_: Request) -> Response:
    """Whom it holds."""
    rows = (f"<li>{html.escape(words)}</li>" for words in Roster.kept().people.values())
    return HTMLResponse(f"<ul>{''.join(rows)}</ul>", headers={"Cache-Control": "no-store"})


async def up(_: Request) -> Response:
    """It serves."""
    return PlainTextResponse("up")


app = Starlette(routes=[Route("/fetch", fetch, methods=["POST"]), Route("/roster", roster), Route("/up", up)])
app.state.school = school()

if __name__ == "__main__":
    certificate = os.environ["SERVER_CERTIFICATE"]
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        ssl_certfile=certificate,
        ssl_keyfile=certificate,
        log_level="warning",
    )
