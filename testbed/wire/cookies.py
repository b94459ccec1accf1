"""A browser's cookies: by domain, path, Secure, expiry and SameSite (RFC 6265bis)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

MAX_COOKIES = 300
MAX_BYTES = 4096
"""Of name and value together (RFC 6265bis, 5.6)."""
MAX_AGE = re.compile(r"-?[0-9]{1,11}", re.ASCII)
LOOPBACK = re.compile(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)
LONGEST = timedelta(days=400)
"""No cookie lives longer (RFC 6265bis, 5.5)."""


def site_of(host: str) -> str:
    """The registrable domain, by which same-site is told.

    NOTE: in the lab every registrable domain has two labels (``lasning.test``); loopback addresses are their own site.
    """
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return ".".join(host.split(".")[-2:])


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie that is kept."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str
    """strict, lax or none."""
    expires: datetime | None
    http_only: bool = False


class CookieJar:
    """The cookies of one browser."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._cookies: dict[tuple[str, str, str], Cookie] = {}

    def store(self, url: str, header: str, *, same_site_context: bool) -> None:
        """Keep what one Set-Cookie header says, unless the rules refuse it."""
        cookie = self._read(url, header)
        if cookie is None or (not same_site_context and cookie.same_site != "none"):
            return
        key = (cookie.domain, cookie.path, cookie.name)
        if cookie.expires is not None and cookie.expires <= self._now():
            self._cookies.pop(key, None)
        elif key in self._cookies or len(self._cookies) < MAX_COOKIES:
            self._cookies[key] = cookie

    @property
    def held(self) -> tuple[Cookie, ...]:
        """All that are kept."""
        return tuple(self._cookies.values())

    def restore(self, cookies: Iterable[Cookie]) -> None:
        """Hold these and no others."""
        self._cookies = {(cookie.domain, cookie.path, cookie.name): cookie for cookie in cookies}

    def header(self, url: str, *, same_site: bool, safe_top_level: bool) -> str:
        """The Cookie header for a request; "" for none.

        Args:
            url: where it goes.
            same_site: the request comes from a page of the same site, or from the person's own hand.
            safe_top_level: it opens a page, by a safe method: then Lax cookies go across sites too.
        """
        parts = urlsplit(url)
        host, path, secure = (parts.hostname or "").lower(), parts.path or "/", _is_safe(parts)
        now = self._now()
        fitting = [
            cookie
            for cookie in self._cookies.values()
            if _domain_fits(cookie, host)
            and _path_fits(cookie.path, path)
            and (secure or not cookie.secure)
            and (cookie.expires is None or cookie.expires > now)
            and (same_site or cookie.same_site == "none" or (cookie.same_site == "lax" and safe_top_level))
        ]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def _read(self, url: str, header: str) -> Cookie | None:
        pair, *attributes = header.split(";")
        name, equals, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name or len(name) + len(value) > MAX_BYTES:
            return None
        said = {key.strip().lower(): content.strip() for key, _, content in (a.partition("=") for a in attributes)}
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        domain = said.get("domain", "").lstrip(".").lower()
        if domain and (not (host == domain or host.endswith("." + domain)) or "." not in domain):
            return None
        path = said.get("path", "")
        cookie = Cookie(
            name=name,
            value=value,
            domain=domain or host,
            host_only=not domain,
            path=path if path.startswith("/") else _default_path(parts.path),
            secure="secure" in said,
            same_site=said["samesite"].lower() if said.get("samesite", "").lower() in ("strict", "none") else "lax",
            expires=_expiry(said, self._now()),
            http_only="httponly" in said,
        )
        return cookie if _may_be_set(cookie, secure_origin=_is_safe(parts), plain=parts.scheme == "http") else None


def _is_safe(parts: SplitResult) -> bool:
    """Whether nobody listens on the way: by TLS, or because it does not leave the machine, which browsers trust too
    (Secure Contexts 3.1)."""
    host = (parts.hostname or "").lower()
    return parts.scheme == "https" or host == "localhost" or LOOPBACK.fullmatch(host) is not None


def _may_be_set(cookie: Cookie, *, secure_origin: bool, plain: bool) -> bool:
    if cookie.secure and not secure_origin:
        return False
    # NOTE: a service that is tried without TLS on the machine itself cannot mark a cookie Secure, and some mark it
    # SameSite=None all the same; Firefox takes such a cookie.
    if cookie.same_site == "none" and not cookie.secure and not (plain and secure_origin):
        return False
    if cookie.name.startswith("__Secure-") and not cookie.secure:
        return False
    return not cookie.name.startswith("__Host-") or (cookie.secure and cookie.host_only and cookie.path == "/")


def _expiry(said: dict[str, str], now: datetime) -> datetime | None:
    age = MAX_AGE.fullmatch(said.get("max-age", ""))
    if age:
        return now + min(timedelta(seconds=int(age.group())), LONGEST)
    try:
        expires = parsedate_to_datetime(said["expires"]) if "expires" in said else None
    except (ValueError, OverflowError):
        return None
    return expires.replace(tzinfo=now.tzinfo) if expires and expires.tzinfo is None else expires


def _default_path(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _domain_fits(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain or (not cookie.host_only and host.endswith("." + cookie.domain))


def _path_fits(cookie_path: str, path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path if cookie_path.endswith("/") else cookie_path + "/")
