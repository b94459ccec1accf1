"""Whose session is open? Told by the probe's page, from what was learned of it by honest logins.

Nothing is configured: the page is read as nobody, as one person and as another, and the places that changed with the
person, and hold what the school had just said of them, are those that tell whose account is open. A status code tells
nothing: error pages answer 200, and services that crash on everything answer 500.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from testbed.certify.slots import Slots, slots_of
from testbed.model.certificate import Slot
from testbed.model.pages import Page

type Said = Mapping[str, tuple[str, ...]]
"""What the school said of a person in one message, by canonical name, ``name-id`` and ``sub``."""

ACCOUNTS = (
    "sub",
    "eduPersonPrincipalName",
    "pairwise-id",
    "subject-id",
    "name-id",
    "eduPersonTargetedID",
    "norEduPersonNIN",
    "mail",
)
"""What accounts are kept under, the likeliest first: a place that shows one decides before one that shows a name."""
SHORTEST = 3
"""Characters of a value that is looked for within a longer text; a shorter one must be the whole text."""
SERVER_ERROR = 500
HALF = 0.5
NAMELESS = "(nobody by name)"
"""Of a session that has no account."""


class Who(StrEnum):
    """Whose session a page shows."""

    NOBODY = "nobody"
    OWN = "own"
    """Of whoever logged in."""
    OTHER = "other"
    """Of the person whom the forged part speaks of."""
    SOMEONE = "someone"
    """Of somebody by another name than either has."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Seen:
    """The probe's page, taken apart."""

    url: str
    status: int
    slots: Slots

    @classmethod
    def of(cls, page: Page) -> "Seen":
        """A page that a browser shows."""
        parts = urlsplit(page.url)
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path}", page.status, slots_of(page))

    @property
    def folded(self) -> "Seen":
        """The same without regard to capital letters."""
        return replace(self, slots={place: text.casefold() for place, text in self.slots.items()})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page says."""

    who: Who
    user: str = ""
    """As the page writes them."""
    mixed: tuple[str, ...] = ()
    """What is shown of the other person beside the account of whoever logged in."""
    why: str = ""
    """Why it is unclear."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """What was learned of one vendor's probe."""

    nobody: Seen
    somebody: Seen
    """As it looked when a person was logged in."""
    slots: tuple[Slot, ...]
    """The one that decides first."""
    signs: frozenset[tuple[str, str]] = frozenset()
    """What stands on the page of whoever is logged in, and not on nobody's: a greeting, a link to log out."""
    signs_of_nobody: frozenset[tuple[str, str]] = frozenset()
    """What stands on the page of nobody at each visit, and on no person's: words that ask to log in."""
    folded: bool = False
    """The page writes values in capital letters of its own, so that nothing here regards them."""

    def read(self, page: Page, own: Said, other: Said, whole: Iterable[str] = ()) -> Reading:
        """Whose session this page shows.

        Args:
            page: the probe's, as it looks now.
            own: what the school said of whoever logged in.
            other: what the forged part says, or would say of the other person.
            whole: values that the message composes, each whole: a vendor that shows one of them is right.
        """
        seen = Seen.of(page)
        if self.folded:
            seen, own, other = seen.folded, _folded(own), _folded(other)
            whole = {value.casefold() for value in whole}
        account, *rest = self.slots
        shown = _shown(seen, account)
        if not shown or self._is_nobodys(seen, account, shown):
            return self._without_account(seen, own, other, whole)
        mixed = tuple(_mixed(seen, rest, own, other))
        if shown in own.get(account.says, ()) or shown in whole:
            return Reading(Who.OWN, shown, mixed)
        if shown in other.get(account.says, ()):
            return Reading(Who.OTHER, shown)
        if self._looks_like_somebodys(seen):
            return Reading(Who.SOMEONE, shown)
        return self._without_account(seen, own, other, whole)

    def _without_account(self, seen: Seen, own: Said, other: Said, whole: Iterable[str]) -> Reading:
        """The place that names the account is empty: nobody, unless something else of a person stands there."""
        for slot in self.slots[1:]:
            shown = _shown(seen, slot)
            if not shown or self._is_nobodys(seen, slot, shown):
                continue
            for who, said in ((Who.OTHER, other), (Who.OWN, own)):
                if shown in said.get(slot.says, ()):
                    return Reading(who, shown)
        if self._looks_logged_in(seen):
            return Reading(Who.SOMEONE, NAMELESS)
        if self._looks_like_nobodys(seen, {*_values(own), *_values(other), *whole}):
            return Reading(Who.NOBODY)
        where = f"{seen.url[:120]} answered {seen.status}"
        return Reading(Who.UNCLEAR, why=f"the probe showed neither nobody nor anybody: {where}")

    def _is_nobodys(self, seen: Seen, slot: Slot, shown: str) -> bool:
        """Whether this place shows what it shows to everybody who is not logged in."""
        return self.nobody.slots.get(slot.place) in (shown, seen.slots[slot.place])

    def _looks_like_somebodys(self, seen: Seen) -> bool:
        """Whether the page is that of whoever is logged in, by all but what stands in the account's place: an error
        page has its words there, and they are no name."""
        if (seen.url, seen.status) != (self.somebody.url, self.somebody.status):
            return False
        return len(self.signs & seen.slots.items()) >= HALF * len(self.signs) and not self._asks_to_log_in(seen)

    def _looks_logged_in(self, seen: Seen) -> bool:
        """Whether the page is that of somebody in all but the name."""
        pairs = seen.slots.items()
        return bool(self.signs) and self.signs <= pairs and self.signs_of_nobody.isdisjoint(pairs)

    def _looks_like_nobodys(self, seen: Seen, values: Iterable[str]) -> bool:
        """Whether the page is nobody's, and not one that was never seen before: it says what nobody's page says, or,
        where that page says nothing of its own, names no person."""
        if seen.url != self.nobody.url or (seen.status != self.nobody.status and seen.status >= SERVER_ERROR):
            return False
        if self.signs_of_nobody:
            return self._asks_to_log_in(seen)
        texts = set(seen.slots.values()) - set(self.nobody.slots.values())
        return not any(value in text for value in values if len(value) >= SHORTEST for text in texts)

    def _asks_to_log_in(self, seen: Seen) -> bool:
        """Whether most of what only nobody's page says is there, in whatever place: a message above it moves it."""
        signs = {text for _, text in self.signs_of_nobody}
        return bool(signs) and len(signs & set(seen.slots.values())) >= HALF * len(signs)


def learn(nobody: Page, first: tuple[Page, Said], second: tuple[Page, Said], afterwards: Page | None = None) -> Oracle:
    """The oracle, from the probe as nobody, as one person and as another, and as nobody once more.

    Its ``slots`` are empty where no place tells them apart. A place that shows nobody who it was that logged in last is
    none. Capital letters are regarded unless no place tells them apart by the values as they were issued.
    """
    pages = (Seen.of(nobody), Seen.of(first[0]), Seen.of(second[0]), Seen.of(afterwards or nobody))
    exact = _learned(pages, first[1], second[1])
    if exact.slots:
        return exact
    folded = _learned(tuple(page.folded for page in pages), _folded(first[1]), _folded(second[1]))
    return replace(folded, folded=True) if folded.slots else exact


def _learned(pages: Sequence[Seen], own: Said, other: Said) -> Oracle:
    """From the probe as nobody, as one person, as another, and as nobody once more."""
    none, one, two, later = pages
    found = [
        slot
        for place, text in one.slots.items()
        if place in two.slots and text != two.slots[place] and text != none.slots.get(place)
        if later.slots.get(place) not in (text, two.slots[place])
        if (slot := _slot(place, (text, own), (two.slots[place], other))) is not None
    ]
    found.sort(key=_rank)
    of_both = frozenset(one.slots.items() & two.slots.items())
    of_none = frozenset(none.slots.items() & later.slots.items())
    said_to_somebody = {"", *one.slots.values(), *two.slots.values()}
    of_nobody_alone = frozenset(pair for pair in of_none if pair[1] not in said_to_somebody)
    return Oracle(none, one, tuple(found), of_both - of_none, of_nobody_alone)


def _folded(said: Said) -> Said:
    return {name: tuple(value.casefold() for value in values) for name, values in said.items()}


def _values(said: Said) -> Iterable[str]:
    return (value for values in said.values() for value in values)


def _slot(place: str, first: tuple[str, Said], second: tuple[str, Said]) -> Slot | None:
    """The longest value of the first person that stands there, where the second's stands in the same words."""
    text, said = first
    candidates = sorted(
        ((value, name) for name, values in said.items() for value in values if value), key=lambda one: -len(one[0])
    )
    for value, name in candidates:
        if value not in text or (len(value) < SHORTEST and value != text):
            continue
        prefix, _, suffix = text.partition(value)
        if any(second[0] == f"{prefix}{other}{suffix}" for other in second[1].get(name, ())):
            return Slot(place, name, prefix, suffix)
    return None


def _rank(slot: Slot) -> tuple[int, int]:
    place = ACCOUNTS.index(slot.says) if slot.says in ACCOUNTS else len(ACCOUNTS)
    return place, len(slot.prefix) + len(slot.suffix)


def _shown(seen: Seen, slot: Slot) -> str | None:
    """What stands in the slot, without the words around it; None where there is no such place."""
    text = seen.slots.get(slot.place)
    if text is None:
        return None
    if text.startswith(slot.prefix) and text.endswith(slot.suffix) and len(text) >= len(slot.prefix + slot.suffix):
        return text[len(slot.prefix) : len(text) - len(slot.suffix)].strip()
    return None


def _mixed(seen: Seen, slots: Sequence[Slot], own: Said, other: Said) -> Iterable[str]:
    for slot in slots:
        shown = _shown(seen, slot)
        if shown and shown in other.get(slot.says, ()) and shown not in own.get(slot.says, ()):
            yield slot.says
