"""Whose a value is that many people share, when other fields beside it tell."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from testbed.privacy.people import Owner, PeopleIndex

WORD = re.compile(r"\w+")
MAX_LOOKED_AT = 5000
"""People who are looked at for one record."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a part holds."""

    part: int
    owner: Owner
    form: str
    """``plain``, or the layers from the outermost, joined by "+": ``base64+gzip``, ``sha256``."""
    in_field: bool = False
    """A field said what it is; only so may a value be found that many people share."""


def together(found: Sequence[Found], index: PeopleIndex) -> Iterator[Found]:
    """The same, each shared value with its person where what else the part tells in this form leaves but one.

    What a part tells several values of may be a list of many people: there a value is the person's only where it is
    among that one's own, and stays nobody's else.
    """
    forms = dict.fromkeys(one.form for one in found if one.in_field and not one.owner.person)
    whose = {form: _person([one for one in found if one.form == form], index) for form in forms}
    for one in found:
        person = whose.get(one.form, "") if one.in_field and not one.owner.person else ""
        own = person and index.owns(person, one.owner.attribute, one.owner.value)
        yield replace(one, owner=replace(one.owner, person=person)) if own else one


def _person(found: Sequence[Found], index: PeopleIndex) -> str:
    named = {one.owner.person for one in found if one.owner.person}
    values: dict[str, set[str]] = {}
    for one in found:
        if one.in_field:
            values.setdefault(one.owner.attribute, set()).add(one.owner.value)
    told = [(attribute, next(iter(several))) for attribute, several in values.items() if len(several) == 1]
    if len(named) > 1 or not told:
        return ""
    if named:
        person = next(iter(named))
        return person if all(index.owns(person, *one) for one in told) else ""
    return only_one(told, index)


def only_one(told: Sequence[tuple[str, str]], index: PeopleIndex) -> str:
    """The one person of whom all this, attributes and values, is true; "" where there are more or none."""
    counts = [index.count(attribute, value, MAX_LOOKED_AT) for attribute, value in told]
    smallest = told[counts.index(min(counts))]
    if min(counts) >= MAX_LOOKED_AT:
        return ""
    left = [name for name in index.owners(*smallest) if all(index.owns(name, *one) for one in told)]
    return left[0] if len(left) == 1 else ""


def as_written(owners: Sequence[Owner], raw: bytes) -> Owner:
    """Of values that differ in accents alone the one whose words the octets hold as they are; else the first."""
    if len(owners) == 1:
        return owners[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = unicodedata.normalize("NFC", text).casefold()
    for owner in owners:
        if all(word in text for word in WORD.findall(unicodedata.normalize("NFC", owner.value).casefold())):
            return owner
    return owners[0]
