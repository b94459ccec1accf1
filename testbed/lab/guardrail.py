"""What the testbed may reach when it stands beside outside software: loopback, and the files that it was named."""

from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from testbed.model.files import ScenarioInvalid

LOCALHOST = "localhost"
"""Resolves to loopback and nowhere else (RFC 6761, 6.3)."""
MEND = "give a plain address on loopback, such as http://127.0.0.1:8400"
ELSEWHERE = "is not on loopback, and the mock school speaks to this machine only"


def is_loopback(host: str) -> bool:
    """Whether this host, as it stands in a URL, is the machine itself. Names other than localhost are not looked up."""
    if host.lower() == LOCALHOST:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def must_be_loopback(url: str, where: str, elsewhere: tuple[str, str] = (ELSEWHERE, MEND)) -> None:
    """Hold a URL against the guardrail.

    Args:
        url: as a person wrote it.
        where: the option that it was given to, for the sentence.
        elsewhere: what is wrong with another host, and the mend.

    Raises:
        ScenarioInvalid: it leads elsewhere, or is no plain http or https URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ScenarioInvalid(where, url, f"is no web address ({error})", MEND) from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise ScenarioInvalid(where, url, "is no plain web address", MEND)
    if not is_loopback(host):
        raise ScenarioInvalid(where, url, *elsewhere)


def school_url(url: str) -> tuple[str, int]:
    """The address and port to listen on for a school whose outside address this is; port 0 takes a free one.

    Raises:
        ScenarioInvalid: it is not on loopback, not plain http, or more than scheme, host and port.
    """
    where = "--url"
    must_be_loopback(url, where)
    parts = urlsplit(url)
    if parts.scheme != "http":
        raise ScenarioInvalid(where, url, "is https, and the mock school speaks plain http on loopback", MEND)
    if parts.path or parts.query or parts.fragment or url.endswith(("?", "#")):
        raise ScenarioInvalid(where, url, "has more than scheme, host and port", "end it after the port")
    host = "127.0.0.1" if parts.hostname == LOCALHOST else parts.hostname or ""
    if not isinstance(ip_address(host), IPv4Address):
        raise ScenarioInvalid(where, url, "is an address of IPv6", MEND)
    return host, 80 if parts.port is None else parts.port


class NamedFiles(httpx.AsyncBaseTransport):
    """Answers ``file:`` URLs from the files that a person named, read anew each time, and from no others."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx; 404 for every other URL, and for a file that has gone."""
        path = self._files.get(str(request.url))
        if request.method != "GET" or path is None or not path.is_file():
            return httpx.Response(404, request=request)
        return httpx.Response(200, content=path.read_bytes(), request=request)
