"""What the workers of a school share: one SQLite database, through SQLAlchemy.

Logins under way, sessions, identifiers that were used, and what the lab has ordered: whichever worker a request comes
to, it knows all of it. Each operation is one short transaction, so that what is taken is taken once.
"""

import fcntl
import os
import secrets
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from idp.config import Clock
from idp.statements import (
    ALL,
    APPEND,
    BEGINNING,
    BETWEEN,
    CLAIM,
    COUNT,
    FORGET_OVER,
    GET,
    GET_WITH_END,
    LAST,
    NEXT,
    PUT,
    TABLES,
    TAKE,
    YOUNGEST_TOO_MANY,
)
from testbed.model.private import FILE_MODE, FOLDER_MODE, must_be_private

TOKEN_BYTES = 24
SWEEP_EVERY = 200
"""After so many new entries of a kind, those that are over are forgotten, and of too many the oldest."""
BUSY_MS = 5000
"""How long a transaction waits for another worker's."""
KEPT_FOR_GOOD = timedelta(days=3650)
"""Of entries that last as long as the state does: longer than any lab is held open."""
LAST_CHARACTER = "\U0010ffff"

type Values = dict[str, str | float | int]
type Rows = list[tuple[str]]


class StateUnavailable(RuntimeError):
    """The database is locked or gone; the request may be tried again."""


class State:
    """The database of one school.

    Args:
        path: its file, made where it is missing and readable by its owner alone; None keeps it in this process.
        now: the time, in aware UTC.

    Raises:
        StateUnavailable: the file cannot be opened just now.
        ValueError: it is open to others, is no such database, or cannot be made; says what to do.
    """

    def __init__(self, path: Path | None, now: Clock) -> None:
        self.now = now
        self._engine = _engine(path)
        self._closing = weakref.finalize(self, self._engine.dispose)
        try:
            with _alone(path), _available():
                TABLES.create_all(self._engine)
        except DatabaseError as error:
            self.close()
            raise ValueError(f"{path}: is no database of a school. To mend it: name another file") from error

    def close(self) -> None:
        """Let go of the file; happens by itself when nobody holds the state any more."""
        self._closing()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that no other worker's can come between.

        Raises:
            StateUnavailable: the database stays locked.
        """
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one statement that only reads, and waits for nobody.

        Raises:
            StateUnavailable: the database stays locked.
        """
        # NOTE: the statements are SQL already, and SQLAlchemy's own way to run each costs more than SQLite's work.
        with _available(), closing(self._engine.raw_connection()) as leased:
            yield cast(sqlite3.Connection, leased.driver_connection)


class Shelf[Entry]:
    """Entries of one kind under names, each for a limited time; of too many the oldest make room.

    Args:
        state: where they are kept.
        kind: what they are; two shelves of one kind are the same shelf.
        entry: reads and writes them.
        lifetime: how long each is remembered.
        limit: about how many are remembered (more by :data:`SWEEP_EVERY` at most, for each worker).
    """

    def __init__(self, state: State, kind: str, entry: TypeAdapter[Entry], lifetime: timedelta, limit: int) -> None:
        self._state, self._kind, self._entry = state, kind, entry
        self._lifetime, self._limit, self._added = lifetime, limit, 0

    def __len__(self) -> int:
        with self._state.reading() as connection:
            return int(connection.execute(COUNT, self._at("")).fetchall()[0][0])

    def add(self, entry: Entry) -> str:
        """Remember the entry; its name is new and cannot be guessed."""
        name = secrets.token_urlsafe(TOKEN_BYTES)
        self.put(name, entry)
        return name

    def put(self, name: str, entry: Entry) -> None:
        """Remember the entry under this name, in place of what was there, for a whole lifetime from now."""
        with self._state.transaction() as connection:
            connection.execute(PUT, self._row(name, entry))
            self._sweep(connection)

    def claim(self, name: str, entry: Entry) -> bool:
        """Remember the entry unless the name is taken; says whether it was free. Of two at once one is told yes."""
        with self._state.transaction() as connection:
            free = connection.execute(CLAIM, self._row(name, entry)).rowcount == 1
            self._sweep(connection)
            return free

    def get(self, name: str) -> Entry | None:
        """The entry, unless it was never there or its time is over."""
        if not name:
            return None
        with self._state.reading() as connection:
            return self._read(connection.execute(GET, self._at(name)).fetchall())

    def names(self, beginning: str) -> tuple[str, ...]:
        """The names that begin so, in their order."""
        values = self._at(beginning) | {"behind": beginning + LAST_CHARACTER}
        with self._state.reading() as connection:
            return tuple(str(name) for (name,) in connection.execute(BEGINNING, values).fetchall())

    def between(self, first: str, last: str = LAST_CHARACTER) -> tuple[str, ...]:
        """The names after the first of these and up to the last, itself included, in their order."""
        values = self._at(first) | {"the_last": last}
        with self._state.reading() as connection:
            return tuple(str(name) for (name,) in connection.execute(BETWEEN, values).fetchall())

    def last(self) -> str:
        """The last name in their order, "" where there is none."""
        with self._state.reading() as connection:
            return "".join(name for (name,) in connection.execute(LAST, self._at("")).fetchall())

    def take(self, name: str) -> Entry | None:
        """The entry, which is then gone: of two who take it at once, one gets it."""
        with self._state.transaction() as connection:
            return self._read(connection.execute(TAKE, self._at(name)).fetchall())

    def remove(self, name: str) -> bool:
        """As :meth:`take`, for whoever need not know what it was; says whether it was there."""
        with self._state.transaction() as connection:
            return bool(connection.execute(TAKE, self._at(name)).fetchall())

    def change(self, name: str, change: Callable[[Entry], Entry]) -> bool:
        """Put a changed entry in place of the one that is there, for as long as that had to live.

        Nobody can come in between. Says whether there was one: one that is gone is not brought back.
        """
        with self._state.transaction() as connection:
            rows = connection.execute(GET_WITH_END, self._at(name)).fetchall()
            for value, expires in rows:
                changed = self._row(name, change(self._entry.validate_json(value))) | {"the_end": expires}
                connection.execute(PUT, changed)
        return bool(rows)

    def _at(self, name: str) -> Values:
        return {"the_kind": self._kind, "the_name": name, "now": self._state.now().timestamp()}

    def _row(self, name: str, entry: Entry) -> Values:
        value = self._entry.dump_json(entry).decode()
        return self._at(name) | {
            "the_value": value,
            "the_end": (self._state.now() + self._lifetime).timestamp(),
        }

    def _read(self, rows: Rows) -> Entry | None:
        return self._entry.validate_json(rows[0][0]) if rows else None

    def _sweep(self, connection: sqlite3.Connection) -> None:
        self._added += 1
        if self._added % SWEEP_EVERY:
            return
        here = self._at("")
        connection.execute(FORGET_OVER, here)
        for (too_old,) in connection.execute(YOUNGEST_TOO_MANY, here | {"many": self._limit}).fetchall():
            connection.execute(FORGET_OVER, here | {"now": too_old})


class Queue[Entry]:
    """Entries of one kind that wait in line under a name.

    Args:
        state: where they are kept.
        kind: what they are.
        entry: reads and writes them.
        limit: how many may wait under one name.
    """

    def __init__(self, state: State, kind: str, entry: TypeAdapter[Entry], limit: int) -> None:
        self._state, self._kind, self._entry, self._limit = state, kind, entry, limit

    def add(self, name: str, entry: Entry) -> bool:
        """Put the entry at the end of the line; says whether there was room."""
        values: Values = {"the_value": self._entry.dump_json(entry).decode(), "many": self._limit}
        with self._state.transaction() as connection:
            return connection.execute(APPEND, values | self._line(name)).rowcount == 1

    def next(self, name: str) -> Entry | None:
        """The entry that came first, which is then gone."""
        taken = self._take(NEXT, name)
        return taken[0] if taken else None

    def all(self, name: str) -> tuple[Entry, ...]:
        """Everything that waits, in order, which is then gone."""
        return self._take(ALL, name)

    def _take(self, statement: str, name: str) -> tuple[Entry, ...]:
        with self._state.transaction() as connection:
            rows = connection.execute(statement, self._line(name)).fetchall()
        return tuple(self._entry.validate_json(value) for _, value in sorted(rows))

    def _line(self, name: str) -> Values:
        return {"line": f"{self._kind} {name}"}


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StateUnavailable(str(error.orig)) from error
    except sqlite3.OperationalError as error:
        raise StateUnavailable(str(error)) from error


def _engine(path: Path | None) -> Engine:
    if path is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        _make(path)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def _alone(path: Path | None) -> Iterator[None]:
    # NOTE: a database that turns to its write-ahead log is locked for all others, and whoever finds it so is turned
    # away at once, however long it would wait; so workers that start together do so one after the other. The folder is
    # what they lock: SQLite's own locks go when any other handle of its file is closed.
    if path is None:
        yield
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path.touch(mode=FILE_MODE)
    except OSError as error:
        reason = (error.strerror or "no").lower()
        raise ValueError(f"{path}: cannot be made ({reason}). To mend it: name another file") from error
    # NOTE: whoever reads a token can be that person; SQLite gives the files beside it the mode of this one.
    must_be_private(path)


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # NOTE: the driver would begin transactions by its own rules; we say BEGIN IMMEDIATE, so that two workers who both
    # read and then write wait for each other in place of failing.
    connection.isolation_level = None
    cursor = connection.cursor()
    # NOTE: a lab's state need not outlive the machine, so no write waits for the disk.
    for pragma in ("journal_mode=WAL", "synchronous=OFF", f"busy_timeout={BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
