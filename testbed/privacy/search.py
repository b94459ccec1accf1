"""Find the values of people in a text.

This version finds plain values: in any letter case, percent-encoded, with plus for blank, and behind the escapes of
JSON and HTML. Other encodings, digests and nesting belong to the data-minimisation engine that is to come; they enter
here, through :func:`find`.
"""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from ahocorasick_rs import AhoCorasick, MatchKind

from testbed.privacy.people import Owner, PeopleIndex, folded

JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
MAX_TEXT = 16 * 1024 * 1024


def find(text: str, index: PeopleIndex) -> tuple[Owner, ...]:
    """Every value of a person that the text holds as a word of its own, each once, in the order of first sight.

    A value inside a longer word or number is not a find, and of values that overlap the longest counts.
    """
    found: dict[Owner, None] = {}
    for view in _views(text[:MAX_TEXT]):
        found.update(dict.fromkeys(_in_view(folded(view), index)))
    return tuple(found)


def _views(text: str) -> Iterator[str]:
    """The text and what it says when its escapes are undone, each different reading once."""
    views = {text: None}
    if "%" in text:
        views[unquote(text)] = None
    if "+" in text:
        views[unquote_plus(text)] = None
    for view in list(views):
        if "\\u" in view:
            views[JSON_ESCAPE.sub(lambda escape: chr(int(escape.group(1), 16)), view)] = None
        if "&" in view:
            views[html.unescape(view)] = None
    return iter(views)


@lru_cache(maxsize=4)
def _matcher(index: PeopleIndex) -> tuple[AhoCorasick, tuple[Owner, ...]]:
    return AhoCorasick(list(index.needles), matchkind=MatchKind.LeftmostLongest), tuple(index.needles.values())


def _in_view(text: str, index: PeopleIndex) -> Iterator[Owner]:
    if not index.needles:
        return
    matcher, owners = _matcher(index)
    for number, start, end in matcher.find_matches_as_indexes(text):
        if not _continues(text, start, -1) and not _continues(text, end - 1, 1):
            yield owners[number]


def _continues(text: str, edge: int, step: int) -> bool:
    """Whether the word at this edge of a match goes on beyond it."""
    beyond = edge + step
    return 0 <= beyond < len(text) and text[beyond].isalnum() and text[edge].isalnum()
