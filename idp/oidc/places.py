"""What stands in braces in the values of a forgery, and what comes in its place: see ``JSON_PLACES``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from idp.oidc.jose import Json

PLACE = re.compile(r"\{([^{}]*)\}")
NOW = re.compile(r"now(?:([+-])([0-9]{1,9}))?")
UPPER = "upper:"
NAMES = frozenset({"issuer", "host", "second", "client", "nonce", "state"})
FAMILIES = frozenset({"own", "other", "jwk", "kid", "certificate"})
"""Places that have a name behind a colon."""
NOTHING: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Places:
    """What is known where one message is made."""

    now: int
    """Seconds since 1970."""
    named: Mapping[str, Json]
    """By the name of the place, ``own:sub`` say."""
    found: Callable[[str], Json] = field(default=lambda _: None)
    """Looks up what is costly to have, keys say; None for what is not there."""

    def fill(self, value: Json) -> Json:
        """The value, with all its places filled in.

        Raises:
            ValueError: nothing is known for one of them; says which.
        """
        match value:
            case str():
                return self._text(value)
            case list():
                return [self.fill(one) for one in value]
            case dict():
                return {name: self.fill(one) for name, one in value.items()}
            case _:
                return value

    def _text(self, text: str) -> Json:
        whole = PLACE.fullmatch(text)
        if whole:
            return self._place(whole[1])
        return PLACE.sub(lambda place: _written(self._place(place[1])), text)

    def _place(self, name: str) -> Json:
        if name.startswith(UPPER):
            return _written(self._place(name.removeprefix(UPPER))).upper()
        moment = NOW.fullmatch(name)
        if moment:
            return self.now + int(f"{moment[1] or '+'}{moment[2] or 0}")
        value = self.named.get(name)
        if value is None:
            value = self.found(name)
        if value is None:
            raise ValueError(f"nothing is known here for {{{name}}}")
        return value


def must_be_places(value: Json) -> None:
    """Find out whether each place in the value is one of those that there are.

    Raises:
        ValueError: one is not; says which.
    """
    match value:
        case str():
            for place in PLACE.findall(value):
                _must_be_place(place)
        case list():
            for one in value:
                must_be_places(one)
        case dict():
            for one in value.values():
                must_be_places(one)
        case _:
            return


def _must_be_place(name: str) -> None:
    plain = name.removeprefix(UPPER)
    family, colon, _ = plain.partition(":")
    if plain not in NAMES and not NOW.fullmatch(plain) and not (colon and family in FAMILIES):
        raise ValueError(f"there is no place {{{name}}}")


def _written(value: Json) -> str:
    """As it stands within a longer text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value:
        return _written(value[0])
    raise ValueError("an object cannot stand within a text")
