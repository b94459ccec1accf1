"""``testbed certify`` as a command against a vendor that listens on loopback: how long it takes, what it comes to."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTBED = (sys.executable, "-m", "testbed.cli")
VENDOR = Path(__file__).parent / "peers" / "plain_vendor.py"
END_S = 120.0
SKEW_S = 60


@dataclass(frozen=True, slots=True)
class OurRun:
    """One vendor certified."""

    verdicts: Mapping[str, str]
    """By case."""
    seconds: float
    """Of the whole command, with its start and its reports."""
    memory_mb: float
    """At most, of the certifying process and of the school, which is the same process."""

    @property
    def run(self) -> int:
        """Cases that were delivered."""
        return sum(verdict != "SKIPPED" for verdict in self.verdicts.values())

    @property
    def surprises(self) -> tuple[str, ...]:
        """Cases of which it says neither PASS nor SKIPPED."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict not in ("PASS", "SKIPPED"))


def certified(folder: Path, arguments: Sequence[str]) -> OurRun:
    """The command in a process of its own; its lab home is in the folder."""
    command = [*TESTBED, "certify", *arguments, "--out", str(folder / "runs")]
    start = time.monotonic()
    with (
        (folder / "certify.log").open("wb") as log,
        subprocess.Popen(command, env=environment(folder), stdout=subprocess.DEVNULL, stderr=log) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    found = [*(folder / "runs").glob("*/cases.jsonl")]
    if not found:
        raise RuntimeError(f"testbed certify ended with {process.returncode}: {(folder / 'certify.log').read_text()}")
    lines = found[0].read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    return OurRun({case["case"]["id"]: case["verdict"] for case in cases}, seconds, usage.ru_maxrss / 1024)


def environment(folder: Path) -> dict[str, str]:
    """Of commands whose lab home is in this folder."""
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**own, "TESTBED_HOME": str(folder / "home"), "BENCH_SECRET": "the vendor brings this along"}


def metadata(folder: Path, school: str) -> Path:
    """A file with what a vendor of SAML must trust."""
    file = folder / "school.xml"
    command = [*TESTBED, "idp", "metadata", "--url", school, "--out", str(file)]
    subprocess.run(command, env=environment(folder), check=True, capture_output=True, timeout=END_S)
    return file


@contextmanager
def served(folder: Path, **told: object) -> Iterator[str]:
    """A simulated vendor in a process of its own, as ``peers/plain_vendor.py`` describes it; its address."""
    port = free_port()
    (folder / "vendor.json").write_text(
        json.dumps({"port": port, "folder": str(folder / "vendor"), **told}), encoding="utf-8"
    )
    with subprocess.Popen(
        [sys.executable, str(VENDOR), str(folder / "vendor.json")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            first = process.stdout.readline() if process.stdout else b""
            if first != b"ready\n":
                raise RuntimeError(f"the vendor did not come up: {first!r}")
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(END_S)


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return int(reserved.getsockname()[1])


def certified_saml(folder: Path, profile: str, fault: str | None = None) -> OurRun:
    """A simulated vendor of SAML."""
    school = f"http://127.0.0.1:{free_port()}"
    told = {"profile": profile, "fault": fault, "idp": f"{school}/saml/metadata"}
    with served(folder, **told, idp_metadata=str(metadata(folder, school))) as url:
        pages = ("--login", f"{url}/login", "--probe", f"{url}/me", "--logout", f"{url}/logout")
        own = ("--saml-metadata", f"{url}/saml/metadata", *pages, "--skew", str(SKEW_S))
        return certified(folder, (*own, "--idp-url", school))


def certified_oidc(folder: Path, profile: str) -> OurRun:
    """A compliant simulated vendor of OpenID Connect."""
    school = f"http://127.0.0.1:{free_port()}"
    told = {"profile": profile, "fault": None, "issuer": school, "client_id": "bench"}
    with served(folder, **told, client_secret=environment(folder)["BENCH_SECRET"]) as url:
        pages = ("--login", f"{url}/login", "--probe", f"{url}/me", "--logout", f"{url}/logout")
        client = ("--client-id", "bench", "--client-secret-env", "BENCH_SECRET")
        places = ("--redirect-uri", f"{url}/oidc/callback", "--post-logout-redirect-uri", f"{url}/oidc/logged-out")
        told_of = ("--backchannel-logout-uri", f"{url}/oidc/backchannel-logout")
        return certified(
            folder, ("--oidc", *pages, *client, *places, *told_of, "--skew", str(SKEW_S), "--idp-url", school)
        )
