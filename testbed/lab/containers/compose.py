"""Compose, of whichever kind is here: it makes the topology."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import testbed
from testbed.lab.containers.engine import OPTION
from testbed.lab.containers.topology import LOAD, LOAD_WORKER
from testbed.model.files import ScenarioInvalid

FILE = Path(testbed.__file__).parents[1] / "compose" / "compose.yaml"
LOAD_FILE = FILE.with_name("load.yaml")
"""Laid over it where containers make load."""
OWN_VARIABLES = ("COMPOSE_", "TESTBED_")
"""Of our environment: would change what is made."""
ASK_S = 20


def program() -> tuple[str, ...]:
    """How compose is run here.

    Raises:
        ScenarioInvalid: it is not, or its file is not.
    """
    if not FILE.is_file():
        raise ScenarioInvalid(FILE, "", "is not there", "run testbed from a copy of its repository ('make setup')")
    engine = shutil.which("docker")
    if engine and _is_there(engine, "compose", "version"):
        return (engine, "compose")
    older = shutil.which("docker-compose")
    if older:
        return (older,)
    raise ScenarioInvalid(
        OPTION,
        "",
        "neither 'docker compose' nor 'docker-compose' is installed",
        "install one (Debian: apt-get install docker-compose)",
    )


def _is_there(*command: str) -> bool:
    done = subprocess.run(command, capture_output=True, check=False, timeout=ASK_S)  # noqa: S603 - found by which
    return done.returncode == 0


async def up(command: tuple[str, ...], project: str, variables: Mapping[str, str], workers: int = 0) -> str:
    """Make everything and start it; returns "" or what compose said when it could not.

    Args:
        command: see :func:`program`.
        project: the name of what is made.
        variables: of the compose files.
        workers: so many containers make load.
    """
    load = ("--file", str(LOAD_FILE), "--profile", LOAD.name) if workers else ()
    scaled = ("--scale", f"{LOAD_WORKER}={workers}") if workers else ()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--project-name", project, "--file", str(FILE), *load, "up", "--detach", "--no-build", *scaled),
        env={**inherited, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return "" if process.returncode == 0 else said.decode("utf-8", "replace")
