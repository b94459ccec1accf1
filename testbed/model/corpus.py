"""The ground truth of a corpus of captures, as ``truth.json`` holds it, and what a detector found in it."""

from typing import Literal, NamedTuple

from pydantic import Field

from testbed.model.written import Written


class Item(NamedTuple):
    """What a detector must say of an exchange: this attribute of this person stands there in this form."""

    attribute: str
    """Canonical name, of the attribute table."""
    person: str
    """Id in people.json; "" where several people share the value."""
    form: str
    """``plain``, or encodings outermost first and a digest last, joined by plus signs: ``base64+gzip``, ``sha256``."""


class Leak(Written):
    """One value of one person, seeded into one exchange."""

    exchange: int
    attribute: str
    person: str
    form: str
    """See :class:`Item`."""
    family: str
    """What is tested: a row in tables."""
    variant: str
    """How it was written, more exactly than the form says."""
    place: str
    """Where in the exchange."""
    value: str
    """As it stands in people.json."""
    written: str
    """What stands for it on the wire, where that is text; else ""."""

    @property
    def item(self) -> Item:
        """What a detector must say."""
        return Item(self.attribute, self.person, self.form)


class LookAlike(Written):
    """Something in an exchange that is no leak, though it resembles one."""

    exchange: int
    kind: str
    text: str
    """What stands there, where that is text; else ""."""


class CorpusTruth(Written):
    """truth.json: what stands in the captures beside it, and nothing else of anybody does."""

    schema_: Literal["testbed.corpus/1"] = Field(default="testbed.corpus/1", alias="schema")
    seed: int
    exchanges: int
    """Numbered from 1."""
    keys: tuple[str, ...]
    """Of keyed and salted digests: what the laboratory knows."""
    left_out: tuple[str, ...]
    """Variants that nobody among these people has a value for."""
    leaks: tuple[Leak, ...]
    look_alikes: tuple[LookAlike, ...]


class Found(Written):
    """One line of a detector's answer."""

    exchange: int
    attribute: str
    person: str = ""
    form: str

    @property
    def item(self) -> Item:
        """What was said."""
        return Item(self.attribute, self.person, self.form)
