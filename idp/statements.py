"""The tables of a school's state and everything that is asked of them, as SQL.

The statements are written in SQLAlchemy's language and turned into SQL once: building and compiling them for each
request would cost a login twice what everything else in it does.
"""

from sqlalchemy import (
    ClauseElement,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.dialects.sqlite import insert as upsert

TABLES = MetaData()
_entries = Table(
    "entries",
    TABLES,
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("value", String, nullable=False),
    Column("expires", Float, nullable=False),
    PrimaryKeyConstraint("kind", "name"),
    Index("entries_by_age", "kind", "expires"),
    sqlite_with_rowid=False,
)
_waiting = Table(
    "waiting",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("queue", String, nullable=False, index=True),
    Column("value", String, nullable=False),
)


def _sql(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=dialect(paramstyle="named")))


_KIND, _NAME = bindparam("the_kind", type_=String), bindparam("the_name", type_=String)
_NOW, _LINE = bindparam("now", type_=Float), bindparam("line", type_=String)
_own = _entries.c.kind == _KIND
_this = _own & (_entries.c.name == _NAME)
_alive = _entries.c.expires > _NOW
_row = {
    "kind": _KIND,
    "name": _NAME,
    "value": bindparam("the_value"),
    "expires": bindparam("the_end"),
}
_new = upsert(_entries).values(_row)
_first = select(func.min(_waiting.c.number)).where(_waiting.c.queue == _LINE).scalar_subquery()
_length = select(func.count()).where(_waiting.c.queue == _LINE).scalar_subquery()

GET = _sql(select(_entries.c.value).where(_this, _alive))
GET_WITH_END = _sql(select(_entries.c.value, _entries.c.expires).where(_this, _alive))
COUNT = _sql(select(func.count()).select_from(_entries).where(_own, _alive))
BEGINNING = _sql(
    select(_entries.c.name).where(_own, _alive, _entries.c.name >= _NAME, _entries.c.name < bindparam("behind"))
)
BETWEEN = _sql(
    select(_entries.c.name)
    .where(_own, _alive, _entries.c.name > _NAME, _entries.c.name <= bindparam("the_last"))
    .order_by(_entries.c.name)
)
LAST = _sql(
    select(_entries.c.name)
    .where(_own, _alive)
    .order_by(_entries.c.name.desc())
    .limit(literal_column("1"))
    .offset(literal_column("0"))
)
PUT = _sql(
    _new.on_conflict_do_update(
        index_elements=["kind", "name"], set_={"value": _new.excluded.value, "expires": _new.excluded.expires}
    )
)
CLAIM = _sql(
    _new.on_conflict_do_update(
        index_elements=["kind", "name"],
        set_={"value": _new.excluded.value, "expires": _new.excluded.expires},
        where=_entries.c.expires <= _NOW,
    )
)
TAKE = _sql(delete(_entries).where(_this, _alive).returning(_entries.c.value))
FORGET_OVER = _sql(delete(_entries).where(_own, _entries.c.expires <= _NOW))
YOUNGEST_TOO_MANY = _sql(
    select(_entries.c.expires)
    .where(_own)
    .order_by(_entries.c.expires.desc())
    .limit(literal_column("1"))
    .offset(bindparam("many"))
)
APPEND = _sql(
    insert(_waiting).from_select(
        ["queue", "value"], select(_LINE, bindparam("the_value")).where(_length < bindparam("many"))
    )
)
NEXT = _sql(delete(_waiting).where(_waiting.c.number == _first).returning(_waiting.c.number, _waiting.c.value))
ALL = _sql(delete(_waiting).where(_waiting.c.queue == _LINE).returning(_waiting.c.number, _waiting.c.value))
