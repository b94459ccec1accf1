"""A tester of SCIM servers that nobody here wrote tries the simulated receiver of EGIL, by mutual TLS on loopback."""

import asyncio
import json
import os
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvicorn
from egil import SKOLA, Receiver, receiver

from sp_mocks.receiving.kinds import KINDS
from testbed.lab.mutual import telling_protocol
from testbed.lab.participant import Server

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-interop" / "bin" / "python"
APP = Path(__file__).parent / "peers" / "scim2_tester_app.py"
LOOPBACK = "127.0.0.1"
TESTER_S = 240.0
"""It deletes whatever it has ever made after each single check, some thousand times."""
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.interop,
    pytest.mark.skipif(not PYTHON.is_file(), reason="needs scim2-tester in .venv-interop: make interop"),
]
NAMES = {kind.name for kind in KINDS.values()}
SUCCESS = "SUCCESS"
WHOLE_LIFE = ("object_creation", "object_query", "object_query_without_id", "object_replacement", "object_deletion")
LEFT_OUT: Mapping[str, str] = {
    "check_add_attribute": "EGIL has no PATCH, and ServiceProviderConfig says so",
    "check_remove_attribute": "EGIL has no PATCH, and ServiceProviderConfig says so",
    "check_replace_attribute": "EGIL has no PATCH, and ServiceProviderConfig says so",
    "search_with_attributes": "EGIL has no searches, and POST /.search answers 501",
}
"""What the tester passes over for each type of resource, and why."""


@asynccontextmanager
async def served(folder: Path, made: Receiver, listener: socket.socket) -> AsyncIterator[dict[str, str]]:
    """Serves a receiver that the first school calls by its key; gives what a client must be told."""
    authority = trustme.CA()
    server_file, authority_file, issuers = (folder / name for name in ("server.pem", "authority.pem", "issuers.pem"))
    authority.issue_cert(LOOPBACK).private_key_and_cert_chain_pem.write_to_path(server_file)
    authority.cert_pem.write_to_path(authority_file)
    made.federation.authority.cert_pem.write_to_path(issuers)
    credential = folder / "school.pem"
    leaf = made.federation.authority.issue_cert("api.skola.test", common_name="api.skola.test")
    leaf.private_key_and_cert_chain_pem.write_to_path(credential)
    made.certificates = {SKOLA: leaf.cert_chain_pems[0].bytes().decode()}
    made.publish(SKOLA)
    config = uvicorn.Config(
        made.service.app,
        http=telling_protocol((LOOPBACK,)),
        ssl_certfile=str(server_file),
        ssl_ca_certs=str(issuers),
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    await server.up.wait()
    try:
        yield {"authority": str(authority_file), "credential": str(credential)}
    finally:
        server.should_exit = True
        await serving


async def results(folder: Path, fault: str | None = None, types: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Whatever the tester says of a receiver."""
    # NOTE: of a socket that does not name TCP asyncio leaves small packets waiting, some 40 ms each.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind((LOOPBACK, 0))
        url = f"https://{LOOPBACK}:{listener.getsockname()[1]}/egil"
        async with receiver(fault, url) as made, served(folder, made, listener) as told:
            file = folder / "told.json"
            file.write_text(json.dumps({**told, "url": url, "types": types}), encoding="utf-8")
            environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
            environment.pop("PYTHONPATH", None)
            tester = await asyncio.create_subprocess_exec(
                str(PYTHON), str(APP), str(file), stdout=asyncio.subprocess.PIPE, env=environment
            )
            try:
                said, _ = await asyncio.wait_for(tester.communicate(), TESTER_S)
            finally:
                if tester.returncode is None:
                    tester.kill()
                    await tester.wait()
    assert tester.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


async def test_all_that_it_tries_succeeds_but_what_egil_leaves_out(tmp_path: Path) -> None:
    came = await results(tmp_path)
    others = [one for one in came if one["status"] != SUCCESS]
    assert [one for one in others if one["status"] != "SKIPPED" or one["title"] not in LEFT_OUT] == []
    assert {(one["title"], one["resource_type"]) for one in others} == {
        (title, name) for title in LEFT_OUT for name in NAMES
    }
    tried = Counter(one["title"] for one in came if one["status"] == SUCCESS)
    assert {tried[title] for title in WHOLE_LIFE} == {len(NAMES)}
    assert tried["access_schema_by_id"] == len(NAMES) + 1


async def test_a_receiver_that_cannot_replace_does_not_pass(tmp_path: Path) -> None:
    """The tester sees what is wrong: that it finds nothing elsewhere means something."""
    came = await results(tmp_path, "fails-on-change", ("Organisation", "SchoolUnit"))
    failed = {(one["title"], one["resource_type"]) for one in came if one["status"] == "ERROR"}
    assert failed == {("object_replacement", "Organisation"), ("object_replacement", "SchoolUnit")}
