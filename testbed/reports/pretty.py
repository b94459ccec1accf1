"""Messages in lines that can be read, without a sign more or less: put together again, the lines are the message.

Secrets are masked, and signs that cannot be seen are shown by their numbers.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from testbed.reports import redact
from testbed.reports.printable import visible

DEEPEST = 12
_TAG = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]*>", re.DOTALL)
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^"{}\[\],]+|"', re.DOTALL)
_TOKEN = re.compile(r"([\w-]*)\.([\w-]*)\.([\w-]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and how far it is set in."""

    depth: int
    text: str


def lines(message: str) -> tuple[Line, ...]:
    """What to show of a message: in lines, and without what would let a reader act as someone else."""
    if token := _TOKEN.fullmatch(message):
        return tuple(_of_token(*token.groups()))
    if message.lstrip().startswith("<"):
        return tuple(_of_xml(redact.xml(message)))
    if message.lstrip().startswith(("{", "[")):
        return tuple(_of_json(redact.text(message)))
    return tuple(_of_query(redact.text(message)))


def _of_xml(text: str) -> Iterator[Line]:
    """A line begins with a tag that comes right after another one; where text stands between, nothing is parted."""
    depth = begun = end = line_depth = 0
    for tag in _TAG.finditer(text):
        closes, opens = tag[0].startswith("</"), tag[0][1:2].isalpha() and not tag[0].endswith("/>")
        depth -= closes
        if tag.start() == end and begun < end:
            yield _line(line_depth, text[begun:end])
            begun, line_depth = end, depth
        depth += opens
        end = tag.end()
    yield _line(line_depth, text[begun:])


def _of_json(text: str) -> Iterator[Line]:
    """A line ends after a comma and an opening bracket, and before a closing one."""
    depth, held, line_depth = 0, "", 0
    for part in _JSON.findall(text):
        if part in "}]":
            depth -= 1
            if held:
                yield _line(line_depth, held)
            held, line_depth = "", depth
        held += part
        depth += part in "{["
        if part in ",{[":
            yield _line(line_depth, held)
            held, line_depth = "", depth
    if held:
        yield _line(line_depth, held)


def _of_query(text: str) -> Iterator[Line]:
    parts = text.split("&")
    yield from (_line(0, f"{part}&") for part in parts[:-1])
    yield _line(0, parts[-1])


def _of_token(header: str, claims: str, signature: str) -> Iterator[Line]:
    """Header and claims as they were written, letter by letter; of the signature its length."""
    for part in (header, claims):
        yield from _of_json(redact.text(_decoded(part)))
    yield _line(0, redact.mask(signature))


def _decoded(part: str) -> str:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")
    except ValueError:
        return part


def _line(depth: int, text: str) -> Line:
    return Line(max(0, min(depth, DEEPEST)), visible(text))
