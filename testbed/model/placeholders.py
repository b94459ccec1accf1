"""What may stand in braces in a vendor's file, for the testbed to fill in."""

import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

ADDRESS = frozenset({"base_url", "port"})
"""Where the vendor's process is to serve."""
OF_LOGIN = ADDRESS | {"issuer", "idp_metadata", "client_secret"}
"""In the process of a vendor whose people log in."""
OF_EXCHANGE = ADDRESS | {
    "python",
    "machines",
    "machines_key",
    "tokens",
    "tokens_jwks",
    "server_certificate",
    "client_issuers",
    "ca",
}
"""In the process of a vendor that is fed with rosters."""
OF_FETCHING = OF_EXCHANGE | {"data_api", "token_url", "client_certificate", "state"}
"""In the process of one that fetches them."""
OF_THIS_MACHINE = frozenset({"python"})
"""Which a container knows nothing of."""
_PLACE = re.compile(r"(?P<own>\{\{[a-z][a-z0-9_]*\}\})|(?<!\$)\{(?P<name>[a-z][a-z0-9_]*)\}")


def filled(text: str, places: Mapping[str, str], *, last: bool = False) -> str:
    """The text with everything that is known in its place; other braces stay as they are.

    Args:
        text: as a person wrote it.
        places: what stands for each name.
        last: nothing more will be filled in, so that ``{{name}}`` becomes the ``{name}`` that was meant.
    """

    def put(found: re.Match[str]) -> str:
        if found["own"]:
            return found[0][1:-1] if last else found[0]
        return places.get(found["name"], found[0])

    return _PLACE.sub(put, text)


def names_in(value: JsonValue) -> Iterator[str]:
    """What is to be filled in anywhere in a document."""
    match value:
        case str():
            yield from (found["name"] for found in _PLACE.finditer(value) if found["name"])
        case dict():
            for inner in value.values():
                yield from names_in(inner)
        case list():
            for inner in value:
                yield from names_in(inner)
