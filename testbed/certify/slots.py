"""A page taken apart: every place where a text stands, by a name that is the same on the next such page."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree, html

from testbed.model.pages import Page

type Slots = Mapping[str, str]
"""Place to text, white space folded."""

MAX_SLOTS = 5_000
MAX_TEXT = 4_000
MAX_DEPTH = 50
MAX_PLACE = 500
"""Characters of the name of a place; what lies deeper, or in a member of a longer name, is passed over."""
LINE = re.compile(r"([A-Za-z_][\w.:\[\]-]{0,200})\s*[=:]\s*(.*)")
"""A line of text that bears a name, as an environment variable or a header does."""
UNSEEN = frozenset({"script", "style", "template"})
TOLD = ("value", "content", "alt", "title")
"""Attributes that tell something, beside the text of an element."""


def slots_of(page: Page) -> Slots:
    """What stands on a page, as JSON, HTML or lines of text; hostile pages do not raise."""
    if "json" in page.media_type:
        found = _in_json(page.document)
    elif "html" in page.media_type:
        found = _in_html(page.document)
    else:
        found = _in_lines(page.document)
    slots: dict[str, str] = {}
    for place, text in found:
        if len(place) > MAX_PLACE:
            continue
        slots[_writable(place)] = _writable(" ".join(text.split())[:MAX_TEXT])
        if len(slots) >= MAX_SLOTS:
            break
    return MappingProxyType(slots)


def _writable(text: str) -> str:
    """Without halves of signs, which JSON can name and no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _in_json(document: str) -> Iterator[tuple[str, str]]:
    try:
        yield from _members(json.loads(document), "", 0)
    except (ValueError, RecursionError):
        yield from _in_lines(document)


def _members(value: object, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    """By JSON pointer (RFC 6901)."""
    if depth > MAX_DEPTH or len(pointer) > MAX_PLACE:
        return
    match value:
        case dict():
            for name, member in value.items():
                escaped = str(name).replace("~", "~0").replace("/", "~1")
                yield from _members(member, f"{pointer}/{escaped}", depth + 1)
        case list():
            for number, member in enumerate(value):
                yield from _members(member, f"{pointer}/{number}", depth + 1)
        case None:
            yield pointer, ""
        case str():
            yield pointer, value
        case _:
            yield pointer, json.dumps(value)


def _in_html(document: str) -> Iterator[tuple[str, str]]:
    try:
        # NOTE: as octets, for a text with a declaration of its encoding is refused.
        root = html.document_fromstring(document.encode(), html.HTMLParser(encoding="utf-8", no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for element, path in _with_paths(root):
        own = "".join([element.text or "", *(child.tail or "" for child in element)])
        if own.strip():
            yield path, own
        if element.tag == "pre":
            yield from ((f"{path} {place}", text) for place, text in _in_lines(own))
        for name in TOLD:
            if element.get(name):
                yield f"{path}/@{name}", element.get(name)


def _with_paths(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Every element that is seen and its XPath, in the order of the document and in time that grows with it alone: to
    ask lxml for the path of each of many siblings takes the square of their number."""
    waiting: list[tuple[etree._Element, str]] = [(root, f"/{root.tag}")]
    while waiting:
        element, path = waiting.pop()
        if element.tag not in UNSEEN:
            yield element, path
        if len(path) > MAX_PLACE:
            continue
        children = [child for child in element if isinstance(child.tag, str)]
        times, seen = Counter(child.tag for child in children), Counter[str]()
        inner = []
        for child in children:
            seen[child.tag] += 1
            number = f"[{seen[child.tag]}]" if times[child.tag] > 1 else ""
            inner.append((child, f"{path}/{child.tag}{number}"))
        waiting.extend(reversed(inner))


def _in_lines(document: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(document.splitlines(), 1):
        named = LINE.fullmatch(line.strip())
        if named:
            yield named[1], named[2]
        elif line.strip():
            yield f"line {number}", line
