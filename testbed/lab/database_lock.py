"""Hold a school's database, so that nobody else can write to it.

``python -m testbed.lab.database_lock FOLDER SECONDS`` does that to all in a folder, and says ``locked`` when it has
them.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from testbed.interception import ParticipantUnavailable

PATIENCE_S = 5.0
"""How long the school's own transactions are waited for."""


class DatabaseLock:
    """Held from when it is made, for so long.

    Args:
        files: SQLite databases.
        seconds: how long.

    Raises:
        ParticipantUnavailable: one cannot be had.
    """

    def __init__(self, files: Iterable[Path], seconds: float) -> None:
        self._held = ExitStack()
        try:
            for file in files:
                connection = sqlite3.connect(f"file:{file}?mode=rw", timeout=PATIENCE_S, isolation_level=None, uri=True)
                self._held.enter_context(closing(connection))
                connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._held.close()
            raise ParticipantUnavailable(f"the school's database cannot be locked: {error}") from error
        self._over = asyncio.create_task(self._hold(seconds))

    async def over(self) -> None:
        """Wait until it is let go of."""
        await self._over

    async def _hold(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            self._held.close()


async def _hold(files: Iterable[Path], seconds: float) -> None:
    lock = DatabaseLock(files, seconds)
    print("locked", flush=True)
    await lock.over()


if __name__ == "__main__":
    asyncio.run(_hold(sorted(Path(sys.argv[1]).glob("*.sqlite")), float(sys.argv[2])))
