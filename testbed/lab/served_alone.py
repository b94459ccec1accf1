"""``python -m testbed.lab.served_alone receiver|server|fetcher|material``: one of the testbed's own as a process.

It is told by its environment what any vendor is told that the testbed starts (docs/certify-exchange.md,
docs/certify-process.md), and may be told a PORT to listen on. A case may start it anew, so that what one of them needs
is imported for that one alone.
"""

import asyncio
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
from starlette.types import ASGIApp

from testbed.lab.alone_told import told
from testbed.lab.machines import MutualTls
from testbed.lab.participant import Server, server_for

TIMEOUT_S = 15.0
MODULES: Mapping[str, str] = MappingProxyType(
    {"receiver": "alone_vendors", "fetcher": "alone_vendors", "server": "alone_api", "material": "alone_login"}
)
"""Where each is made, by a function of its name."""

type Making = Callable[[httpx.AsyncClient], ASGIApp]


def _tls() -> ssl.SSLContext:
    """Of its own calls: it trusts the authority that it was told of beside the system's, and shows its certificate."""
    context = ssl.create_default_context()
    if authority := os.environ.get("CA"):
        context.load_verify_locations(authority)
    if shown := os.environ.get("CLIENT_CERTIFICATE"):
        context.load_cert_chain(shown)
    return context


def _with_tls(app: ASGIApp, host: str) -> Server:
    """Asks whoever calls for a certificate."""
    mutual = MutualTls(frozenset({host}), Path(told("CLIENT_ISSUERS")), {})
    return server_for(app, Path(told("SERVER_CERTIFICATE")), mutual)


async def _serve(kind: str) -> None:
    making: Making = getattr(import_module(f"testbed.lab.{MODULES[kind]}"), kind)
    base = urlsplit(told("BASE_URL"))
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(verify=_tls(), timeout=TIMEOUT_S, trust_env=False))
        server = _with_tls(making(http), str(base.hostname)) if base.scheme == "https" else server_for(making(http))
        server.config.host, server.config.port = str(base.hostname), int(os.environ.get("PORT") or base.port or 443)
        await server.serve()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(sys.argv[1] if len(sys.argv) > 1 else ""))
    except (KeyError, ssl.SSLError) as wrong:
        raise SystemExit(f"served_alone {'|'.join(MODULES)}: {wrong}") from None
