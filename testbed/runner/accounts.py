"""The school's accounts of what it released, as a run's folder keeps them: one JSON line for each login."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from testbed.interception.recorded import JournalCorrupt
from testbed.model.release import ReleaseRecord


@dataclass(frozen=True, slots=True)
class _Line:
    play: str
    record: ReleaseRecord


_LINE: TypeAdapter[_Line] = TypeAdapter(_Line)


def keep_accounts(path: Path, play_id: str, records: Iterable[ReleaseRecord]) -> None:
    """Write down behind what stands there already; the file is its owner's alone."""
    lines = b"".join(_LINE.dump_json(_Line(play_id, record)) + b"\n" for record in records)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(lines)


def read_accounts(path: Path) -> Mapping[str, tuple[ReleaseRecord, ...]]:
    """By play id, in the order of the logins; nothing where there is no such file: a recording from outside has none.

    Raises:
        JournalCorrupt: a line cannot be read. A last line that was cut short by the end of the lab is left out.
    """
    accounts: dict[str, tuple[ReleaseRecord, ...]] = {}
    if not path.is_file():
        return accounts
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.endswith(b"\n"):
                break
            try:
                line = _LINE.validate_json(text)
            except ValidationError as error:
                raise JournalCorrupt(path, number, error.errors(include_url=False)[0]["msg"]) from error
            accounts[line.play] = (*accounts.get(line.play, ()), line.record)
    return accounts
