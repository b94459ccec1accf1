"""The school that ``testbed idp serve`` serves: where it stands, for other commands of the same lab home."""

import fcntl
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx
from pydantic import PositiveInt, TypeAdapter

from testbed.lab.guardrail import school_url
from testbed.lab.home import LabHome
from testbed.lab.outside_parts import SCHOOL_FOLDER, own_folder, token_file
from testbed.model.files import ScenarioInvalid
from testbed.model.private import must_be_private, read_private, write_private

HTTP_OK = 200
ANSWER_S = 5.0
"""How long a control API may take to say that it is there."""

log = logging.getLogger("testbed.outside")


@dataclass(frozen=True, slots=True)
class Running:
    """A school that serves, as its file says."""

    url: str
    control_url: str
    workers: int
    """So many processes serve it."""
    pid: PositiveInt
    """Of the command."""


RUNNING: TypeAdapter[Running] = TypeAdapter(Running)


def running_file(home: LabHome, url: str) -> Path:
    """Where it stands what serves at this address.

    Raises:
        ScenarioInvalid: the URL is not for a school.
    """
    host, port = school_url(url)
    return own_folder(home, SCHOOL_FOLDER) / f"serving-{host}-{port}.json"


@contextmanager
def announced(home: LabHome, running: Running) -> Iterator[None]:
    """Other commands find this school until the context ends."""
    path = running_file(home, running.url)
    write_private(path, RUNNING.dump_json(running))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@asynccontextmanager
async def running_school(home: LabHome, url: str) -> AsyncIterator[Running | None]:
    """The school that serves at this address, for nobody else who looks for it until the context ends; None where none
    of this lab home does. A file that a school has left behind is nobody.

    Raises:
        ScenarioInvalid: the URL is not for a school, somebody else has found it, or its file is damaged.
    """
    path = running_file(home, url)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        running = _read(path, file)
        if running.url != url or not await _answers(home, running):
            log.info("nothing of this lab home serves at %s any more, as %s says", url, path)
            yield None
            return
        _hold(file, url)
        yield running


def _read(path: Path, file: BinaryIO) -> Running:
    try:
        must_be_private(path)
        return RUNNING.validate_json(file.read())
    except ValueError as error:
        raise ScenarioInvalid(path, "", "cannot be trusted, or cannot be read", "remove it") from error


def _hold(file: BinaryIO, url: str) -> None:
    # NOTE: what the school forges and tells once is for one command; two would take it from each other.
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ScenarioInvalid(
            "--idp-url", url, "is used by another 'testbed certify'", "wait until that has ended, or name another"
        ) from error


async def _answers(home: LabHome, running: Running) -> bool:
    """Whether it is there and opens to the token of the lab home."""
    # NOTE: the token is not told to whoever has taken the port of a school that is gone.
    if not _lives(running.pid):
        return False
    token = read_private(token_file(home)).decode("ascii")
    try:
        async with httpx.AsyncClient(base_url=running.control_url, timeout=ANSWER_S, trust_env=False) as http:
            answer = await http.get("/health", headers={"Authorization": f"Bearer {token}"})
    except httpx.HTTPError as error:
        log.info("%s does not answer (%s)", running.control_url, type(error).__name__)
        return False
    return answer.status_code == HTTP_OK


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
