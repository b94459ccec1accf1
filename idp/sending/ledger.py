"""The school's record of what each receiver holds: digests of what was sent, never what was sent.

An entry is written before the first request about a resource leaves, and says then that nobody knows what the receiver
has. So whenever the sender is killed, the record names everything that a receiver can hold, and takes nothing for done
that may not be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from sqlalchemy import (
    ClauseElement,
    Column,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from idp.state import LAST_CHARACTER, State

UNKNOWN = b""
"""The digest where nobody knows what the receiver has of a resource, if anything."""
DIGEST_OCTETS = 16
_KEY_OCTETS = 64

_SENT = Table(
    "scim_sent",
    MetaData(),
    Column("party", String, nullable=False),
    Column("endpoint", String, nullable=False),
    Column("id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("party", "endpoint", "id"),
    sqlite_with_rowid=False,
)


def _sql(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=dialect(paramstyle="named")))


_columns = _SENT.c
_at_endpoint = (_columns.party == bindparam("the_party")) & (_columns.endpoint == bindparam("the_endpoint"))
_this = _at_endpoint & (_columns.id == bindparam("the_id"))
_new = upsert(_SENT).values(
    party=bindparam("the_party"),
    endpoint=bindparam("the_endpoint"),
    id=bindparam("the_id"),
    kind=bindparam("the_kind"),
    digest=bindparam("the_digest"),
)
_CREATE = _sql(CreateTable(_SENT, if_not_exists=True))
_KINDS = _sql(select(_columns.id, _columns.kind).where(_at_endpoint))
_HELD = _sql(
    select(_columns.id, _columns.kind, _columns.digest).where(
        _at_endpoint, _columns.id >= bindparam("the_first"), _columns.id <= bindparam("the_last")
    )
)
_INTEND = _sql(
    _new.on_conflict_do_update(
        index_elements=["party", "endpoint", "id"], set_={"kind": _new.excluded.kind, "digest": _new.excluded.digest}
    )
)
_SETTLE = _sql(update(_SENT).where(_this).values(digest=bindparam("the_digest")))
_FORGET = _sql(delete(_SENT).where(_this))
_FORGET_ALL = _sql(delete(_SENT).where(_at_endpoint))


class Sendable(Protocol):
    """A type of resource that a school sends."""

    @property
    def value(self) -> str:
        """Its name."""

    @property
    def endpoint(self) -> str:
        """Where it goes; several types may share one."""


@dataclass(frozen=True, slots=True)
class Entry[Kind: Sendable]:
    """What the school remembers of one resource."""

    kind: Kind
    digest: bytes = field(repr=False)


class Ledger[Kind: Sendable]:
    """The record of what one receiver was sent by one protocol.

    Args:
        state: where it is kept.
        party: the receiver.
        secret: keys the digests, so that nobody who has the record alone can try out what was sent.
        kinds: all types of the protocol, whose endpoints no other protocol has.
    """

    def __init__(self, state: State, party: str, secret: bytes, kinds: Iterable[Kind]) -> None:
        self._state, self._party = state, party
        self._kinds = {kind.value: kind for kind in kinds}
        self._key = blake2b(secret, digest_size=_KEY_OCTETS, person=b"scim-ledger").digest()
        with state.transaction() as connection:
            connection.execute(_CREATE)

    def digest(self, body: bytes) -> bytes:
        """What is remembered of a body."""
        return blake2b(body, digest_size=DIGEST_OCTETS, key=self._key).digest()

    def kinds_at(self, endpoint: str) -> Iterator[tuple[str, Kind]]:
        """The id and type of each resource that the receiver may hold at an endpoint."""
        with self._state.reading() as connection:
            for name, kind in connection.execute(_KINDS, self._at(endpoint)):
                yield name, self._kinds[kind]

    def held(self, endpoint: str, first: str = "", last: str = LAST_CHARACTER) -> Mapping[str, Entry[Kind]]:
        """What the receiver may hold at an endpoint, by id.

        Args:
            endpoint: theirs.
            first: the least id that is of interest.
            last: the greatest.
        """
        with self._state.reading() as connection:
            rows = connection.execute(_HELD, {**self._at(endpoint), "the_first": first, "the_last": last})
            return {name: Entry(self._kinds[kind], digest) for name, kind, digest in rows}

    def intend(self, kind: Kind, names: Iterable[str]) -> None:
        """Requests about these resources are going to leave."""
        here = {**self._at(kind.endpoint), "the_kind": kind.value, "the_digest": UNKNOWN}
        with self._state.transaction() as connection:
            connection.executemany(_INTEND, [{**here, "the_id": name} for name in names])

    def settle(self, endpoint: str, known: Mapping[str, bytes], gone: Iterable[str] = ()) -> None:
        """The receiver has said what it holds of these resources.

        Args:
            endpoint: theirs.
            known: digests by id.
            gone: the ids of what it holds no longer.
        """
        here = self._at(endpoint)
        with self._state.transaction() as connection:
            connection.executemany(_SETTLE, [{**here, "the_id": name, "the_digest": d} for name, d in known.items()])
            connection.executemany(_FORGET, [{**here, "the_id": name} for name in gone])

    def rebuild(self, listed: Mapping[Kind, Iterable[str]]) -> None:
        """Begin anew with what the receiver says that it holds; nobody knows what each says.

        What it was sent by another protocol stays as it is.
        """
        with self._state.transaction() as connection:
            for endpoint in {kind.endpoint for kind in self._kinds.values()}:
                connection.execute(_FORGET_ALL, self._at(endpoint))
            for kind, names in listed.items():
                here = {**self._at(kind.endpoint), "the_kind": kind.value, "the_digest": UNKNOWN}
                connection.executemany(_INTEND, [{**here, "the_id": name} for name in names])

    def _at(self, endpoint: str) -> dict[str, str | bytes]:
        return {"the_party": self._party, "the_endpoint": endpoint}
