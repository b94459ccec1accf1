"""One leak: which attributes, who learns them, and by which way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

USER = "user"
"""In place of an attribute: what the vendor knows the person by."""

type Told = Mapping[str, str]
"""What is passed on of one person: a value for each attribute, by canonical name or :data:`USER`."""
type Element = Literal["img", "iframe", "link"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that the vendor's server is to make."""

    url: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        """POST where there is something to send."""
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True)
class ByServer:
    """The vendor's server sends it at every login."""

    request: Callable[[str, Told], Outgoing]
    """For this host."""


@dataclass(frozen=True, slots=True)
class ByPage:
    """The start page has the browser fetch it."""

    element: Element
    """An image, a frame or a style sheet."""
    url: Callable[[str, Told], str]
    """At this host, or at one below it."""
    redirected: bool = False
    """The page names an address of the vendor's own, which leads on."""


@dataclass(frozen=True, slots=True)
class ByCookie:
    """A cookie for all hosts below the vendor's own, so that the browser sends it to each of them."""

    value: Callable[[Told], str]


@dataclass(frozen=True, slots=True)
class ByAddress:
    """The start page bears it in its address, and takes its style from elsewhere: the browser tells where it is."""

    query: Callable[[Told], str]
    style: str
    """Path of the style sheet."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What a vendor passes on, to whom and how."""

    attributes: tuple[str, ...]
    """By canonical name or :data:`USER`; of a person who lacks one of them nothing is passed on."""
    host: str
    """Who learns it. A name that ends with a dot stands before the vendor's own: a company that works for it."""
    way: ByServer | ByPage | ByCookie | ByAddress

    def at(self, own_host: str) -> str:
        """The host of who learns it, for the vendor of this host."""
        return f"{self.host}{own_host}" if self.host.endswith(".") else self.host
