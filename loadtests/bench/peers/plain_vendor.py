"""One simulated vendor over plain http on loopback, for test tools that drive a service. Runs in .venv.

plain_vendor.py FILE

FILE is JSON: ``port``, ``folder`` (for the vendor's keys), ``profile``, ``fault`` (null for a compliant vendor); of a
vendor of SAML ``idp`` (the entity id that it trusts) and ``idp_metadata`` (a file), of one of OpenID Connect
``issuer``, ``client_id`` and ``client_secret``. Says ``ready`` in one line when it listens, and ends when its standard
input does. Its cookies are Secure all the same.
"""

import asyncio
import json
import re
import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc import provider
from sp_mocks.oidc.keys import ClientKeys
from testbed.model.scopes import SCOPES
from testbed.model.written import OidcClient

HOST = "127.0.0.1"


def vendor(told: dict[str, Any]) -> VendorService:
    """One of SAML has no network: whatever it fetches is the metadata that it trusts."""
    own = f"{HOST}:{told['port']}"
    folder = Path(told["folder"])
    if "issuer" in told:
        # NOTE: on the machine itself there is no TLS, which the vendor else demands of a school.
        provider.ADDRESS = re.compile(rf"https?://{HOST}:[0-9]{{1,5}}(/[^\s#]*)?")
        config = replace(
            _config(told, own), issuer=told["issuer"], client=_client(told), client_secret=told["client_secret"]
        )
        return VendorService(config, ClientKeys.load_or_make(folder), httpx.AsyncClient(trust_env=False), _now)
    metadata = Path(told["idp_metadata"]).read_bytes()
    config = replace(_config(told, own), idp_entity_id=told["idp"], idp_metadata_url=told["idp"])
    keys = VendorKeys.load_or_make(folder, HOST, _now())
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=metadata)))
    return VendorService(config, keys, http, _now)


def _config(told: dict[str, Any], own: str) -> VendorConfig:
    return VendorConfig(
        vendor_id="bench",
        name="Bench",
        base_url=f"http://{own}",
        hosts=(own, f"cdn.{own}", f"utskick.{own}"),
        profile=told["profile"],
        fault=told["fault"],
        idp_entity_id="",
        idp_metadata_url="",
    )


def _client(told: dict[str, Any]) -> OidcClient:
    """As ``testbed certify`` registers it by flags."""
    url = f"http://{HOST}:{told['port']}"
    return OidcClient(
        client_id=told["client_id"],
        redirect_uris=(f"{url}/oidc/callback",),
        scopes=tuple(SCOPES),
        post_logout_redirect_uris=(f"{url}/oidc/logged-out",),
        backchannel_logout_uri=f"{url}/oidc/backchannel-logout",
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a way to prove oneself, and no secret
    )


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
