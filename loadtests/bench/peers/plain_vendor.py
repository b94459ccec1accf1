"""One simulated vendor of SAML over plain http on loopback, for test tools that drive a service. Runs in .venv.

plain_vendor.py FILE

FILE is JSON: ``port``, ``folder`` (for the vendor's keys), ``profile``, ``fault`` (null for a compliant vendor),
``idp`` (the entity id that it trusts) and ``idp_metadata`` (a file). Says ``ready`` in one line when it listens, and
ends when its standard input does. Its cookies are Secure all the same.
"""

import asyncio
import json
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys

HOST = "127.0.0.1"


def vendor(told: dict[str, Any]) -> VendorService:
    """It has no network: whatever it fetches is the metadata that it trusts."""
    own = f"{HOST}:{told['port']}"
    metadata = Path(told["idp_metadata"]).read_bytes()
    config = VendorConfig(
        vendor_id="bench",
        name="Bench",
        base_url=f"http://{own}",
        hosts=(own, f"cdn.{own}", f"utskick.{own}"),
        profile=told["profile"],
        fault=told["fault"],
        idp_entity_id=told["idp"],
        idp_metadata_url=told["idp"],
    )
    keys = VendorKeys.load_or_make(Path(told["folder"]), HOST, _now())
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=metadata)))
    return VendorService(config, keys, http, _now)


def _now() -> datetime:
    return datetime.now(UTC)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print("ready", flush=True)


async def _serve(service: VendorService, port: int) -> None:
    server = _Server(uvicorn.Config(service.app, host=HOST, port=port, log_level="warning"))
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    serving = asyncio.create_task(server.serve())
    await reader.read()
    server.should_exit = True
    await serving


def main() -> None:
    """Serve until the standard input ends."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    asyncio.run(_serve(vendor(told), told["port"]))


if __name__ == "__main__":
    main()
