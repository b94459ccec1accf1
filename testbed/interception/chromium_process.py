"""A real Chromium in the lab: it runs the scripts of a page, and reaches nothing but the lab's proxy.

Its pages call through the proxy's listener for the person's browser, and trust the lab's own certificate authority and
no other. What Chromium itself would like to ask of its makers leads to a port where nobody is.
"""

import asyncio
import base64
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser as Process
from playwright.async_api import Error, async_playwright

from testbed.interception import ParticipantUnavailable
from testbed.interception.chromium_browser import ChromiumBrowser

READY_MS = 30_000
GOODBYE_S = 10.0
LOOPBACK = "127.0.0.1"
OFF = (
    # NOTE: asks its makers about every form of a page, by way of the page's own proxy.
    "AutofillServerCommunication",
    # NOTE: those that Playwright turns off: Chromium heeds only the last list that it is given.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
"""Features of Chromium that do without being asked."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """One that runs."""

    _process: Process
    _proxy: str

    @property
    def version(self) -> str:
        """As it says itself."""
        return self._process.version

    @asynccontextmanager
    async def browser(self, language: str = "sv") -> AsyncIterator[ChromiumBrowser]:
        """A fresh browser: without cookies, store or history.

        Raises:
            ParticipantUnavailable: Chromium has ended.
        """
        if not self._process.is_connected():
            raise ParticipantUnavailable("Chromium has ended")
        browser = ChromiumBrowser(self._process, self._proxy, language)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def launched(path: Path, proxy: str, ca_file: Path) -> AsyncIterator[Chromium]:
    """A Chromium with a profile of its own, gone when it closes.

    Args:
        path: the program.
        proxy: URL of the listener that its pages call through.
        ca_file: the certificate authority whose certificates its pages trust.

    Raises:
        ParticipantUnavailable: it did not come up.
    """
    async with AsyncExitStack() as stack:
        nobody = stack.enter_context(_nobody())
        playwright = await async_playwright().start()
        stack.push_async_callback(_within_bounds, playwright.stop)
        try:
            process = await playwright.chromium.launch(
                executable_path=path,
                # NOTE: as root Chromium has no sandbox, and will not start with one.
                chromium_sandbox=os.geteuid() != 0,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=READY_MS,
                args=[
                    f"--proxy-server=http://{LOOPBACK}:{nobody}",
                    "--proxy-bypass-list=<-loopback>",
                    f"--ignore-certificate-errors-spki-list={_pin(ca_file)}",
                    f"--disable-features={','.join(OFF)}",
                    "--disable-background-networking",
                    "--disable-gpu",
                ],
            )
        except Error as error:
            raise ParticipantUnavailable(f"Chromium did not come up: {error.message[:500]}") from error
        stack.push_async_callback(_within_bounds, process.close)
        yield Chromium(process, proxy)


async def _within_bounds(close: Callable[[], Awaitable[None]]) -> None:
    """What has ended already may not answer."""
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await close()


def _pin(ca_file: Path) -> str:
    """The SHA-256 of the public key that must have signed, as Chromium wants it."""
    key = x509.load_pem_x509_certificate(ca_file.read_bytes()).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


@contextmanager
def _nobody() -> Iterator[int]:
    """A port that is taken and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        yield int(taken.getsockname()[1])
