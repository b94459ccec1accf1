"""Clients that reach a vendor outside: they trust the lab's CA and the system's, and go where it is permitted."""

import ssl
from pathlib import Path

import httpx

from testbed.certify.exchange.pages import page_at
from testbed.interception.journal import Journal
from testbed.interception.transport import RecordingTransport
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.permission import Permitted, permitted_road
from testbed.model.wire import BROWSER


class Reach:
    """Makes them.

    Args:
        case: what may be reached, and how long an answer may take.
    """

    def __init__(self, case: OutsideCase) -> None:
        self._case = case
        self._tls: dict[Path | None, ssl.SSLContext] = {}

    def http(self, credential: Path | None = None) -> httpx.AsyncClient:
        """A client that shows the certificate in this file; nothing where there is none."""
        return self._over(self._way(credential))

    def _way(self, credential: Path | None) -> Permitted:
        if credential not in self._tls:
            # NOTE: made once for each, for to read all authorities that are trusted takes longer than a call.
            context = self._tls[credential] = ssl.create_default_context()
            context.load_verify_locations(str(self._case.home.ca_file))
            if credential is not None:
                context.load_cert_chain(credential)
        return permitted_road(self._case.permission, self._tls[credential])

    def _over(self, carrier: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=carrier, timeout=self._case.patience_s, trust_env=False)

    async def page(self, url: str) -> str | None:
        """See :func:`testbed.certify.exchange.pages.page_at`."""
        async with self.http() as http:
            return await page_at(http, url, self._case.patience_s)

    async def recorded(self, url: str, journal: Journal) -> str | None:
        """The same by a person's browser, and written down."""
        way = self._way(None)
        async with self._over(RecordingTransport(BROWSER, lambda _: way, journal)) as http:
            return await page_at(http, url, self._case.patience_s)
