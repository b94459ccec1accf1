"""The load generator itself: its requests per CPU second beside plain locust's, the logins that a machine with all the
parts on it sustains, and the memory that people who wait take.

For the first, a server whose answers are canned runs in another process, both ask it for the same pages, and only the
asking process's CPU time counts. Ours reads each page's forms and looks whose session it is; stock FastHttpUser looks
at nothing. Plain HTTP and TLS; there, ours shakes hands once for every person, as browsers do, and checks the
certificate; stock locust keeps ten connections for all, or makes one for each, and checks none. wrk, in C, sends one
request over and over: how far from it Python is.
"""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import trustme

from loadtests.bench.canned import Told, told_line
from loadtests.bench.load_lab import lab_logins
from loadtests.bench.load_worker_said import Came, Work
from loadtests.bench.measure import LeftOut, Outcome, compared
from loadtests.files import raise_limit

BENCH = "load-generator"
LOGINS, PER_S = 2000, 300.0
TLS_LOGINS, TLS_PER_S = 1500, 150.0
WRK_S = 5
PEOPLE, ARRIVING_PER_S = 20_000, 400.0
MOST_MB = 1000.0
SPARE_FILES = 500
GIVE_UP_S = 300
UNDER_S = 1.0


def load_generator() -> Iterator[Outcome]:
    """Requests per CPU second, by plain HTTP and by TLS."""
    with tempfile.TemporaryDirectory() as name:
        yield from _beside_peers(BENCH, Told(), "", LOGINS, PER_S)
        certificate, ca = certificates(Path(name))
        yield from _beside_peers(f"{BENCH}-tls", Told(certificate), ca, TLS_LOGINS, TLS_PER_S)


def _beside_peers(bench: str, told: Told, ca: str, count: int, per_s: float) -> Iterator[Outcome]:
    with serving(told) as base:
        ours = worked(Work("logins", base, count, per_s, ca))
        if ours.right != count:
            yield LeftOut(bench, f"only {ours.right} of {count} logins were right: there is nothing to compare")
            return
        peers = {
            "stock FastHttpUser, 10 connections for all": Work("fast", base, count, per_s, ca),
            "stock FastHttpUser, a connection for each person": Work("fast-anew", base, count, per_s, ca),
        }
        for peer, work in peers.items():
            yield compared(bench, _rate(ours), "requests/CPU s", (peer, _rate(worked(work))), "more")
        if shutil.which("wrk") is None:
            yield LeftOut(bench, "wrk is not installed (Debian's package wrk)")
            return
        yield compared(bench, _rate(ours), "requests/CPU s", ("wrk, one page", _wrk(f"{base}/me")), "more")


def load_logins() -> Iterator[Outcome]:
    """28 SAML logins a second (the national tests at nine, at 1:10) with the lab and the generator on this machine."""
    latencies, arrived, per_s = lab_logins()
    if len(latencies) < arrived:
        yield LeftOut("load-logins", f"only {len(latencies)} of {arrived} who arrived ended in the right session")
        return
    p95 = float(np.percentile(latencies, 95))
    yield compared(f"load-logins at {per_s:g}/s, p95 from the intended start", p95, "s", ("budget", UNDER_S), "less")


def load_waiting() -> Iterator[Outcome]:
    """Memory of the generator while 20,000 people wait for a page."""
    people = min(PEOPLE, raise_limit() - SPARE_FILES)
    with tempfile.TemporaryDirectory() as name:
        certificate, ca = certificates(Path(name))
        for kind, told, trusted in (("", Told(), ""), ("-tls", Told(certificate), ca)):
            # NOTE: everybody who waits has an open file, and a machine may give a process fewer than that.
            bench = f"load-waiting{kind}, {people} people"
            held = Told(told.certificate, stalls_after_s=0.0, stall_s=GIVE_UP_S)
            with serving(held) as base:
                came = worked(Work("waiting", base, people, ARRIVING_PER_S, trusted))
            if came.waiting < people:
                yield LeftOut(bench, f"only {came.waiting} of {people} people were waiting at the end")
                continue
            yield compared(bench, came.rss / 1e6, "MB", ("budget", MOST_MB * people / PEOPLE), "less")


def certificates(folder: Path) -> tuple[str, str]:
    """Files of a server's certificate with its key, and of the authority."""
    authority = trustme.CA()
    certificate, ca = folder / "server.pem", folder / "ca.pem"
    certificate.touch(mode=0o600)
    certificate.write_bytes(authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes())
    ca.write_bytes(authority.cert_pem.bytes())
    return str(certificate), str(ca)


@contextmanager
def serving(told: Told) -> Iterator[str]:
    """The canned server in a process of its own; yields its address."""
    command = [sys.executable, "-m", "loadtests.bench.canned"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the canned server was started without pipes")
        try:
            server.stdin.write(told_line(told) + "\n")
            server.stdin.flush()
            port = json.loads(server.stdout.readline())["port"]
            yield f"{'https' if told.certificate else 'http'}://127.0.0.1:{port}"
        finally:
            server.kill()


def worked(work: Work) -> Came:
    """What came of some work, done in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.bench.load_worker"],
        input=work.line() + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=GIVE_UP_S,
    )
    return Came.of(done.stdout)


def _rate(came: Came) -> float:
    return came.requests / came.cpu_s


def _wrk(url: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["wrk", "-t1", "-c10", f"-d{WRK_S}s", url], check=True, capture_output=True, text=True, timeout=GIVE_UP_S
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"(\d+) requests in", done.stdout)
    if found is None:
        raise RuntimeError(f"wrk says what nobody can read: {done.stdout[:300]}")
    return int(found.group(1)) / (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
