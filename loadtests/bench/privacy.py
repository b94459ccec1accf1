"""How well the search for people's values does on the published corpus: recall, precision and speed, beside its peers.

The same captures go to the project's search, to Presidio's pattern recognisers and to a plain search with hyperscan for
the values as they are. Presidio knows kinds of data and not whose they are, so it is given what it can have: a leak
counts as found when a span of any kind covers what stands for it on the wire, and a look-alike as hit when a span
touches it. The plain search says whose a value is, and so does the project's: for them a leak counts when attribute and
person are right. An exchange with a look-alike or with nothing in it counts as hit when anything at all is found in it.
"""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtests.bench.measure import LeftOut, Outcome, compared, cpu_seconds
from loadtests.bench.schoolfolk import schoolfolk
from scenarios.corpus.generate import Corpus, generate
from scenarios.corpus.people import SEEDED
from testbed.model.attributes import base_of
from testbed.model.corpus import Item, Leak
from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.scoring import parts, score, searched

SEED, EACH = 1, 5
PEERS = Path(__file__).parent / "peers"
PEER_PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
PRESIDIO, PLAIN = "Presidio's pattern recognisers", "plain search with hyperscan"
OURS = "the project's search"
WANTED = 100.0
"""Per cent, of recall and of precision."""
TIMEOUT_S = 540.0
PUBLISHED = (
    ("value-searcher (9f2458ab), one person, published", "about two thirds", "not told", "0.08"),
    ("leaky-forms (64bfe2ca), one person, published", "about two fifths", "not told", "0.06"),
)
"""Name, recall on varied forms, precision, MB/s: taken from elsewhere (see docs/corpus.md), not measured here."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one detector did."""

    name: str
    found: frozenset[int]
    """Positions of leaks in the truth."""
    hit: Mapping[str, int]
    """Exchanges without leak in which it found something, by kind of look-alike."""
    mb_s: float

    def recall(self, leaks: Sequence[Leak]) -> float:
        """In per cent."""
        return 100 * len(self.found) / len(leaks)

    @property
    def precision(self) -> float:
        """Leaks found, of these and the exchanges that were hit for nothing; in per cent."""
        hits = sum(self.hit.values())
        return 100 * len(self.found) / (len(self.found) + hits) if self.found or hits else 100.0


def privacy() -> Iterator[Outcome]:
    """Beside the budget, then beside each peer; the tables by form and by kind go to standard error."""
    people = schoolfolk()
    corpus = generate(SEED, people, EACH)
    ours, wrong = _ours(corpus, people)
    ran, left_out = [ours], []
    if PEER_PYTHON.exists():
        ran += [_presidio(corpus), _plain(corpus, people)]
    else:
        left_out = [LeftOut("privacy", "the peers' environment is missing: 'make bench-privacy' makes it")]
    _show(corpus, ran)
    leaks = corpus.truth.leaks
    yield compared("privacy-recall", ours.recall(leaks), "%", ("budget", WANTED), "more")
    exact = 100 * len(ours.found) / (len(ours.found) + wrong) if ours.found else 0.0
    yield compared("privacy-precision", exact, "%", ("budget", WANTED), "more")
    for peer in ran[1:]:
        yield compared("privacy-recall", ours.recall(leaks), "%", (peer.name, peer.recall(leaks)), "more")
        yield compared("privacy-precision", ours.precision, "%", (peer.name, peer.precision), "more")
        yield compared("privacy-speed", ours.mb_s, "MB/CPU s", (peer.name, peer.mb_s), "more")
    yield from left_out


def _ours(corpus: Corpus, people: Mapping[str, Person]) -> tuple[Ran, int]:
    """And how many findings are of what does not stand there, those in exchanges with other leaks too."""
    index = PeopleIndex.of(people.values())
    before = cpu_seconds()
    found = searched(corpus.exchanges, index, [key.encode("utf-8") for key in corpus.truth.keys])
    spent = cpu_seconds() - before
    result = score(corpus.truth, found)
    missed = {id(leak) for leak in result.missed}
    right = frozenset(number for number, leak in enumerate(corpus.truth.leaks) if id(leak) not in missed)
    return Ran(OURS, right, {kind.kind: kind.hit for kind in result.kinds}, _size(corpus) / 1e6 / spent), len(
        result.wrong
    )


def _presidio(corpus: Corpus) -> Ran:
    texts = [b"\n".join(parts(exchange)).decode("utf-8", "replace") for exchange in corpus.exchanges]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "texts"
        file.write_text("\n".join(json.dumps(text) for text in texts), encoding="utf-8")
        answer = _peer("presidio_patterns.py", file)
    spans = [[(start, end) for start, end, _ in of_text] for of_text in answer["spans"]]
    found = frozenset(
        number
        for number, leak in enumerate(corpus.truth.leaks)
        if _covered(texts[leak.exchange - 1], leak.written, spans[leak.exchange - 1])
    )
    hit = {
        bait.exchange: bait.kind
        for bait in corpus.truth.look_alikes
        if _touched(texts[bait.exchange - 1], bait.text, spans[bait.exchange - 1])
    }
    return Ran(PRESIDIO, found, _by_kind(hit), _size(corpus) / 1e6 / float(answer["cpu_s"]))


def _plain(corpus: Corpus, people: Mapping[str, Person]) -> Ran:
    owners = [
        (base_of(name), person.id, value)
        for person in people.values()
        for name in SEEDED
        for value in person.values(name)
        if name != "displayName" or " " in value
    ]
    texts = [b"\n".join(parts(exchange)) for exchange in corpus.exchanges]
    with tempfile.TemporaryDirectory() as name:
        values, file = Path(name) / "values", Path(name) / "texts"
        values.write_text(json.dumps([value for _, _, value in owners]), encoding="utf-8")
        file.write_bytes(b"\n".join(base64.b64encode(text) for text in texts))
        answer = _peer("plain_search.py", values, file)
    said = {number: {owners[value][:2] for value in of_text} for number, of_text in enumerate(answer["found"], start=1)}
    found = frozenset(
        number for number, leak in enumerate(corpus.truth.leaks) if Item(*leak.item)[:2] in said[leak.exchange]
    )
    kinds = {bait.exchange: bait.kind for bait in corpus.truth.look_alikes}
    hit = {exchange: kind for exchange, kind in kinds.items() if said[exchange]}
    return Ran(PLAIN, found, _by_kind(hit), _size(corpus) / 1e6 / float(answer["cpu_s"]))


def _peer(script: str, *files: Path) -> dict[str, Any]:
    done = subprocess.run(
        [str(PEER_PYTHON), str(PEERS / script), *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    return dict(json.loads(done.stdout))


def _covered(text: str, written: str, spans: Sequence[tuple[int, int]]) -> bool:
    at = text.find(written) if written else -1
    while at >= 0:
        if any(start <= at and at + len(written) <= end for start, end in spans):
            return True
        at = text.find(written, at + 1)
    return False


def _touched(text: str, bait: str, spans: Sequence[tuple[int, int]]) -> bool:
    at = text.find(bait) if bait else -1
    return at >= 0 and any(start < at + len(bait) and at < end for start, end in spans)


def _by_kind(hit: Mapping[int, str]) -> dict[str, int]:
    kinds = list(hit.values())
    return {kind: kinds.count(kind) for kind in kinds}


def _size(corpus: Corpus) -> int:
    return sum(len(part) for exchange in corpus.exchanges for part in parts(exchange))


def _show(corpus: Corpus, ran: Sequence[Ran]) -> None:
    console, leaks = Console(stderr=True), corpus.truth.leaks
    title = f"{len(corpus.exchanges)} exchanges, {_size(corpus) / 1e6:.1f} MB, {len(leaks)} leaks, seed {SEED}"
    forms = Table("Form", "Seeded", *(one.name for one in ran), title=f"Recall: {title}")
    for family in sorted({leak.family for leak in leaks}):
        numbers = [number for number, leak in enumerate(leaks) if leak.family == family]
        shares = (f"{sum(number in one.found for number in numbers) / len(numbers):.0%}" for one in ran)
        forms.add_row(family, str(len(numbers)), *shares)
    console.print(forms)
    baits = [bait.kind for bait in corpus.truth.look_alikes]
    kinds = Table("Look-alike", "Exchanges", *(one.name for one in ran), title="In how many something was found")
    for kind in sorted({*baits, *(kind for one in ran for kind in one.hit)}):
        kinds.add_row(kind, str(baits.count(kind) or ""), *(str(one.hit.get(kind, 0)) for one in ran))
    console.print(kinds)
    peers = Table("Detector", "Recall, %", "Precision, %", "MB/CPU s", title="Side by side")
    for one in ran:
        peers.add_row(one.name, f"{one.recall(leaks):.1f}", f"{one.precision:.1f}", f"{one.mb_s:.2f}")
    for row in PUBLISHED:
        peers.add_row(*row)
    console.print(peers)
