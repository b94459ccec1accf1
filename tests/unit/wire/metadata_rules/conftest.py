"""The example metadata, to spoil in one place, and what the linter says of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from testbed.wire.metadata_rules import lint
from testbed.wire.metadata_rules.core import NAMES

EXAMPLES = Path(__file__).parents[4] / "scenarios" / "metadata"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
type Element = etree._Element
type Said = list[tuple[str, str, str]]


class Spoilt:
    """A good entity with what a test changes in it."""

    def __init__(self, name: str) -> None:
        self.root: Element = etree.parse(EXAMPLES / f"example-{name}.xml").getroot()

    def at(self, path: str) -> list[Element]:
        """The elements at a path, of which there must be one at least."""
        found: list[Element] = self.root.findall(path, dict(NAMES))
        assert found, path
        return found

    def without(self, path: str) -> "Spoilt":
        """All elements at the path are gone."""
        for element in self.at(path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
        return self

    def with_(self, path: str, **attributes: str | None) -> "Spoilt":
        """The first element there has these attributes; None: lacks it. ``lang`` is xml:lang."""
        element = self.at(path)[0]
        for name, value in attributes.items():
            key = "{http://www.w3.org/XML/1998/namespace}lang" if name == "lang" else name
            if value is None:
                del element.attrib[key]
            else:
                element.set(key, value)
        return self

    def text(self, path: str, text: str) -> "Spoilt":
        """Every element there says this."""
        for element in self.at(path):
            element.text = text
        return self

    def copied(self, path: str, under: str = "", **attributes: str) -> "Spoilt":
        """The first element there stands once more, beside itself or under another, with attributes changed."""
        element = self.at(path)[0]
        copy = etree.fromstring(etree.tostring(element))
        copy.tail = None
        for name, value in attributes.items():
            copy.set("{http://www.w3.org/XML/1998/namespace}lang" if name == "lang" else name, value)
        if under:
            self.at(under)[0].append(copy)
        else:
            element.addnext(copy)
        return self

    def said(self, now: datetime = NOW) -> Said:
        """Level, rule and place of every remark."""
        return [(remark.level, remark.rule, remark.place) for remark in lint(self.root, now)]


@pytest.fixture
def service() -> Spoilt:
    return Spoilt("service")


@pytest.fixture
def school() -> Spoilt:
    return Spoilt("school")


@pytest.fixture
def entity() -> Callable[[str], Spoilt]:
    return Spoilt
