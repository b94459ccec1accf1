"""Small services on software that nobody here wrote, each in two versions: one with a published fault, one without.

They run in environments of their own, which the Makefile makes, and are known to a test by their addresses alone.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import httpx

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "tests" / "interop" / "peers"
NODE = shutil.which("node")
NODE_MODULES = ROOT / ".node-interop"

type SamlifyVersion = Literal["2.9.1", "2.10"]
type JoseVersion = Literal["3.3.0", "3.5.0"]
type Keys = Literal["texts", "jwks"]


class Running(Protocol):
    """A program that runs."""

    def wait_until(self, up: Callable[[], bool]) -> None:
        """Until it is up; fails where it ends before."""

    def said(self) -> str:
        """What it wrote."""

    def end(self) -> int:
        """End it."""


type Start = Callable[[list[str], Path, dict[str, str]], Running]


class OutsideService:
    """A service that is set up, and the process that runs it.

    Args:
        folder: for its settings and its log.
        port: where it listens.
        command: the program, before the name of its settings' file.
    """

    def __init__(self, folder: Path, port: int, command: Sequence[str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.login_url = f"{self.url}/login"
        self.probe_url = f"{self.url}/me"
        """JSON: ``{"user": null}``, or what is known of the person who is logged in."""
        self.logout_url = f"{self.url}/logout"
        self.folder = folder
        self.process: Running | None = None
        self._port, self._command = port, command

    def run(self, start: Start, **settings: object) -> None:
        file = self.folder / "service.json"
        file.write_text(json.dumps({"port": self._port, **settings}), encoding="utf-8")
        # NOTE: what it asks of the school goes straight there, not by a proxy of this machine.
        own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.process = start([*self._command, str(file)], self.folder / "service.log", own)
        self.process.wait_until(self._answers)

    def end(self) -> None:
        if self.process is not None:
            self.process.end()

    def _answers(self) -> bool:
        try:
            return httpx.get(self.probe_url, trust_env=False).is_success
        except httpx.HTTPError:
            return False


class Samlify(OutsideService):
    """A service on samlify; ``entity_id`` is where its metadata is."""

    def __init__(self, folder: Path, port: int, version: SamlifyVersion) -> None:
        super().__init__(folder, port, [str(NODE), str(PEERS / "samlify_app.cjs")])
        self.metadata_url = self.entity_id = f"{self.url}/metadata"
        self._library, self._school = library(version), folder / "idp.xml"

    def trust(self, idp_metadata: bytes) -> None:
        """Trust this school; read anew for every request."""
        self._school.write_bytes(idp_metadata)

    def start(self, start: Start, requested: Sequence[str]) -> None:
        """Run it, asking for these attributes by their SAML names."""
        self.run(start, library=str(self._library), idp_metadata=str(self._school), requested=list(requested))


class PythonJose(OutsideService):
    """A relying party on python-jose, registered at the school whose issuer this is."""

    client_secret = "a secret that the relying party brings along"

    def __init__(self, folder: Path, port: int, version: JoseVersion, issuer: str) -> None:
        python = [str(interpreter(version)), "-W", "ignore"]
        super().__init__(folder, port, [*python, str(PEERS / "python_jose_app.py")])
        self.issuer = issuer
        self.client_id = f"python-jose-{version}"
        self.redirect_uri = f"{self.url}/callback"

    def registration(self, secret_variable: str) -> tuple[str, ...]:
        """The options by which a school knows it, its secret being in this environment variable."""
        own = ("--client-id", self.client_id, "--client-secret-env", secret_variable)
        return (*own, "--redirect-uri", self.redirect_uri)

    def start(self, start: Start, keys: Keys) -> None:
        """Run it, with the school's keys in this form."""
        self.run(start, issuer=self.issuer, client_id=self.client_id, client_secret=self.client_secret, keys=keys)


def library(version: SamlifyVersion) -> Path:
    """The folder whose node_modules hold samlify."""
    return NODE_MODULES / f"samlify-{version}"


def interpreter(version: JoseVersion) -> Path:
    """The interpreter beside python-jose."""
    return ROOT / f".venv-jose-{version}" / "bin" / "python"


def samlify_lacks(version: SamlifyVersion) -> str:
    """What this machine lacks to run it, or ""."""
    if NODE is None:
        return "needs node, of the Debian package nodejs"
    there = (library(version) / "node_modules" / "samlify" / "package.json").is_file()
    return "" if there else f"needs samlify {version} in .node-interop: make interop"


def python_jose_lacks(version: JoseVersion) -> str:
    """What this machine lacks to run it, or ""."""
    return "" if interpreter(version).is_file() else f"needs python-jose in .venv-jose-{version}: make interop"
