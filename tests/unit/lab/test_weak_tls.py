"""A server that would speak TLS 1.1 is told from one that would not."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from testbed.lab.weak_tls import agreed_weakly, weak

pytestmark = pytest.mark.anyio
WITHIN_S = 5.0


async def agreed(tmp_path: Path, *, old: bool) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = trustme.CA().issue_cert("127.0.0.1")
    file = tmp_path / "leaf.pem"
    file.write_bytes(leaf.private_key_and_cert_chain_pem.bytes())
    context.load_cert_chain(file)
    if old:
        weak(context)

    def gone(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(gone, "127.0.0.1", 0, ssl=context)
    async with server:
        return await agreed_weakly(*server.sockets[0].getsockname(), WITHIN_S)


async def test_one_that_would_is_found_out(tmp_path: Path) -> None:
    assert await agreed(tmp_path, old=True) == "TLSv1.1"


async def test_one_that_would_not_is_not(tmp_path: Path) -> None:
    assert await agreed(tmp_path, old=False) == ""


async def test_nobody_agrees_to_nothing() -> None:
    assert await agreed_weakly("127.0.0.1", 1, WITHIN_S) == ""
