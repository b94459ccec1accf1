"""Carries one virtual pupil's requests: connections of their own, as a browser has them, bounded in time and size."""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from urllib.parse import urlsplit

from gevent import Timeout, ssl

from loadtests.line import Address, Line, Way
from loadtests.reach import UNHURRIED, Pace
from testbed.model.wire import DEFAULT_PORTS, Response
from testbed.wire.browsing import BrowserError, NoAnswerInTime, Sent

MAX_BODY = 4 * 1024 * 1024
"""Octets of one answer: a page, where a browser that is alone in its process may read more."""

OURS = {
    errno.EMFILE: "the limit of open files of the load generator, raise it by ulimit -n, or take more workers",
    errno.ENFILE: "the limit of open files of the whole machine, raise it by sysctl fs.file-max",
    errno.EADDRNOTAVAIL: "all local ports to one host are taken; take workers on other machines",
}


class Exhausted(Exception):
    """The load generator's own machine has come to an end, which is nobody else's fault."""


type Resolve = Callable[[str], str]
"""The address of a host that has no port of its own in the lab.

Raises:
    BrowserError: it may not be reached.
"""


def trusting(authorities: str) -> ssl.SSLContext:
    """A context of TLS for all pupils of a process, for it would cost each of them more than all else.

    Args:
        authorities: PEM of those who are trusted; "" for the machine's.
    """
    # NOTE: the library's create_default_context makes one that holds everybody up while one waits, unless locust has
    # changed the interpreter before; this is as strict as it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    if authorities:
        context.load_verify_locations(cadata=authorities)
    else:
        context.load_default_certs()
    return context


@dataclass(frozen=True, slots=True)
class Roads:
    """Where hosts are, for all pupils of one process."""

    hosts: Mapping[str, Address]
    context: ssl.SSLContext
    resolve: Resolve
    proxy: Address | None = None
    pace: Pace = UNHURRIED
    """Of requests to hosts that are neither the lab's nor this machine's."""

    def line(self, scheme: str, host: str, port: int, *, proxied: bool) -> Line:
        """A connection to a host.

        Raises:
            BrowserError: the host may not be reached.
        """
        context = self.context if scheme == "https" else None
        if proxied and self.proxy:
            return Line(Way(self.proxy, context, proxied=True), host, port)
        known = self.hosts.get(host)
        if known:
            return Line(Way(known, context), host, port)
        address = self.resolve(host)
        return Line(Way((address, port), context, held=not ip_address(address).is_loopback), host, port)


class Carrier:
    """The connections of one pupil.

    Args:
        roads: where hosts are.
        proxied: everything goes through the proxy.
    """

    __slots__ = ("_lines", "_proxied", "_roads")

    def __init__(self, roads: Roads, *, proxied: bool = False) -> None:
        self._roads, self._proxied = roads, proxied
        self._lines: dict[tuple[str, str, int], Line] = {}

    def wait(self, sent: Sent) -> None:
        """Until it is this request's turn: what the pace keeps somebody waiting is not the host's doing.

        Raises:
            BrowserError: the host may not be reached.
        """
        if self._line(sent.url).way.held:
            self._roads.pace.wait()

    def send(self, sent: Sent, within_s: float) -> Response:
        """Send one request and read its answer.

        Args:
            sent: what goes out.
            within_s: the whole of it takes no longer.

        Raises:
            NoAnswerInTime: it would have.
            BrowserError: no answer came, or one that is too long, or the host may not be reached.
            Exhausted: this machine has nothing to reach it with.
        """
        line, waiting = self._line(sent.url), Timeout(within_s)
        try:
            with waiting:
                return line.ask(sent, MAX_BODY)
        except Timeout as error:
            if error is not waiting:
                raise
            raise NoAnswerInTime(f"{sent.url[:200]} gave no answer within {within_s:g} s") from error
        except OSError as error:
            if error.errno in OURS:
                raise Exhausted(f"this machine has no more connections to give ({OURS[error.errno]})") from error
            raise BrowserError(f"{sent.url[:200]} gave no answer ({type(error).__name__}: {error})") from error
        except (HTTPException, UnicodeError) as error:
            raise BrowserError(f"{sent.url[:200]} gave no answer ({type(error).__name__}: {error})") from error

    def close(self) -> None:
        """Let go of every connection."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _line(self, url: str) -> Line:
        try:
            parts = urlsplit(url)
            key = (parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
        except (ValueError, KeyError) as error:
            raise BrowserError(f"{url[:200]!r} is no address of a page") from error
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = self._roads.line(*key, proxied=self._proxied)
        return line
