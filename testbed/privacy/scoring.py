"""Hold what a detector found in a corpus against the corpus's ground truth: recall and precision, form by form."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from testbed.model.corpus import CorpusTruth, Item, Leak
from testbed.model.wire import Exchange
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import search
from testbed.wire.bodies import decoded

CLEAN = "nothing was put there"
"""The kind of exchanges with neither leak nor look-alike."""


def parts(exchange: Exchange) -> tuple[bytes, ...]:
    """All that crossed the wire in an exchange, as a detector is handed it: HTTP's content codings are undone."""
    request, response = exchange.request, exchange.response
    messages = [message for message in (request, response) if message is not None]
    headers = (f"{name}: {value}" for message in messages for name, value in message.headers)
    bodies = (decoded(message.headers, message.body) for message in messages)
    texts = (request.url.encode("utf-8", "surrogatepass"), *(header.encode("latin-1", "replace") for header in headers))
    return tuple(part for part in (*texts, *bodies, *(frame.data for frame in exchange.frames)) if part)


def searched(exchanges: Iterable[Exchange], index: PeopleIndex, keys: Sequence[bytes]) -> dict[int, list[Item]]:
    """What the testbed's own search finds, by exchange."""
    of: list[int] = []
    texts: list[bytes] = []
    for exchange in exchanges:
        for part in parts(exchange):
            of.append(exchange.number)
            texts.append(part)
    found: dict[int, list[Item]] = defaultdict(list)
    for one in search(texts, index, keys).found:
        found[of[one.part]].append(Item(one.owner.attribute, one.owner.person, one.form))
    return found


@dataclass(frozen=True, slots=True)
class FamilyScore:
    """One row: what was seeded in one family of forms, and what was said of the exchanges in which it stands."""

    family: str
    seeded: int
    found: int
    """Attribute, person and form as they are."""
    misnamed: int
    """Attribute and person as they are, the form as another."""
    wrong: int
    """Findings of what does not stand there."""

    @property
    def recall(self) -> float:
        """Share of the leaks that were found, whatever their form was called."""
        return (self.found + self.misnamed) / self.seeded if self.seeded else 1.0

    @property
    def precision(self) -> float:
        """Share of the findings that are right, whatever their form was called."""
        said = self.found + self.misnamed + self.wrong
        return (said - self.wrong) / said if said else 1.0


@dataclass(frozen=True, slots=True)
class KindScore:
    """One kind of look-alike: in how many exchanges it stands, and in how many of them something was found."""

    kind: str
    exchanges: int
    hit: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding of what does not stand there."""

    exchange: int
    item: Item
    of: str
    """The kind of look-alike or the family in whose exchange it was."""


@dataclass(frozen=True, slots=True)
class Score:
    """All of it."""

    families: tuple[FamilyScore, ...]
    kinds: tuple[KindScore, ...]
    missed: tuple[Leak, ...]
    misnamed: tuple[tuple[Leak, str], ...]
    """With the form that was said."""
    wrong: tuple[Wrong, ...]

    @property
    def total(self) -> FamilyScore:
        """Every family as one row, and what was found in look-alikes and in exchanges without either."""
        rows = self.families
        return FamilyScore(
            "all",
            sum(row.seeded for row in rows),
            sum(row.found for row in rows),
            sum(row.misnamed for row in rows),
            len(self.wrong),
        )


def score(truth: CorpusTruth, found: Mapping[int, Iterable[Item]]) -> Score:
    """Compare; a finding counts once for each exchange, however often it was made there."""
    leaks: dict[int, list[Leak]] = defaultdict(list)
    for leak in truth.leaks:
        leaks[leak.exchange].append(leak)
    kinds = {bait.exchange: bait.kind for bait in truth.look_alikes}
    right: Counter[str] = Counter()
    misnamed: list[tuple[Leak, str]] = []
    missed: list[Leak] = []
    wrong: list[Wrong] = []
    for exchange in range(1, truth.exchanges + 1):
        said = set(found.get(exchange, ()))
        for leak in leaks.get(exchange, ()):
            others = sorted(item.form for item in said if item[:2] == leak.item[:2])
            if leak.item in said:
                right[leak.family] += 1
            elif others:
                misnamed.append((leak, others[0]))
            else:
                missed.append(leak)
        there = {leak.item[:2] for leak in leaks.get(exchange, ())}
        where = kinds.get(exchange) or next((leak.family for leak in leaks.get(exchange, ())), CLEAN)
        wrong += (Wrong(exchange, item, where) for item in sorted(said) if item[:2] not in there)
    return Score(
        _families(truth, right, misnamed, wrong), _kinds(truth, wrong), tuple(missed), tuple(misnamed), tuple(wrong)
    )


def _families(
    truth: CorpusTruth, right: Counter[str], misnamed: list[tuple[Leak, str]], wrong: list[Wrong]
) -> tuple[FamilyScore, ...]:
    seeded = Counter(leak.family for leak in truth.leaks)
    other_form = Counter(leak.family for leak, _ in misnamed)
    not_there = Counter(one.of for one in wrong)
    return tuple(FamilyScore(f, seeded[f], right[f], other_form[f], not_there[f]) for f in sorted(seeded))


def _kinds(truth: CorpusTruth, wrong: list[Wrong]) -> tuple[KindScore, ...]:
    there = Counter(bait.kind for bait in truth.look_alikes)
    there[CLEAN] = truth.exchanges - len({leak.exchange for leak in truth.leaks}) - len(truth.look_alikes)
    hit = Counter(kind for _, kind in {(one.exchange, one.of) for one in wrong})
    return tuple(KindScore(kind, there[kind], hit[kind]) for kind in sorted(there))
