"""``python -m loadtests.bench.oidc_school FOLDER``: one school with one vendor of OpenID Connect, on a free port.

A process of its own, so that its CPU time can be told from the client's. It says where it serves in one line, and ends
when its standard input does.
"""

import asyncio
import secrets
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx

from idp.app import School, SchoolConfig
from idp.config import OidcParty
from idp.keys import SchoolKeys
from idp.people import generate
from testbed.lab.participant import Server, server_for
from testbed.model.written import Bilingual, OidcClient

CLIENT, SECRET = "bench", "bench-secret"
REDIRECT_URI = "http://bench.localhost/oidc/callback"
SCOPES = ("openid", "profile", "email", "eduperson", "school")
SEED = 1


def _now() -> datetime:
    return datetime.now(UTC)


def _school(folder: Path, url: str, http: httpx.AsyncClient) -> School:
    client = OidcClient(client_id=CLIENT, redirect_uris=(REDIRECT_URI,), scopes=SCOPES)
    config = SchoolConfig(
        base_url=url,
        name=Bilingual(sv="Mätskolan (TEST)", en="Bench School (TEST)"),
        people=generate(SEED).people,
        scope="skola.test",
        relying_parties=(),
        control_token=secrets.token_urlsafe(),
        clients=(OidcParty(client, Bilingual(sv="Mätning", en="Bench"), None, "requested", SECRET),),
    )
    return School(config, SchoolKeys.load_or_make(folder / "keys", "bench", _now()), http, _now)


async def _serve(folder: Path) -> None:
    # NOTE: only of a socket that says it is TCP's does asyncio switch off the delay of small packets, which would make
    # every answer wait for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(trust_env=False) as http:
        server = server_for(_school(folder, url, http).app)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listener]))
            await server.up.wait()
            print(f"serves at {url}", flush=True)
            await _standard_input_ends()
            _end(server)


def _end(server: Server) -> None:
    server.should_exit = True


async def _standard_input_ends() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
