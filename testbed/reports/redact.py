"""Masks what would let a reader act as someone else: cookies, tokens, protocol messages, signatures."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from testbed.model.wire import Headers
from testbed.wire.bodies import form_fields

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
MAX_TEXT = 16_000
"""Of a longer text a page shows so many characters, and says so."""

_NAMES = (
    "samlrequest|samlresponse|relaystate|signature|code|code_verifier|access_token|refresh_token|id_token|token|"
    "client_secret|client_assertion|password|secret|session|sid|key|state|nonce|logout_token|id_token_hint|"
    "registration_access_token|login_ticket"
)
_IN_QUERY = re.compile(rf"(?i)(?<![a-z0-9_])({_NAMES})=([^&\s\"'<>#]+)")
_IN_JSON = re.compile(rf'(?i)("(?:{_NAMES})"\s*:\s*)"((?:[^"\\]|\\.)*)"')
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3}")
_IN_XML = re.compile(r"(<(?:\w+:)?(?:SignatureValue|CipherValue|X509Certificate)\b[^>]*>)([^<]*)(</)")


def text(value: str) -> str:
    """Any text, at most ``MAX_TEXT`` characters of it."""
    shown = _bounded(value)
    shown = _IN_QUERY.sub(lambda m: f"{m[1]}={mask(m[2])}", shown)
    shown = _IN_JSON.sub(lambda m: f'{m[1]}"{mask(m[2])}"', shown)
    return _TOKEN.sub(lambda m: mask(m[0]), shown)


def xml(value: str) -> str:
    """A protocol message that can be read and not be replayed: without its signature, keys and cipher text."""
    return _bounded(_IN_XML.sub(lambda m: f"{m[1]}{mask(m[2])}{m[3]}", value))


def path_of(url: str) -> str:
    """Path and query of an address, masked; ``url`` itself where it cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return text(url)
    names = [name for name, _ in form_fields(parts.query)]
    if any(name in ("SAMLRequest", "SAMLResponse") for name in names):
        return f"{parts.path}?{'&'.join(f'{name}=…' for name in names)}"
    return text(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")


def headers(values: Headers) -> Iterator[tuple[str, str]]:
    """Every header; of secret ones the length alone."""
    for name, value in values:
        yield name, mask(value) if name.lower() in SECRET_HEADERS else text(value)


def mask(value: str) -> str:
    """Of a secret its length alone."""
    return f"[{len(value)} tecken/characters]"


def _bounded(value: str) -> str:
    return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]} … [{len(value)} tecken/characters]"
