"""Values by name that go on from others, so that many who differ little share what they have in common."""

from collections.abc import Iterator, Mapping


class Register[Value]:
    """Values by name, kept as what has changed since those that it goes on from.

    Args:
        since: those, which are not to change any more.
    """

    def __init__(self, since: "Mapping[str, Value] | Register[Value]") -> None:
        self._since = since
        self._changed: dict[str, Value | None] = {}

    def get(self, name: str) -> Value | None:
        """The value of this name, None where there is none."""
        return self._changed[name] if name in self._changed else self._since.get(name)

    def put(self, name: str, value: Value | None) -> None:
        """It is this from now on; None: there is none."""
        self._changed[name] = value

    def items(self) -> Iterator[tuple[str, Value]]:
        """All of them, with their names."""
        changed = self._changed
        yield from (item for item in self._since.items() if item[0] not in changed)
        yield from ((name, value) for name, value in changed.items() if value is not None)

    def values(self) -> Iterator[Value]:
        """All of them."""
        yield from (value for _, value in self.items())
