"""Wait until a vendor that the testbed started answers."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from testbed.lab.permission import LOOPBACK_ONLY, permitted_road
from testbed.lab.vendor_program import said
from testbed.model.files import ScenarioInvalid

LOG = "vendor.log"
"""What a vendor says, in the run's folder."""
ENDED = f"correct the command, or give it in 'env' what it lacks; all that it said stands in {LOG} of the run's folder"
"""What to do where a program does not stay."""
POLL_S, ASK_S = 0.1, 5.0
SERVER_ERROR = 500

type State = Callable[[], Awaitable[int | None]]
"""The status with which it has ended; None while it runs."""


async def until_it_answers(url: str, within_s: int, state: State, log: Path, *, where: str, made_of: str) -> None:
    """Return when it answers.

    Args:
        url: a page of it.
        within_s: so long it may take.
        state: of its program.
        log: what it says.
        where: it is described, for sentences.
        made_of: the field there that says what is started.

    Raises:
        ScenarioInvalid: it has ended, or does not answer in time.
    """
    try:
        async with asyncio.timeout(within_s):
            while not await answers(url):
                ended = await state()
                if ended is not None:
                    problem = f"ended with status {ended} before it answered{said(log)}"
                    raise ScenarioInvalid(where, made_of, problem, ENDED)
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise ScenarioInvalid(
            where,
            "ready",
            f"{url} gave no answer within {within_s} s{said(log)}",
            "name a page that it answers, let it listen on its {port}, or give it more time (ready_within_s)",
        ) from error


async def answers(url: str) -> bool:
    """Whether it does, and with no error of its own."""
    try:
        async with httpx.AsyncClient(transport=permitted_road(LOOPBACK_ONLY), timeout=ASK_S, trust_env=False) as http:
            return (await http.get(url)).status_code < SERVER_ERROR
    except httpx.HTTPError:
        return False
