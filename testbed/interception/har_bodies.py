"""Bodies as a HAR holds them, brought back to the octets that crossed the wire, and what became of them on the way."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_plus

from testbed.model.wire import Headers, header

CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
BOUNDARY = re.compile(r"boundary\s*=\s*\"?([^\";,\s]+)", re.IGNORECASE)
ENCODED = re.compile(r"[A-Za-z0-9*._+%-]*")
"""What a parameter consists of that is encoded already (application/x-www-form-urlencoded)."""
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
UPLOAD_HEADERS = re.compile(r"(?:[A-Za-z-]+: [^\r\n]*\r\n)+\r\n")
"""What Firefox puts before the fields of a form."""
MAX_PARAMETERS = 10_000


@dataclass(frozen=True, slots=True)
class Body:
    """Octets, and what must be said of them."""

    octets: bytes = b""
    problem: str = ""
    """"" where they are what was sent."""


def body_sent(data: object, headers: Headers) -> Body:
    """What a request carried.

    Browsers keep texts: of a body in another charset, or of one that is no text, something may be lost. What it
    measured when it was sent stands in Content-Length, and tells.
    """
    said = {} if data is None else data
    text = (said.get("text") or "") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(text, str):
        return Body(problem="its body is not as HAR 1.2 has it")
    if text:
        return from_base64(text, "its body") if said.get("encoding") == "base64" else _text_sent(text, headers)
    params = said.get("params")
    if isinstance(params, list) and params:
        return _of_parameters(params, headers)
    return _held_against(Body(), headers)


def body_received(content: object, headers: Headers) -> Body:
    """What an answer carried, already decoded (its Content-Encoding is undone)."""
    if not isinstance(content, Mapping):
        return Body()
    text = content.get("text", "")
    if not isinstance(text, str):
        return Body(problem="its answer's body is not as HAR 1.2 has it")
    if content.get("encoding") == "base64":
        return from_base64(text, "its answer's body")
    return Body(_encoded(text, _charset(headers)))


def from_base64(text: str, whose: str) -> Body:
    """Octets that were written so; the text itself where they were not, for what stands in it must be seen."""
    try:
        return Body(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return Body(octets_of(text), f"{whose} is not base64, as it says")


def octets_of(text: str) -> bytes:
    """As UTF-8; lone surrogates are the octets that they stand for, or are replaced."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _text_sent(text: str, headers: Headers) -> Body:
    """By whichever reading measures what was sent."""
    own = UPLOAD_HEADERS.match(text)
    readings = [octets_of(text), _encoded(text, _charset(headers) or "latin-1")]
    if own is not None:
        readings.append(octets_of(text[own.end() :]))
    measure = _measure(headers)
    fitting = next((one for one in readings if measure in (None, len(one))), None)
    return Body(fitting) if fitting is not None else _held_against(Body(readings[0]), headers)


def _measure(headers: Headers) -> int | None:
    """What the body measured; None where that is not said, or was said of a body that is decoded by now."""
    said = header(headers, "content-length").strip()
    if header(headers, "content-encoding") or not said.isascii() or not said.isdigit() or len(said) > len("1" * 15):
        return None
    return int(said)


def _held_against(body: Body, headers: Headers) -> Body:
    measure = _measure(headers)
    if measure in (None, len(body.octets)):
        return body
    return Body(body.octets, f"its body is not whole: {measure} bytes were sent, and {len(body.octets)} are here")


def _charset(headers: Headers) -> str:
    found = CHARSET.search(header(headers, "content-type"))
    return found.group(1) if found else ""


def _encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset) if charset else octets_of(text)
    except (UnicodeError, LookupError):
        return octets_of(text)


def _of_parameters(params: Sequence[object], headers: Headers) -> Body:
    """A form of which only the fields are told; the very octets cannot be known, and are not measured."""
    if len(params) > MAX_PARAMETERS:
        return Body(problem=f"its body has more than {MAX_PARAMETERS} fields")
    fields = [one for one in params if isinstance(one, Mapping)]
    pairs = [(str(one.get("name", "")), one.get("value", "")) for one in fields]
    problem = "" if len(fields) == len(params) else "a field of its body is not as HAR 1.2 has it"
    named = [(name, "" if value is None else str(value)) for name, value in pairs]
    boundary = BOUNDARY.search(header(headers, "content-type"))
    if boundary is not None:
        return Body(octets_of(_multipart(named, boundary.group(1))), problem)
    return Body(octets_of("&".join(f"{_form_coded(name)}={_form_coded(value)}" for name, value in named)), problem)


def _multipart(fields: Sequence[tuple[str, str]], boundary: str) -> str:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    ]
    return "".join(parts) + f"--{boundary}--\r\n"


def _form_coded(value: str) -> str:
    """Some browsers write parameters as they were sent and some as they were meant."""
    if ENCODED.fullmatch(value) and ESCAPE.search(value) and quote_plus(unquote_plus(value)).lower() == value.lower():
        return value
    return quote_plus(value, errors="surrogateescape")
