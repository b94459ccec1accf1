"""Messages of the web without the values in them: what was sent where and under which names, and not what.

Every value goes, whoever it is about: nobody can tell a pupil's from another's by looking.
"""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote_plus, urlsplit

from testbed.model.wire import Frame, Headers, Request, Response, header
from testbed.privacy.hiding import Hiding, length
from testbed.wire.bodies import FORM, MAX_FIELDS, decoded

PLAIN_HEADERS = frozenset(
    [
        "accept",
        "accept-encoding",
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-allow-origin",
        "access-control-request-headers",
        "access-control-request-method",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-security-policy",
        "content-type",
        "date",
        "dnt",
        "host",
        "origin",
        "pragma",
        "referrer-policy",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "sec-gpc",
        "strict-transport-security",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "vary",
    ]
)
"""Headers that say how something was sent, and nothing of anybody."""
ADDRESSES = frozenset({"location", "referer"})
PLAIN_MEMBERS = frozenset(
    {"iss", "aud", "azp", "exp", "iat", "nbf", "auth_time", "acr", "amr", "typ", "alg", "token_type", "active", "scope"}
)
"""Members of tokens and answers that are about the login."""
PLAIN_ELEMENTS = frozenset({"Audience", "AuthnContextClassRef", "Issuer"})
NAME = re.compile(r"[A-Za-z_][A-Za-z_.\[\]-]{0,39}|[a-z]{1,4}[0-9]{1,2}")
"""A name of a field or a part of a path that is a word of somebody's program."""
TEXT = re.compile(r"(<(/?)(?:[\w.-]+:)?([\w.-]+)[^<>]*>)([^<]+)")
ATTRIBUTE = re.compile(r"(\s(?:xmlns(?::\w+)?|[\w:]+)=\")([^\"<]*)(\")")
COMMENT = re.compile(r"<!--.*?(?:-->|$)|<!\[CDATA\[.*?(?:\]\]>|$)", re.DOTALL)
LONG_ATTRIBUTES = frozenset({'ID="', 'InResponseTo="', 'SessionIndex="', 'Name="'})
"""Attributes of SAML in which numbers are long: identifiers of messages, and names."""
MAX_SHOWN = 64 * 1024
"""Of a longer body nothing is shown but its length."""


class Masking:
    """Masks the messages of one record."""

    def __init__(self, hiding: Hiding) -> None:
        self.hiding = hiding

    def request(self, request: Request) -> Request:
        """A request with its names."""
        body = self._body(request.headers, request.body)
        return Request(request.method, self.url(request.url), self._headers(request.headers), body)

    def response(self, response: Response) -> Response:
        """An answer with its names."""
        body = self._body(response.headers, response.body)
        return Response(response.status, self._headers(response.headers), body)

    def frame(self, frame: Frame) -> Frame:
        """A message of a WebSocket."""
        return Frame(frame.sent, frame.at, self._text(frame.data, "json").encode())

    def url(self, url: str) -> str:
        """An address: its host, the words of its path, and the names in its query."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return length(url)
        where = f"{parts.scheme}://{self.hiding.host(host)}{f':{port}' if port else ''}"
        path = "/".join(self.name(part) for part in parts.path.split("/"))
        return f"{where}{path}{'?' if parts.query else ''}{self._fields(parts.query)}"

    def name(self, name: str) -> str:
        """A name, unless it is a value in the place of one."""
        return name if not name or (NAME.fullmatch(name) and not self.hiding.holds(name)) else length(name)

    def json(self, text: str) -> str:
        """A JSON document with the names of its members; its length where it is none."""
        try:
            return json.dumps(self._value(json.loads(text)), ensure_ascii=False, indent=1)
        except (ValueError, RecursionError):
            return length(text) if text else ""

    def xml(self, text: str) -> str:
        """An XML document with its elements; what stands between and in them, where it is the protocol's."""
        bare = COMMENT.sub(lambda found: length(found.group()), text)
        bare = TEXT.sub(self._after_a_tag, bare)
        return ATTRIBUTE.sub(self._attribute, bare)

    def _attribute(self, found: re.Match[str]) -> str:
        hidden = self.hiding.known if found[1].strip() in LONG_ATTRIBUTES else self.hiding.text
        return f"{found[1]}{hidden(found[2])}{found[3]}"

    def _after_a_tag(self, found: re.Match[str]) -> str:
        tag, closes, name, said = found.groups()
        if not said.strip():
            return found.group()
        plain = not closes and name in PLAIN_ELEMENTS
        return tag + (self.hiding.text(said) if plain else length(said.strip()))

    def _fields(self, query: str) -> str:
        if query.count("&") > MAX_FIELDS:
            return length(query)
        return "&".join(self._field(*part.partition("=")) for part in query.split("&"))

    def _field(self, name: str, sign: str, value: str) -> str:
        """What stands without a name is no name."""
        said = length(unquote_plus(value)) if value else ""
        return f"{self.name(unquote_plus(name))}={said}" if sign else length(name) if name else ""

    def _headers(self, headers: Headers) -> Headers:
        return tuple((self.name(name), self._header(name.lower(), value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        if name in ADDRESSES:
            return self.url(value) if "://" in value else length(value)
        return self.hiding.text(value) if name in PLAIN_HEADERS else length(value)

    def _body(self, headers: Headers, body: bytes) -> bytes:
        if not body:
            return b""
        kind = header(headers, "content-type").partition(";")[0].strip().lower()
        return self._text(decoded(headers, body), kind).encode()

    def _text(self, octets: bytes, kind: str) -> str:
        text = octets.decode("utf-8", "replace")
        if len(text) > MAX_SHOWN:
            return length(text)
        shown: Callable[[str], str] = length
        if kind == FORM:
            shown = self._fields
        elif "json" in kind:
            shown = self.json
        return shown(text)

    def _value(self, value: object) -> object:
        match value:
            case dict():
                return {
                    self.name(str(name)): inner if self._plain(str(name), inner) else self._value(inner)
                    for name, inner in value.items()
                }
            case list():
                return [self._value(inner) for inner in value]
            case bool() | None:
                return value
            case _:
                return length(str(value))

    def _plain(self, name: str, value: object) -> bool:
        if name not in PLAIN_MEMBERS or isinstance(value, dict):
            return False
        return not self.hiding.holds(json.dumps(value, ensure_ascii=False)) or isinstance(value, int)
