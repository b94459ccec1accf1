"""A place to run commands in that open labs in containers, and to look at what they leave."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import docker

from testbed.lab.containers.engine import projects
from testbed.lab.containers.opening import lab_of
from testbed.lab.containers.staging import CONTAINERS
from testbed.lab.home import LabHome

LONGEST_S = 400
"""For one command on a slow machine."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder to run commands in, with a lab home of its own."""

    folder: Path
    client: docker.DockerClient

    @property
    def home(self) -> LabHome:
        return LabHome.open(self.folder / "home")

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "TESTBED_HOME": str(self.folder / "home"), **more}

    def begin(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """A command that goes on while the test meddles with it."""
        return subprocess.Popen(
            [sys.executable, "-m", "testbed.cli", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, longest_s: int = LONGEST_S, **more: str) -> tuple[int, str]:
        """Its status, and all that it printed."""
        process = self.begin(*arguments, **more)
        printed, _ = process.communicate(timeout=longest_s)
        return process.returncode, printed

    def left(self) -> list[str]:
        """All that is left of this lab home's labs."""
        label = {"label": [f"testbed.lab={lab_of(self.home)}"]}
        return [
            *(one.name for one in self.client.containers.list(all=True, filters=label, ignore_removed=True)),
            *(one.name for one in self.client.networks.list(filters=label)),
            *(one.name for one in self.client.volumes.list(filters=label)),
            *projects(self.client, lab_of(self.home)),
            *(path.name for path in (self.home.path / CONTAINERS).glob("*")),
        ]

    def newest_run(self) -> Path:
        return max((self.folder / "runs").iterdir())

    def judged(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.newest_run() / "run.json").read_text(encoding="utf-8"))
        return found
