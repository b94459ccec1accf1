"""What stands in braces in a case, filled in: ids that nothing else has, texts by which a resource is found again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pydantic import JsonValue

from testbed.certify.desk import NotToBeSeen

PLACE = re.compile(r"\{([a-z][a-z0-9-]*)(?::([a-z0-9-]+))?\}")
MOMENT = re.compile(r"\{now([+-][0-9]{1,9})\}")
NEW = re.compile(r"^(organisation|unit|person|employment|group|activity|nothing)(-[0-9])?$")
"""Resources that a case may make; ``nothing`` is an id that nobody has."""
MARK = 10


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Names:
    """Of one case."""

    known: dict[str, str] = field(default_factory=dict)
    """What was learned, or kept of an answer."""
    now: Callable[[], datetime] = _utc
    """The vendor's time, in aware UTC."""

    def id_of(self, name: str) -> str:
        """What a name stands for; for a resource that is to be made, a new id.

        Raises:
            NotToBeSeen: the vendor has told nothing by that name.
        """
        if name not in self.known:
            if not NEW.match(name):
                raise NotToBeSeen(f"Tjänsten har inte visat något {name}.", f"The service has shown no {name}.")
            self.known[name] = str(uuid4())
        return self.known[name]

    def fill(self, text: str) -> str:
        """A text with everything in its place."""

        def found(place: re.Match[str]) -> str:
            kind, of = place.groups()
            return FORMS[kind](self.id_of(of)) if of and kind in FORMS else self.id_of(kind)

        return PLACE.sub(found, MOMENT.sub(lambda found: self._instant(int(found[1])), text))

    def fill_all(self, value: JsonValue) -> JsonValue:
        """The same in every text of a document; a text that is a time alone becomes a number of seconds."""
        match value:
            case str():
                moment = MOMENT.fullmatch(value)
                return int(self._later(int(moment[1])).timestamp()) if moment else self.fill(value)
            case list():
                return [self.fill_all(one) for one in value]
            case dict():
                return {name: self.fill_all(one) for name, one in value.items()}
        return value

    def fill_texts(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The same in every value."""
        return {name: self.fill(text) for name, text in texts.items()}

    def _instant(self, seconds: int) -> str:
        """A moment so many seconds from now, as RFC 3339 writes it."""
        return self._later(seconds).isoformat(timespec="seconds").replace("+00:00", "Z")

    def _later(self, seconds: int) -> datetime:
        return self.now() + timedelta(seconds=seconds)


def mark(id_: str) -> str:
    """The text by which a resource is known where its id is not shown."""
    return f"Prov{id_.replace('-', '')[:MARK]}"


def _cut(text: str) -> str:
    return text[: max(1, len(text) // 2)]


def _changed(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle : middle + 1] != "A" else "B") + text[middle + 1 :]


FORMS: Mapping[str, Callable[[str], str]] = {"mark": mark, "cut": _cut, "changed": _changed}
"""What can be made of what a name stands for, as ``{cut:page-token}``: :func:`mark`, its first half, and the same with
another sign in its midst."""
