"""Where in an exchange a text may stand, and the exchange around it."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType

from scenarios.corpus import traffic
from scenarios.corpus.encode import CONTENT_CODINGS, compressed
from testbed.model.wire import Exchange, Frame, Headers, Request, Response

HOSTS = ("api.larverktyg.test", "www.ovningsbank.test", "cdn.bildlager.test", "samlare.matning.test", "logg.drift.test")
CALLER = "app.larverktyg.test"
"""Whose traffic it is: a service's, so that what it is answered is its business too."""
_STARTED = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
_SWITCHING, _OK, _FOUND = 101, 200, 302
_UA = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Body:
    """A request's or response's body, before any content coding."""

    kind: str
    data: bytes
    coding: Headers = ()
    """``Content-Encoding``, where ``data`` has been coded already."""

    @property
    def headers(self) -> Headers:
        """Of the message that carries it."""
        return (("Content-Type", self.kind), ("Content-Length", str(len(self.data))), *self.coding)


@dataclass(frozen=True, slots=True)
class Draft:
    """An exchange before it has a number; what is left out is filled in as services do."""

    path: str = ""
    host: str = ""
    headers: Headers = ()
    sent: Body | None = None
    status: int = _OK
    answer_headers: Headers = ()
    answered: Body | None = None
    frames: tuple[tuple[bool, bytes, bool], ...] = ()
    """Sent or received, data, text or binary."""


type Place = Callable[[Random, bytes], Draft]


def exchange_of(draft: Draft, number: int, draw: Random) -> Exchange:
    """The whole exchange."""
    host = draft.host or draw.choice(HOSTS)
    path = (
        draft.path
        or f"/v1/{draw.choice(('poster', 'sidor', 'filer'))}/{draw.randint(1, 9999)}?t={traffic.epoch_ms(draw)}"
    )
    started = _STARTED + timedelta(milliseconds=137 * number)
    headers = (("Host", host), ("User-Agent", _UA), ("Accept", "*/*"), *draft.headers)
    request = Request(
        "POST" if draft.sent else "GET",
        f"https://{host}{path}",
        headers + (draft.sent.headers if draft.sent else ()),
        draft.sent.data if draft.sent else b"",
    )
    answered = draft.answered
    if answered is None and draft.status == _OK:
        answered = Body("application/json", traffic.document(draw, "json", draw.randint(200, 900)))
    trace = (("X-Request-Id", traffic.uuid(draw)), ("ETag", f'"{traffic.hex_digits(draw, 32)}"'))
    response = Response(
        draft.status,
        trace + draft.answer_headers + (answered.headers if answered else ()),
        answered.data if answered else b"",
    )
    frames = tuple(
        Frame(sent, started + timedelta(seconds=1 + position), data, text)
        for position, (sent, data, text) in enumerate(draft.frames)
    )
    return Exchange(number, "", CALLER, host, request, response, started, float(draw.randint(3, 300)), frames=frames)


def plain_traffic(draw: Random, size: int) -> Draft:
    """An exchange in which nothing of anybody stands."""
    kind = draw.choice(tuple(traffic.DOCUMENTS))
    body = Body(traffic.DOCUMENTS[kind][0], traffic.document(draw, kind, size))
    return Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)


# --- in what names the resource -------------------------------------------------------------------------------------


def _text(written: bytes) -> str:
    return written.decode("latin-1")


def _path(draw: Random, written: bytes) -> Draft:
    return Draft(path=f"/v2/konton/{_text(written)}/bild?w={draw.randint(16, 512)}")


def _query(draw: Random, written: bytes) -> Draft:
    return Draft(path=f"/p.gif?cb={draw.getrandbits(31)}&u={_text(written)}&dl=%2Fkurs%2F{draw.randint(1, 99)}")


def _host(_: Random, written: bytes) -> Draft:
    return Draft(host=f"{_text(written)}.{HOSTS[3]}")


# --- in headers -----------------------------------------------------------------------------------------------------


def _header(draw: Random, written: bytes) -> Draft:
    return Draft(headers=((draw.choice(("X-User", "X-Context", "X-Client-Data")), _text(written)),))


def _bearer(_: Random, written: bytes) -> Draft:
    return Draft(headers=(("Authorization", f"Bearer {_text(written)}"),))


def _cookie(draw: Random, written: bytes) -> Draft:
    return Draft(headers=(("Cookie", f"theme=dark; uid={_text(written)}; sid={traffic.hex_digits(draw, 32)}"),))


def _referer(draw: Random, written: bytes) -> Draft:
    return Draft(headers=(("Referer", f"https://{HOSTS[1]}/sok?s={draw.randint(1, 40)}&vem={_text(written)}"),))


def _set_cookie(_: Random, written: bytes) -> Draft:
    return Draft(answer_headers=(("Set-Cookie", f"remember={_text(written)}; Path=/; Secure; HttpOnly"),))


def _location(_: Random, written: bytes) -> Draft:
    return Draft(status=_FOUND, answer_headers=(("Location", f"https://{HOSTS[3]}/r?to={_text(written)}"),))


# --- in bodies ------------------------------------------------------------------------------------------------------


def _sent(kind: str) -> Place:
    def place(draw: Random, written: bytes) -> Draft:
        return Draft(sent=_body(draw, kind, written))

    return place


def _answered(kind: str) -> Place:
    def place(draw: Random, written: bytes) -> Draft:
        return Draft(answered=_body(draw, kind, written))

    return place


def _body(draw: Random, kind: str, written: bytes) -> Body:
    return Body(traffic.DOCUMENTS[kind][0], traffic.document(draw, kind, draw.randint(300, 4000), written))


def _whole(draw: Random, written: bytes) -> Draft:
    """The bytes are the body and nothing stands around them."""
    body = Body("application/octet-stream", written)
    return Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)


def _binary(draw: Random, written: bytes) -> Draft:
    """Between bytes of other kinds, as in a file."""
    body = b"DATA\0\2" + _noise(draw) + written + b"\0\0" + _noise(draw)
    return Draft(sent=Body("application/octet-stream", body))


def _noise(draw: Random) -> bytes:
    """Ends with a byte that is no letter in any charset."""
    return draw.randbytes(draw.randint(20, 400)) + b"\0\0"


def _multipart(fields: Callable[[Random, bytes], tuple[tuple[str, bytes], ...]]) -> Place:
    def place(draw: Random, written: bytes) -> Draft:
        boundary = f"----WebKitFormBoundary{traffic.hex_digits(draw, 16)}"
        parts = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n" for head, data in fields(draw, written)]
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return Draft(sent=Body(f"multipart/form-data; boundary={boundary}", body))

    return place


def _field(draw: Random, written: bytes) -> tuple[tuple[str, bytes], ...]:
    return (
        ('Content-Disposition: form-data; name="csrf"', traffic.hex_digits(draw, 32).encode("ascii")),
        ('Content-Disposition: form-data; name="notering"', written),
    )


def _file(draw: Random, written: bytes) -> tuple[tuple[str, bytes], ...]:
    return (
        ('Content-Disposition: form-data; name="album"', str(draw.randint(1, 999)).encode("ascii")),
        (
            'Content-Disposition: form-data; name="fil"; filename="export.bin"\r\nContent-Type: x/y',
            written,
        ),
    )


def _pairs(_: Random, written: bytes) -> tuple[tuple[str, bytes], ...]:
    """Of names and values with a zero byte after each."""
    texts = written.split(b"\0")[:-1]
    names, values = texts[::2], texts[1::2]
    head = 'Content-Disposition: form-data; name="{}"'
    return tuple((head.format(name.decode()), value) for name, value in zip(names, values, strict=True))


def _mime(encoding: str) -> Callable[[Random, bytes], tuple[tuple[str, bytes], ...]]:
    def fields(_: Random, written: bytes) -> tuple[tuple[str, bytes], ...]:
        head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
        return ((head, written),)

    return fields


def _text_body(kind: str) -> Place:
    def place(draw: Random, written: bytes) -> Draft:
        body = Body(kind, written)
        return Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)

    return place


def _coded(coding: str) -> Place:
    """A JSON body in one of HTTP's content codings."""

    def place(draw: Random, written: bytes) -> Draft:
        document = traffic.document(draw, "json", draw.randint(300, 4000), written)
        data = compressed(document, CONTENT_CODINGS[coding])
        body = Body("application/json", data, (("Content-Encoding", coding),))
        return Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)

    return place


def _saml_redirect(_: Random, written: bytes) -> Draft:
    return Draft(path=f"/saml/sso?SAMLRequest={_text(written)}&RelayState=%2Fstart")


def _saml_post(draw: Random, written: bytes) -> Draft:
    body = b"RelayState=" + traffic.hex_digits(draw, 12).encode() + b"&SAMLResponse=" + written
    return Draft(path="/saml/acs", sent=Body(traffic.DOCUMENTS["form"][0], body))


def protobuf_field(number: int, data: bytes) -> bytes:
    """A length-delimited field of Protocol Buffers."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:  # noqa: PLR2004 (seven bits a byte)
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _protobuf(draw: Random, written: bytes) -> Draft:
    """Field numbers from 8 on have tags that are letters: the byte after a value may look like one more of it."""
    fields = [
        protobuf_field(draw.randint(1, 15), traffic.words(draw, 3).encode("utf-8")) for _ in range(draw.randint(2, 8))
    ]
    fields.append(b"\x08" + _varint(draw.getrandbits(40)))
    fields.append(_varint(9 << 3 | 1) + struct.pack("<d", draw.random()))
    inner = protobuf_field(draw.randint(1, 15), written)
    fields.insert(draw.randrange(len(fields) + 1), protobuf_field(3, inner) if draw.random() < 1 / 2 else inner)
    body = Body("application/x-protobuf", b"".join(fields))
    return Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)


# --- in WebSockets --------------------------------------------------------------------------------------------------


def _frames(text: bool, whole: bool = False) -> Place:
    def place(draw: Random, written: bytes) -> Draft:
        around = traffic.document(draw, "json", draw.randint(100, 900), written)
        said = written if whole or not text else around
        other = b'{"op":"ping","n":%d}' % draw.randint(1, 999)
        sent = draw.random() < 1 / 2
        return Draft(
            path="/ws",
            headers=(("Upgrade", "websocket"), ("Connection", "Upgrade")),
            status=_SWITCHING,
            answer_headers=(("Upgrade", "websocket"),),
            frames=((True, other, True), (sent, said, text), (not sent, other, True)),
        )

    return place


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "path": _path,
        "query": _query,
        "host": _host,
        "header": _header,
        "bearer": _bearer,
        "cookie": _cookie,
        "referer": _referer,
        "set-cookie": _set_cookie,
        "location": _location,
        "form": _sent("form"),
        "json": _sent("json"),
        "json-answer": _answered("json"),
        "telemetry": _sent("telemetry"),
        "graphql": _sent("graphql"),
        "log": _sent("log"),
        "prose": _sent("prose"),
        "html": _answered("html"),
        "script": _answered("script"),
        "style": _answered("style"),
        "xml": _sent("xml"),
        "multipart": _multipart(_field),
        "file": _multipart(_file),
        "multipart-pairs": _multipart(_pairs),
        "mime-quoted-printable": _multipart(_mime("quoted-printable")),
        "mime-base64": _multipart(_mime("base64")),
        "text-latin-1": _text_body("text/html; charset=iso-8859-1"),
        "text-utf-16": _text_body("text/plain; charset=utf-16"),
        "saml-redirect": _saml_redirect,
        "saml-post": _saml_post,
        "binary": _binary,
        "whole": _whole,
        "protobuf": _protobuf,
        "frame": _frames(text=True),
        "frame-alone": _frames(text=True, whole=True),
        "binary-frame": _frames(text=False),
        **{f"coded-{coding}": _coded(coding) for coding in CONTENT_CODINGS},
    }
)
IN_URLS = ("path", "query", "referer", "location")
IN_HEADERS = ("header", "cookie", "set-cookie")
IN_JSON = ("json", "json-answer", "telemetry", "graphql", "frame")
IN_TEXT = ("log", "prose", "html", "xml", "multipart", *IN_JSON)
IN_BODIES = ("script", "style", *IN_TEXT)
IN_BYTES = ("whole", "file", "binary-frame")
AS_TOKEN = (*IN_URLS, *IN_HEADERS, "form", "frame-alone", *IN_BODIES)
"""For letters, digits, hyphens and underscores."""
