"""Make a corpus: exchanges with leaks, with look-alikes and with neither, and the truth about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from scenarios.corpus import digested, encoded, lookalikes, plain
from scenarios.corpus.people import Population
from scenarios.corpus.places import PLACES, Draft, exchange_of, plain_traffic
from scenarios.corpus.variants import Seed, Variant, as_text
from testbed.model.corpus import CorpusTruth, Leak, LookAlike
from testbed.model.wire import Exchange
from testbed.model.written import Person

CLEAN_SHARE = 0.1
"""Of exchanges in which nothing was put."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Captures and the truth about them."""

    exchanges: tuple[Exchange, ...]
    truth: CorpusTruth


@dataclass(frozen=True, slots=True)
class _Planned:
    draft: Draft
    variant: Variant | None = None
    seed: Seed | None = None
    place: str = ""
    kind: str = ""
    text: str = ""


def keys_of(seed: int) -> tuple[str, ...]:
    """The keys of salted and keyed digests of a corpus."""
    return (f"peppar-{seed}", f"nyckel {seed} för mätning")


def catalogue(keys: tuple[str, ...]) -> tuple[Variant, ...]:
    """Every way in which a corpus writes a value."""
    return (*plain.catalogue(), *encoded.catalogue(), *digested.catalogue([key.encode("utf-8") for key in keys]))


def generate(seed: int, people: Mapping[str, Person], each: int = 3) -> Corpus:
    """A corpus that depends on these alone.

    Args:
        seed: decides everything, together with the people.
        people: whose values are leaked; what nobody of them has a value for is left out and named.
        each: how often each variant is seeded; of each kind of look-alike there are four times as many.
    """
    draw = Random(f"corpus, seed {seed}")  # noqa: S311 (nothing secret)
    population, keys = Population(people), keys_of(seed)
    planned: list[_Planned] = []
    left_out: list[str] = []
    for variant in catalogue(keys):
        seeded = [
            one for place in _spread(draw, variant.places, each) for one in _leaks(draw, population, variant, place)
        ]
        planned += seeded
        if not seeded:
            left_out.append(f"{variant.family}: {variant.name}")
    planned += [one for kind in lookalikes.KINDS for _ in range(4 * each) for one in _baits(draw, population, kind)]
    planned += [_Planned(plain_traffic(draw, draw.randint(200, 8000))) for _ in range(int(len(planned) * CLEAN_SHARE))]
    draw.shuffle(planned)
    exchanges = tuple(exchange_of(one.draft, number, draw) for number, one in enumerate(planned, start=1))
    truth = CorpusTruth(
        seed=seed,
        exchanges=len(exchanges),
        keys=keys,
        left_out=tuple(left_out),
        leaks=tuple(
            leak
            for number, one in enumerate(planned, start=1)
            if one.variant and one.seed
            for leak in told(one.variant, one.seed, one.place, number)
        ),
        look_alikes=tuple(
            LookAlike(exchange=number, kind=one.kind, text=one.text)
            for number, one in enumerate(planned, start=1)
            if one.kind
        ),
    )
    return Corpus(exchanges, truth)


def _spread(draw: Random, places: Sequence[str], count: int) -> Iterator[str]:
    """So many places; none comes again before all have come."""
    while count > 0:
        drawn = draw.sample(places, min(count, len(places)))
        count -= len(drawn)
        yield from drawn


def _leaks(draw: Random, population: Population, variant: Variant, place: str) -> Iterator[_Planned]:
    seed = variant.seed(draw, population)
    if seed is not None:
        yield _Planned(PLACES[place](draw, seed.data), variant, seed, place)


def _baits(draw: Random, population: Population, kind: str) -> Iterator[_Planned]:
    for place, data in lookalikes.made(draw, population, kind):
        yield _Planned(PLACES[place](draw, data), kind=kind, place=place, text=as_text(data))


def told(variant: Variant, seed: Seed, place: str, exchange: int) -> Iterator[Leak]:
    """What the truth says of a seed that was put into an exchange."""
    for value, written in seed.values:
        yield Leak(
            exchange=exchange,
            attribute=value.attribute,
            person=value.person,
            form=seed.form,
            family=variant.family,
            variant=" ".join(part for part in (variant.name, seed.detail) if part),
            place=place,
            value=value.text,
            written=written,
        )
