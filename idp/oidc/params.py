"""The parameters of a request, by the rules that every endpoint of OAuth has for them (RFC 6749, 3.1 and 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from idp.fields import Fields
from idp.refused import malformed


@dataclass(frozen=True, slots=True)
class Params:
    """Decoded, each name once. A parameter without a value counts as left out."""

    values: Mapping[str, str]
    repeated: frozenset[str]
    """Names that came more than once, which no parameter may; the first value of each stands in ``values``."""

    def get(self, name: str) -> str:
        """The value; "" when there is none."""
        return self.values.get(name, "")


def read_params(fields: Fields) -> Params:
    """The parameters of a query string or a form.

    Raises:
        Refused: a name or a value is not UTF-8.
    """
    values: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for encoded_name, encoded_value in fields.pairs:
        name, value = _decoded(encoded_name), _decoded(encoded_value)
        if name in seen:
            repeated.add(name)
        seen.add(name)
        if value:
            values.setdefault(name, value)
    return Params(values, frozenset(repeated))


def _decoded(encoded: bytes) -> str:
    try:
        return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed("has a parameter that is not in UTF-8") from error
