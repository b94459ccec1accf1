"""What crossed the wire, as bytes: requests, responses and the exchanges they form."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

type Headers = tuple[tuple[str, str], ...]

LOOPBACK = re.compile(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def host_of(url: str) -> str:
    """The lower-case host name of ``url``; with its port where that is not the scheme's own.

    An agreement names loopback hosts with their port, for otherwise every service on 127.0.0.1 would be one party.
    A URL that cannot be read has the host "".
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if port is None or port == DEFAULT_PORTS.get(parts.scheme.lower()):
        return host
    return f"{host}:{port}"


def is_on_loopback(host: str) -> bool:
    """Whether a host, as :func:`host_of` names it, is the machine itself: what is sent there is on no network."""
    name = host.rpartition(":")[0] if ":" in host else host
    return name == "localhost" or LOOPBACK.fullmatch(name) is not None


def header(headers: Headers, name: str) -> str:
    """The first value of the header ``name`` in any letter case, "" when it is absent."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


def header_values(headers: Headers, name: str) -> tuple[str, ...]:
    """Every value of the header ``name``, in order."""
    wanted = name.lower()
    return tuple(value for key, value in headers if key.lower() == wanted)


@dataclass(frozen=True)
class Request:
    """One HTTP request, its body as it stood on the wire (still content-encoded)."""

    method: str
    url: str
    """Absolute, without fragment."""
    headers: Headers = ()
    body: bytes = b""

    @cached_property
    def parts(self) -> SplitResult:
        """The URL taken apart; an unreadable one comes out empty, never as an exception."""
        try:
            return urlsplit(self.url)
        except ValueError:
            return SplitResult("", "", "", "", "")

    @property
    def host(self) -> str:
        """See :func:`host_of`."""
        return host_of(self.url)

    def header(self, name: str) -> str:
        """See :func:`header`."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, its body as it stood on the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """See :func:`header`."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a WebSocket (RFC 6455, 5.6), unmasked and put together."""

    sent: bool
    """By whoever opened the connection; else it was received by them."""
    at: datetime
    data: bytes
    """Of a text message its UTF-8."""
    text: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back, as the recorder saw them."""

    number: int
    """Given when the request leaves, from 1, in the order of leaving."""
    play: str
    """The play during which the request left, "" outside any."""
    sender: str
    """Lower-case host name of the caller; the person's browser is ``browser.test``."""
    receiver: str
    """Lower-case host name that was called."""
    request: Request
    response: Response | None
    """None when no answer came; ``error`` then says why."""
    started: datetime
    """When the request left, in UTC."""
    duration_ms: float
    error: str = ""
    frames: tuple[Frame, ...] = ()
    """What was said once the response had made the connection a WebSocket, in order."""
    led_by: str = ""
    """Host of the page that made the browser send it, where the recorder knows that by more than the headers."""
    shown: str = ""
    """The key by which the caller proved who it is: the digest of its pin (RFC 9932); "" where it showed none, or where
    the recorder was not the one it was shown to."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where in the journal something stands."""

    exchange: int
    locator: str
    """Part of the exchange, then an XPath, JSON pointer or field: ``request.body:SAMLResponse//saml:Attribute[1]``."""

    def __str__(self) -> str:
        return f"exchange {self.exchange}, {self.locator}"


HUNG_UP = "whoever asked hung up before the answer came"
"""The error of an exchange that the caller ended: a browser that leaves a page lets go of what it still asked for."""
KILLED = "the recorder was killed before an answer came: whether one was given is not known"
"""The error of an exchange that was under way when that was done on purpose."""
UNHEARD = "what was meant to be sent is not known"
"""How the error of an exchange begins of which nobody could hear what its caller had to say; a colon and why follow."""
BROWSER = "browser.test"
"""The host name under which the person's browser appears as a sender."""
