"""A roster of 100,000 pupils sent by EGIL to a receiver on this machine, by mutual TLS: all of it, and then a change.

The peer is a loop that posts the same bodies, made before, by the same HTTP client, and neither compares nor remembers.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import trustme

from idp.people import generate
from loadtests.bench.measure import Outcome, compared
from testbed.model.private import create_private

SEED, PUPILS = 1, 100_000
RESOURCES_PER_S, DELTA_S, MEMORY_MB = 300.0, 10.0, 300.0
TIMEOUT_S, END_S = 900, 20


def egil() -> Iterator[Outcome]:
    """Resources for each second of a full push, and for each CPU second of the sender; its CPU time after every
    hundredth pupil has moved, and when it begins anew with nothing to do; its memory, beside the roster and with it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder)
        ours, peer = _run("ours", folder), _run("peer", folder)
    yield compared("egil-full-push", ours["per_s"], "resources/s", ("budget", RESOURCES_PER_S), "more")
    bare = "bare POST loop"
    yield compared("egil-full-push", ours["per_s"], "resources/s", (bare, peer["per_s"]), "more")
    yield compared("egil-full-push-cpu", ours["per_cpu_s"], "resources/CPU s", (bare, peer["per_cpu_s"]), "more")
    yield compared("egil-delta", ours["delta_cpu_s"], "CPU s", ("budget", DELTA_S), "less")
    yield compared("egil-delta-restarted", ours["again_cpu_s"], "CPU s", ("budget", DELTA_S), "less")
    added = ours["peak_mb"] - ours["before_mb"]
    yield compared("egil-memory", added, "MB beside the roster", ("budget", MEMORY_MB), "less")
    yield compared("egil-memory-whole", ours["peak_mb"], "MB resident at most", ("budget", MEMORY_MB), "less")


def _prepare(folder: Path) -> None:
    people = generate(SEED, PUPILS).people.values()
    with (folder / "people.jsonl").open("w") as lines:
        lines.writelines(person.model_dump_json() + "\n" for person in people if person.role != "guardian")
    issuer = trustme.CA()
    (folder / "issuer.pem").write_bytes(issuer.cert_pem.bytes())
    for file, host in (("server.pem", "127.0.0.1"), ("client.pem", "api.skola.test")):
        leaf = issuer.issue_cert(host)
        create_private(folder / file, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())


def _run(what: str, folder: Path) -> dict[str, float]:
    """In a process of its own, with a receiver of its own that holds nothing yet."""
    with subprocess.Popen(
        [sys.executable, "-m", "loadtests.bench.egil_receiver", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as receiver:
        try:
            port = receiver.stdout.readline().strip() if receiver.stdout else ""
            done = subprocess.run(
                [sys.executable, "-m", "loadtests.bench.egil_worker", what, str(folder), port],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                timeout=TIMEOUT_S,
            )
        finally:
            if receiver.stdin:
                receiver.stdin.close()
            receiver.wait(END_S)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
