"""What a faulty vendor passes on about a pupil to hosts that no agreement names."""

import asyncio
import logging
from urllib.parse import urlencode

import httpx

TIMEOUT_S = 5.0

log = logging.getLogger("sp_mocks")


async def tell_tracker(http: httpx.AsyncClient, host: str, mail: str) -> None:
    """Tell a tracker that the owner of this address logged in; whether and what it answers changes nothing."""
    event = {"event": "login", "email": mail}
    try:
        # NOTE: the answer is not read, for it could be without end.
        async with (
            asyncio.timeout(TIMEOUT_S),
            http.stream("POST", f"https://{host}/collect", json=event, follow_redirects=False) as answer,
        ):
            log.info("the tracker answered with status %d", answer.status_code)
    except (httpx.HTTPError, TimeoutError) as error:
        log.info("the tracker was not reached: %s", type(error).__name__)


def partner_url(host: str, user: str) -> str:
    """Where a partner learns a user name from the address."""
    return f"https://{host}/sync?{urlencode({'uid': user})}"
