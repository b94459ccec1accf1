"""What has left and is not answered yet, written down beside the journal: a recorder that is killed forgets nothing.

The journal has an exchange only when its answer has come. Where a recorder is killed on purpose, what was under way is
to be told too, and by the next recorder. So each request is written here before it is passed on, and nothing is left
here while nothing is under way.
"""

import json
import os
from io import FileIO
from pathlib import Path

from testbed.interception.encoding import exchange_from_json, exchange_to_json, text_of
from testbed.model.wire import Exchange

MAX_BYTES = 64 * 1024 * 1024
"""When the file is larger it is written anew with what is still under way."""


def write_whole(file: FileIO, line: bytes) -> None:
    """Write all of a line: on a disk that becomes full, the operating system takes the beginning and says nothing.

    Raises:
        OSError: the rest cannot be written.
    """
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


class Underway:
    """Writes such a file. Not for several threads.

    Args:
        path: its file, its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._lines: dict[int, bytes] = {}
        self._size = 0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def left(self, exchange: Exchange) -> None:
        """This request is about to be passed on."""
        line = text_of(exchange_to_json(exchange))
        self._lines[exchange.number] = line
        self._write(line)

    def over(self, number: int) -> None:
        """It stands in the journal."""
        if self._lines.pop(number, None) is None:
            return
        if not self._lines or self._size > max(MAX_BYTES, 2 * sum(map(len, self._lines.values()))):
            self.clear()
            for line in self._lines.values():
                self._write(line)

    def clear(self) -> None:
        """Whatever stands in the file is in the journal."""
        self._file.truncate(0)
        self._size = 0

    def _write(self, line: bytes) -> None:
        write_whole(self._file, line)
        self._size += len(line)


def read_underway(path: Path) -> tuple[Exchange, ...]:
    """What was under way when the recorder was killed, in the order of leaving; a line that it was writing is none.

    Raises:
        ValueError, KeyError, TypeError: the file is none that a recorder wrote.
    """
    if not path.is_file():
        return ()
    whole = path.read_bytes().rpartition(b"\n")[0]
    return tuple(exchange_from_json(json.loads(line)) for line in whole.split(b"\n") if line)
