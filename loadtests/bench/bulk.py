"""The fixed traffic that the search is timed on: its mix, its size, and one leak in about a hundred kilobytes.

Shares of the bytes on the wire: 34 % JSON (APIs, batches of events, GraphQL), 22 % HTML pages, 18 % scripts and styles,
12 % base64 (pictures in JSON), 4 % forms, logs and XML, 10 % compressed bodies (gzip, br and zstd of JSON and HTML,
which hold about three times as many bytes as they are). Bodies have 2 to 64 KB, half of them sent and half received.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from scenarios.corpus import traffic
from scenarios.corpus.encode import CONTENT_CODINGS, compressed
from scenarios.corpus.generate import catalogue, keys_of, told
from scenarios.corpus.people import Population
from scenarios.corpus.places import PLACES, Body, Draft, exchange_of
from scenarios.corpus.variants import Seed, Variant
from testbed.model.corpus import CorpusTruth, Leak
from testbed.model.wire import Exchange
from testbed.model.written import Person

SEED = 1
LEAK_EVERY = 100_000
_SHARES: Mapping[str, float] = {
    "json": 0.20,
    "telemetry": 0.10,
    "graphql": 0.04,
    "html": 0.22,
    "script": 0.14,
    "style": 0.04,
    "picture": 0.12,
    "form": 0.02,
    "log": 0.01,
    "xml": 0.01,
    "coded": 0.10,
}
_SMALLEST, _LARGEST = 2_000, 64_000
_EXPANDS = 3
"""Text of this kind packs to about a third."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """The traffic, what stands in it, and how large it is."""

    exchanges: tuple[Exchange, ...]
    truth: CorpusTruth
    wire_bytes: int
    read_bytes: int
    """With HTTP's content codings undone."""


def bulk(people: Mapping[str, Person], size: int, seed: int = SEED) -> Bulk:
    """So many bytes of traffic, with leaks of some of these people."""
    draw = Random(f"bulk, seed {seed}")  # noqa: S311 (nothing secret)
    keys = keys_of(seed)
    seeds = _seeds(draw, Population(people), _fit(catalogue(keys)))
    exchanges: list[Exchange] = []
    leaks: list[Leak] = []
    wire = read = 0
    while wire < size:
        number = len(exchanges) + 1
        if wire > LEAK_EVERY * len(leaks):
            variant, seed_ = next(seeds)
            place = draw.choice(variant.places)
            leaks += told(variant, seed_, place, number)
            draft, expanded = PLACES[place](draw, seed_.data), 0
        else:
            draft, expanded = _ordinary(draw)
        exchange = exchange_of(draft, number, draw)
        exchanges.append(exchange)
        there = size_of(exchange)
        wire, read = wire + there, read + there + expanded
    truth = CorpusTruth(seed=seed, exchanges=len(exchanges), keys=keys, left_out=(), leaks=tuple(leaks), look_alikes=())
    return Bulk(tuple(exchanges), truth, wire, read)


def size_of(exchange: Exchange) -> int:
    """URL, header values, bodies and frames, in bytes."""
    request, response = exchange.request, exchange.response
    headers = (*request.headers, *(response.headers if response else ()))
    bodies = len(request.body) + (len(response.body) if response else 0)
    return (
        len(request.url) + sum(len(v) for _, v in headers) + bodies + sum(len(frame.data) for frame in exchange.frames)
    )


def _ordinary(draw: Random) -> tuple[Draft, int]:
    """An exchange without leak, and how much larger it is once its content coding is undone."""
    kind = draw.choices(tuple(_SHARES), tuple(_SHARES.values()))[0]
    # NOTE: sizes do not depend on the kind, so that shares of bodies are shares of bytes.
    size = draw.randint(_SMALLEST, _LARGEST)
    match kind:
        case "coded":
            inner = draw.choice(("json", "html"))
            document = traffic.document(draw, inner, size * _EXPANDS)
            coding = draw.choice(("gzip", "br", "zstd"))
            packed = compressed(document, CONTENT_CODINGS[coding])
            body = Body(traffic.DOCUMENTS[inner][0], packed, (("Content-Encoding", coding),))
            expanded = len(document) - len(packed)
        case "picture":
            picture = base64.b64encode(traffic.image(draw, size * 3 // 4)).decode("ascii")
            document = json.dumps({"id": traffic.uuid(draw), "picture": picture}).encode("ascii")
            body, expanded = Body("application/json", document), 0
        case _:
            body, expanded = Body(traffic.DOCUMENTS[kind][0], traffic.document(draw, kind, size)), 0
    return (Draft(sent=body) if draw.random() < 1 / 2 else Draft(answered=body)), expanded


_APART = ("HMAC", "salted digests", "said by the field")
"""Families that are left out: keys are a matter of the end pass, which is timed by itself; and whether a value that
only a field makes personal is one person's depends on all the people, not on those alone whose values leak."""


def _fit(variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
    return tuple(variant for variant in variants if variant.family not in _APART)


def _seeds(draw: Random, people: Population, variants: tuple[Variant, ...]) -> Iterator[tuple[Variant, Seed]]:
    """One variant after the other, again and again."""
    while True:
        for variant in variants:
            seed = variant.seed(draw, people)
            if seed is not None:
                yield variant, seed
