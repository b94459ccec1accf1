"""Typed readings of what schools and vendors say to each other where they exchange rosters: SS 12000:2020, by which
vendors fetch; EGIL (SCIM 2.0) and the national tests' provisioning, by which schools send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from testbed.model.wire import Pointer

type Asked = Literal["list", "one", "lookup", "deleted"]


OF_NO_PERSON = frozenset(
    {
        "organisations", "programmes", "studyplans", "syllabuses", "schoolUnitOfferings", "rooms",
        "Organisations", "SchoolUnitGroups", "SchoolUnits",
    }
)  # fmt: skip
"""Collections whose records are about schools and not about people: a school unit's code is nobody's there."""
OF_PERSONS = frozenset({"persons", "Users"})
"""Collections of which each record is one person."""

type Relation = Literal[
    "school-unit", "guardian", "member", "holder", "employed-at", "teaches", "duty", "group", "of-school-unit"
]
"""What a record says of another: a person's school unit or guardian; a group's member; whose a duty is, where it is,
and which group its holder teaches; a duty that teaches the groups of an activity; a group of an activity, or one that a
person belongs to; the school unit of a group."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A record that another names by its id."""

    relation: Relation
    id: str
    place: str
    """JSON pointer, from the record down."""


@dataclass(frozen=True, slots=True)
class DataRecord:
    """One record of a school, as it was fetched or sent."""

    where: Pointer
    id: str
    """"" where it has none."""
    title: str = ""
    """Its display name, where it is no person's."""
    unit_code: str = ""
    """Of a school unit."""
    identifiers: tuple[tuple[str, str], ...] = ()
    """Of a person: attributes by canonical name and their values, as far as they tell who it is."""
    references: tuple[Reference, ...] = ()
    marked: bool = False
    """It says by ``true`` that the person has a protected identity, as EGIL does."""


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """What was asked for at a data API, and what came."""

    where: Pointer
    host: str
    """That answered."""
    collection: str
    """As it stands in the path: persons, groups ..."""
    asked: Asked
    query: tuple[tuple[str, str], ...]
    """Of the request, in its order."""
    status: int
    records: tuple[DataRecord, ...] = ()
    """Those that came; of deletedEntities what is gone."""
    following: str = ""
    """The page token to go on with, "" on the last page."""
    wait_s: float | None = None
    """How long the school asks to wait (X-RateLimit-Reset); None where it does not say."""

    @property
    def whole(self) -> bool:
        """It was the first page of all that there is: no filter, and no page token."""
        free = {"limit", "expand", "expandReferenceNames", "sortkey"}
        return self.asked == "list" and all(name in free for name, _ in self.query)


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a client tells the school of its work: ``POST /log`` or ``/statistics``."""

    where: Pointer
    path: Literal["log", "statistics"]
    text: str
    """The body."""
    host: str = ""
    """That was told."""
    status: int = 0
    """Of the answer; 0 where none came."""
    wait_s: float | None = None
    """As of :class:`DataAnswer`."""


@dataclass(frozen=True, slots=True)
class MachineToken:
    """What an access token of a machine says, as the token service of the national tests makes them; its signature is
    not looked at. One that cannot be read says nothing."""

    entity_id: str = ""
    """Whose it is."""
    begins: datetime | None = None
    ends: datetime | None = None
    opens: tuple[tuple[str, str], ...] = ()
    """Types of access, each with an address."""


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """A school, or somebody in its place, tells a vendor that something has changed (SS 12000, webhooks)."""

    where: Pointer
    host: str
    """That was told."""
    token: MachineToken | None
    """That came with it as a bearer token, whose ever."""
    status: int
    """Of the answer; 0 where none came."""


type SentBy = Literal["scim", "provisioning"]
type RosterAsked = Literal["create", "replace", "delete", "list", "one", "lookup", "job"]
type Fate = Literal["taken", "refused", "waiting", "unknown"]
"""What became of something that was sent: ``waiting`` in a job that is not done, ``unknown`` where nothing tells."""


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One resource of an answer: of a list, of a lookup, the one that was asked for, or an item of a job."""

    where: Pointer
    id: str
    """"" where it has none."""
    fate: Fate = "unknown"
    """Of an item of a job."""
    members: tuple[str, ...] = ()
    """The names of what it says."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A text of an answer that stands beside what was sent and comes back: of an error, a warning."""

    where: Pointer
    text: str


@dataclass(frozen=True, slots=True)
class RosterCall:
    """A call of somebody who sends a roster, or asks what is held of it, and what came of it."""

    where: Pointer
    """Of the request."""
    protocol: SentBy
    host: str
    """That was called."""
    caller: str
    """Host of whoever called."""
    at: datetime
    """When it was called."""
    collection: str
    """As it stands in the path: Users, StudentGroups, persons, groups ..."""
    asked: RosterAsked
    status: int
    """0 where no answer came."""
    sent: tuple[DataRecord, ...] = ()
    """The resources of the request; of a delete their ids."""
    answered: tuple[AnsweredItem, ...] = ()
    job: str = ""
    """Id of the job that was begun, or asked about."""
    remarks: tuple[Remark, ...] = ()
    addresses: tuple[str, ...] = ()
    """The absolute URLs that stand in the request's body."""
    token: MachineToken | None = None
    """That was shown as a bearer token."""
    shown: str = ""
    """The key by which the caller proved who it is; see :class:`testbed.model.wire.Exchange`."""

    @property
    def writes(self) -> bool:
        """Whether it is to change what is held."""
        return self.asked in ("create", "replace", "delete")

    @property
    def answered_well(self) -> bool:
        """Whether the answer is one of success (2xx)."""
        return self.status // 100 == 2  # noqa: PLR2004 - the class of the status


@dataclass(frozen=True, slots=True)
class RegisteredMachine:
    """An entity of a register of machines."""

    entity_id: str
    hosts: tuple[str, ...]
    """Of its entity id and of the addresses where it serves."""
    pins: frozenset[str] = frozenset()
    """Digests of the keys that its clients may show; without any it may call nobody."""


@dataclass(frozen=True, slots=True)
class MachineRegister:
    """A federation's metadata of machines as somebody fetched it (RFC 9932); its signature is not looked at."""

    where: Pointer
    at: datetime
    """When it was asked for."""
    cache_ttl_s: int
    machines: tuple[RegisteredMachine, ...]


type ExchangeMessage = DataAnswer | DataReport | ChangeNotice | RosterCall | MachineRegister
