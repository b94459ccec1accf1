"""The catalogue of digests: each function, each way to write it, of each usual spelling; salted and keyed."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from scenarios.corpus.digest import DIGESTS, SPELLINGS, keyed
from scenarios.corpus.people import SEEDED, Population
from scenarios.corpus.places import AS_TOKEN, IN_BODIES, IN_HEADERS
from scenarios.corpus.spelling import usual
from scenarios.corpus.variants import Seed, Variant, drawn

_KEYED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_KINDS = ("hmac", "salt-before", "salt-after")
_LABEL = 63


def catalogue(keys: Sequence[bytes]) -> Iterator[Variant]:
    """All of them, the keyed ones with one of these keys."""
    for digest in DIGESTS:
        for spelling in SPELLINGS:
            yield Variant(digest, spelling, _places(spelling), _digested(digest, spelling))
    for digest in ("md5", "sha1"):
        yield Variant(digest, "in a host label", ("host",), _digested(digest, "hex"))
    for kind in _KINDS:
        for digest in _KEYED:
            for spelling in ("hex", "base64"):
                family = "HMAC" if kind == "hmac" else "salted digests"
                seed = _with_key(keys, f"{kind}:{digest}", spelling)
                yield Variant(family, f"{kind} {digest}, {spelling}", _places(spelling), seed)


def _places(spelling: str) -> tuple[str, ...]:
    return (*IN_HEADERS, *IN_BODIES, "frame-alone") if spelling == "base64" else (*AS_TOKEN, "bearer")


def _digested(digest: str, spelling: str) -> Callable[[Random, Population], Seed | None]:
    return _seed(lambda _, data: (digest, DIGESTS[digest](data)), spelling)


def _with_key(keys: Sequence[bytes], how: str, spelling: str) -> Callable[[Random, Population], Seed | None]:
    return _seed(lambda draw, data: keyed(data, draw.choice(keys), how), spelling)


def _seed(
    digest: Callable[[Random, bytes], tuple[str, bytes]], spelling: str
) -> Callable[[Random, Population], Seed | None]:
    def seed(draw: Random, population: Population) -> Seed | None:
        values = drawn(draw, population, SEEDED)
        if not values:
            return None
        value = values[0]
        name, text = draw.choice(tuple(usual(value).items()) or (("as-is", value.text),))
        form, made = digest(draw, text.encode("utf-8"))
        written = SPELLINGS[spelling](made)
        return Seed(((value, written.decode("ascii")),), written, form, f"of {name}")

    return seed
