"""What is told of people by reference: a group names its members by ids, a person their school unit.

The ids are a school's own, and the records that it gave out under them tell what they stand for. So whoever belongs to
a unit or a group is told of as if the record had said it in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product

from testbed.model.exchange_messages import OF_PERSONS, DataAnswer, DataRecord, RosterCall
from testbed.model.messages import Message
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.wire import Exchange, Pointer
from testbed.privacy.people import PeopleIndex
from testbed.privacy.records import only_one
from testbed.privacy.spellings import MARKING

UNIT, GUARDIAN = "sisSchoolUnitCode", "sisLegalGuardianFor"
STUDENT, TEACHER = "sisSchoolCourseStudent", "sisSchoolCourseTeacher"
GROUPS, DUTIES = frozenset({"groups", "StudentGroups"}), frozenset({"duties", "Employments"})
ACTIVITIES = frozenset({"activities", "Activities"})
MAX_TAUGHT = 10_000
"""Teachers of one activity times its groups."""
MAX_KNOWN = 1_000_000
"""Records that are kept in mind."""


class ByIds[Value]:
    """What ids stand for, school by school: two schools may use one id for two things."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, str], Value] = {}
        self._schools: dict[str, str] = {}
        """The only school that uses an id; "" where several do."""

    def put(self, school: str, id_: str, value: Value) -> None:
        """This school uses the id for this."""
        self._own[school, id_] = value
        if self._schools.setdefault(id_, school) != school:
            self._schools[id_] = ""

    def get(self, school: str, id_: str) -> Value | None:
        """What the id stands for at this school; what nobody told under its name, by the only one who told it: a school
        may have several hosts."""
        own = self._own.get((school, id_))
        return own if own is not None else self._own.get((self._schools.get(id_, ""), id_))


@dataclass(frozen=True, slots=True)
class Identities:
    """What the ids of records stand for."""

    persons: ByIds[str] = field(default_factory=ByIds)
    """Ids in people.json; "" where the same id was two persons'."""
    units: ByIds[str] = field(default_factory=ByIds)
    """School unit codes."""
    groups: ByIds[DataRecord] = field(default_factory=ByIds)
    duties: ByIds[str] = field(default_factory=ByIds)
    """The ids of their holders' records."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the records of one school are read."""

    school: str
    ids: Identities
    index: PeopleIndex

    def person(self, id_: str) -> str:
        return self.ids.persons.get(self.school, id_) or ""

    def unit(self, id_: str) -> str:
        return self.ids.units.get(self.school, id_) or ""

    def group(self, id_: str) -> DataRecord | None:
        return self.ids.groups.get(self.school, id_)

    def holder(self, duty: str) -> str:
        return self.person(self.ids.duties.get(self.school, duty) or "")


type _Told = tuple[str, str, str, str]
"""Attribute, person, value and the place within the record."""


def given_out(messages: Iterable[Message]) -> Iterator[tuple[str, DataRecord]]:
    """The records that were fetched or sent, each with its collection."""
    for message in messages:
        match message:
            case DataAnswer() if message.asked != "deleted":
                yield from ((message.collection, record) for record in message.records)
            case RosterCall(asked="create" | "replace"):
                yield from ((message.collection, record) for record in message.sent)


def identities(messages: Iterable[Message], index: PeopleIndex) -> Identities:
    """What the records of these messages make known.

    Args:
        messages: of the whole journal: what was given out once is known in plays that follow.
        index: over everybody.
    """
    found = Identities()
    given = ((school_of(message), *each) for message in messages for each in given_out((message,)))
    for school, collection, record in islice(given, MAX_KNOWN):
        if not record.id:
            continue
        if record.unit_code:
            found.units.put(school, record.id, record.unit_code)
        elif collection in OF_PERSONS:
            person = person_of(record, index)
            if person:
                known = found.persons.get(school, record.id)
                found.persons.put(school, record.id, person if known in (None, person) else "")
        elif collection in GROUPS:
            found.groups.put(school, record.id, record)
        elif collection in DUTIES:
            holder = next((one.id for one in record.references if one.relation == "holder"), "")
            found.duties.put(school, record.id, holder)
    return found


def school_of(message: Message) -> str:
    """The host of the school whose records a message has."""
    match message:
        case DataAnswer():
            return message.host
        case RosterCall():
            return message.caller
        case _:
            return ""


def person_of(record: DataRecord, index: PeopleIndex) -> str:
    """Whose record it is, by what it says of them; "" where that tells nobody, or several."""
    for attribute, value in record.identifiers:
        if index.is_unique(attribute) and (person := index.owners(attribute, value).only):
            return person
    shared = [one for one in record.identifiers if not index.is_unique(one[0])]
    return only_one(shared, index) if shared else ""


def told_by_reference(
    message: Message, exchange: Exchange, ids: Identities, index: PeopleIndex
) -> Iterator[Disclosure]:
    """What the records of a message tell of people's school units, groups and guardians by reference.

    Of somebody whom the school does not name, to this vendor or at all, nothing is told here.
    """
    match message:
        case DataAnswer():
            sender, recipient, channel = exchange.receiver, exchange.sender, Channel.SS12000
        case RosterCall():
            channel = Channel.SCIM if message.protocol == "scim" else Channel.SS12000
            sender, recipient = exchange.sender, exchange.receiver
        case _:
            return
    reading = _Reading(school_of(message), ids, index)
    for collection, record in given_out((message,)):
        for attribute, person, value, place in _told(collection, record, reading):
            yield Disclosure(
                attribute=attribute,
                person=person,
                value=value,
                sender=sender,
                recipient=recipient,
                channel=channel,
                form=PLAIN,
                where=Pointer(exchange.number, f"{record.where.locator}{place}"),
                at=exchange.started,
                encrypted=exchange.request.parts.scheme == "https",
            )


def _told(collection: str, record: DataRecord, reading: _Reading) -> Iterator[_Told]:
    if collection in OF_PERSONS:
        yield from _of_person(record, reading)
    elif collection in GROUPS:
        for one in record.references:
            if one.relation == "member" and (person := reading.person(one.id)):
                yield STUDENT, person, _group_of(person, STUDENT, record, reading), one.place
    elif collection in DUTIES:
        holder = next((reading.person(one.id) for one in record.references if one.relation == "holder"), "")
        yield from _of_duty(holder, record, reading) if holder else ()
    elif collection in ACTIVITIES:
        duties = [one for one in record.references if one.relation == "duty"]
        groups = [one for one in record.references if one.relation == "group"]
        for duty, named in islice(product(duties, groups), MAX_TAUGHT):
            holder, group = reading.holder(duty.id), reading.group(named.id)
            if holder and group is not None:
                yield TEACHER, holder, _group_of(holder, TEACHER, group, reading), duty.place


def _of_person(record: DataRecord, reading: _Reading) -> Iterator[_Told]:
    person = person_of(record, reading.index)
    if record.marked:
        # NOTE: that somebody is marked is told whoever it is.
        yield MARKING, person, "true", "/securityMarking"
    if not person:
        return
    for one in record.references:
        if one.relation == "school-unit" and (unit := reading.unit(one.id)):
            yield UNIT, person, unit, one.place
        elif one.relation == "group" and (group := reading.group(one.id)) is not None:
            yield STUDENT, person, _group_of(person, STUDENT, group, reading), one.place
        elif one.relation == "guardian" and (guardian := reading.person(one.id)):
            yield GUARDIAN, guardian, person, one.place


def _of_duty(holder: str, record: DataRecord, reading: _Reading) -> Iterator[_Told]:
    for one in record.references:
        if one.relation == "employed-at" and (unit := reading.unit(one.id)):
            yield UNIT, holder, unit, one.place
        elif one.relation == "teaches" and (group := reading.group(one.id)) is not None:
            yield TEACHER, holder, _group_of(holder, TEACHER, group, reading), one.place


def _group_of(person: str, attribute: str, group: DataRecord, reading: _Reading) -> str:
    """The group as people.json has it of this person, so that it is the same as in a login; else as the record has it.

    There it ends with the school unit's code and the group's name.
    """
    unit = next((reading.unit(one.id) for one in group.references if one.relation == "of-school-unit"), "")
    end = f"/{unit}/{group.title}" if unit else f"/{group.title}"
    known = (value for value in reading.index.values(person, attribute) if group.title and value.endswith(end))
    return next(known, group.title or group.id)
