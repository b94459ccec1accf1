"""The recording of a load, sorted by flow: what is of flows that were intercepted is kept, the rest is counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from testbed.interception.encoding import Line, exchange_from_json
from testbed.interception.journals import scan
from testbed.interception.recorded import JournalCorrupt, Reading, Recorded
from testbed.model.exchange_messages import MachineRegister
from testbed.model.messages import SamlMetadata
from testbed.model.oidc_messages import KeySet, ProviderMetadata, RegistrationAnswer
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, Exchange
from testbed.privacy.people import PeopleIndex
from testbed.privacy.sightings import sightings
from testbed.runner.background import places_in
from testbed.runner.load_threads import Span, Threads, alone, of_person
from testbed.wire.messages import messages
from testbed.wire.oidc_answers import DISCOVERY
from testbed.wire.providers import NOTHING_KNOWN

STANDING = (SamlMetadata, ProviderMetadata, KeySet, RegistrationAnswer, MachineRegister)
"""What is said once and holds for every flow."""
MOST_SEARCHED = 20_000
MOST_OCTETS = 64 * 1024 * 1024
"""So many calls that carry nothing of a login are searched for values of people, and so much of them together."""
OF_OTHERS = "of flows that were not intercepted"
OF_NOBODY = "carry nothing by which it could be told whose they are"
OF_SEVERAL = "carry data of people whose flows were not intercepted, or who were there more than once"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a load beside its recording."""

    plays: Mapping[str, Play]
    """Those that were intercepted, by id."""
    spans: Sequence[Span]
    """Of everybody."""
    index: PeopleIndex
    content_keys: Mapping[str, bytes]
    stands_for: Mapping[str, str] = MappingProxyType({})
    """By the id of a play that is judged with another: the other's, whose exchanges its own become."""

    def own(self, exchange: Exchange) -> Exchange:
        """It, as one of the play that it is judged in."""
        return replace(exchange, play=self.stands_for.get(exchange.play, exchange.play))


@dataclass(frozen=True, slots=True)
class Sorted:
    """The recording, as one of plays."""

    recorded: Recorded
    left_out: tuple[str, ...]
    """What was recorded and is no play's, one line for each kind, with a count."""
    unsearched: tuple[str, ...]
    """What was too much to be looked at, likewise: nobody can say what is in it."""


def of_plays(path: Path, plays: frozenset[str]) -> Iterator[Exchange]:
    """The exchanges that the browser said are of these plays, in the order in which they were answered.

    Raises:
        JournalCorrupt: a line cannot be read.
    """
    for number, line in enumerate(scan(path), start=1):
        if line.get("kind") == "exchange" and line.get("play") in plays:
            yield _read(line, path, number)


def sort_out(path: Path, facts: Facts) -> Sorted:
    """Read a journal line by line, twice: what the browser did, and then what servers did.

    Raises:
        JournalCorrupt: a line cannot be read.
    """
    return _Sorting(path, facts).whole()


class _Sorting:
    def __init__(self, path: Path, facts: Facts) -> None:
        self._path, self._facts = path, facts
        self._reading = Reading()
        self._kept: set[int] = set()
        self._left: Counter[tuple[str, str, str]] = Counter()
        self._searched: dict[int, Exchange] = {}
        self._frames: dict[int, list[Line]] = {}
        self._size = self._unsearched = 0
        self._standing: dict[str, bytes] = {}
        self._places = NOTHING_KNOWN

    def whole(self) -> Sorted:
        facts = self._facts
        every = map(facts.own, of_plays(self._path, frozenset(facts.plays)))
        own = sorted(every, key=lambda one: one.number)
        self._places = places_in((*self._published(), *own), facts.plays.values())
        threads = Threads(facts.content_keys, self._places)
        for exchange in own:
            threads.learn(exchange)
        for number, line in enumerate(scan(self._path), start=1):
            try:
                self._take(line, threads)
            except (ValueError, KeyError, TypeError) as error:
                raise JournalCorrupt(self._path, number, str(error)[:200]) from error
        self._search()
        started = self._reading.started
        if started is None:
            raise JournalCorrupt(self._path, 1, "does not begin as a journal does")
        recorded = Recorded(self._reading.lab, started, tuple(facts.plays.values()), self._reading.exchanges, ())
        return Sorted(recorded, tuple(self._lines()), self._too_many())

    def _published(self) -> Iterator[Exchange]:
        """What is needed before the rest can be read."""
        for number, line in enumerate(scan(self._path), start=1):
            request = line.get("request")
            if line.get("kind") == "exchange" and isinstance(request, dict) and DISCOVERY in str(request.get("url")):
                yield _read(line, self._path, number)

    def _take(self, line: Line, threads: Threads) -> None:
        match line["kind"]:
            case "exchange" if line["play"] in self._facts.plays:
                self._keep(self._facts.own(exchange_from_json(line)))
            case "exchange" if line["sender"] == BROWSER:
                self._left[BROWSER, str(line["receiver"]), OF_OTHERS] += 1
            case "exchange":
                self._take_call(line, threads)
            case "frame" | "frames-cut":
                number = int(str(line.get("number", line.get("exchange"))))
                if number in self._kept:
                    self._reading.take(line)
                elif number in self._searched:
                    self._frames.setdefault(number, []).append(line)
            case "journal":
                self._reading.take(line)

    def _keep(self, exchange: Exchange) -> None:
        self._kept.add(exchange.number)
        self._reading.add(exchange)

    def _take_call(self, line: Line, threads: Threads) -> None:
        """A call of a server, of which nobody said whose it is.

        NOTE: what it carries was received before it was sent, and the line of what brought it stands before its own.
        """
        exchange = replace(exchange_from_json(line), play="")
        play, carries = threads.play_of(exchange)
        play = play or alone(exchange, self._facts.spans)
        if play:
            threads.learn(replace(exchange, play=play))
            self._keep(replace(exchange, play=play))
        elif self._stands(exchange):
            if self._is_news(exchange):
                self._keep(exchange)
        elif carries:
            self._left[exchange.sender, exchange.receiver, OF_OTHERS] += 1
        else:
            self._put_aside(exchange)

    def _stands(self, exchange: Exchange) -> bool:
        return any(isinstance(message, STANDING) for message in messages(exchange, known=self._places))

    def _is_news(self, exchange: Exchange) -> bool:
        """It does not say what the same address said the last time."""
        url, said = exchange.request.url, exchange.response.body if exchange.response else b""
        if self._standing.get(url) == said:
            return False
        self._standing[url] = said
        return True

    def _put_aside(self, exchange: Exchange) -> None:
        size = len(exchange.request.body) + (len(exchange.response.body) if exchange.response else 0)
        if len(self._searched) >= MOST_SEARCHED or self._size + size > MOST_OCTETS:
            self._unsearched += 1
            return
        self._size += size
        self._searched[exchange.number] = exchange

    def _search(self) -> None:
        """Whose data stands in the calls that carry nothing of a login."""
        seen = sightings(self._searched.values(), self._facts.index)
        for number, exchange in self._searched.items():
            persons = frozenset(one.owner.person for one in seen.of(number) if one.owner.person)
            play = of_person(exchange, persons, self._facts.spans)
            if play:
                self._reading.add(replace(exchange, play=play))
                for line in self._frames.get(number, ()):
                    self._reading.take(line)
            else:
                why = OF_SEVERAL if persons else OF_NOBODY
                self._left[exchange.sender, exchange.receiver, why] += 1

    def _lines(self) -> Iterator[str]:
        for (sender, receiver, why), count in sorted(self._left.items()):
            calls = f"{count} call{'s' if count > 1 else ''} of {sender} to {receiver}"
            yield f"{calls}: {why}" if why == OF_OTHERS else f"{calls} {why}"

    def _too_many(self) -> tuple[str, ...]:
        if not self._unsearched:
            return ()
        return (f"{self._unsearched} calls of servers, which are more than are looked at: nobody knows what they hold",)


def _read(line: Line, path: Path, number: int) -> Exchange:
    try:
        return exchange_from_json(line)
    except (ValueError, KeyError, TypeError) as error:
        raise JournalCorrupt(path, number, str(error)[:200]) from error
