"""Whether a vendor holds what schools have sent it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from testbed.checks.core import PLAYED, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.rosters import Look, looks, words
from testbed.checks.sent import CALLED, RECEIVES, Attempt, taken
from testbed.model.exchange_messages import OF_PERSONS, DataRecord
from testbed.model.verdict import Evidence
from testbed.model.wire import Pointer, host_of
from testbed.privacy.people import index_of
from testbed.privacy.references import GROUPS, STUDENT, person_of

ID = "id"
"""The head of the column with ids, and of the rows."""

type _Key = tuple[str, str]
"""Whose record it is, and its id."""


@dataclass(frozen=True)
class Held:
    """What a vendor is to hold, by all that it took."""

    persons: Mapping[_Key, DataRecord]
    groups: Mapping[_Key, DataRecord]
    gone: Mapping[_Key, str] = field(default_factory=dict)
    """What was deleted and not sent anew, with its collection."""

    @cached_property
    def groups_of(self) -> Mapping[_Key, frozenset[str]]:
        """The names of the groups that somebody is a member of, by whose record it is; of those who are in any."""
        found: dict[_Key, set[str]] = {}
        for (school, _), group in self.groups.items():
            for one in group.references:
                if one.relation == "member":
                    found.setdefault((school, one.id), set()).add(group.title)
        return {member: words(list(titles)) for member, titles in found.items()}


def held_at(done: Iterable[Attempt], exchange: int) -> Held:
    """What is to be held when this exchange takes place."""
    persons: dict[_Key, DataRecord] = {}
    groups: dict[_Key, DataRecord] = {}
    gone: dict[_Key, str] = {}
    for one in done:
        if one.call.where.exchange > exchange:
            continue
        key, collection = (one.call.caller, one.record.id), one.call.collection
        kept = persons if collection in OF_PERSONS else groups if collection in GROUPS else {}
        if one.call.asked == "delete":
            kept.pop(key, None)
            gone[key] = collection
        else:
            kept[key] = one.record
            gone.pop(key, None)
    return Held(persons, groups, gone)


@check(
    clause="EGIL, create and replace; Skolverket's provisioning API, bulk; GDPR Article 5(1)(d)",
    sv="Tjänsten har det som skolan har skickat, varken mer eller mindre",
    about="vendor",
    needs=(PLAYED, RECEIVES, CALLED),
)
def held_as_sent(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor holds whom the school has sent, in the groups that it has sent.

    A vendor that says yes and keeps nothing has a classroom of pupils who cannot begin. One that keeps the class of
    last term shows a teacher somebody else's pupils.
    """
    done, seen = tuple(taken(evidence)), looks(evidence)
    if not done:
        yield Skip("the vendor took nothing")
        return
    after = [look for look in seen if look.begun > done[0].call.where.exchange]
    if not after:
        yield NotVerified("the page that shows whom the vendor holds was not opened once it was sent something")
    for look in after:
        if look.lacking:
            yield NotVerified(f"not all that the vendor holds was seen: {look.lacking}")
            continue
        yield from _compared(look, held_at(done, look.begun), evidence)


def _compared(look: Look, held: Held, evidence: Evidence) -> Iterator[Observation]:
    index, vendor = index_of(evidence.people), host_of(evidence.play.vendor.login)
    rows = {row[ID][0]: row for row in look.rows if row.get(ID)}
    known = words([group.title for group in held.groups.values()])
    # NOTE: a page may be of a school that has sent nothing in this play.
    agreed = evidence.agreement.controller.hosts if evidence.agreement else ()
    covered = look.covers({*agreed, *(school for school, _ in held.persons)})
    for key, record in held.persons.items():
        one = record.id
        if key[0] not in covered:
            continue
        if one not in look.shown:
            seen, expected = f"{one}, whom {key[0]} sent, is not held", "whoever was sent and not deleted is there"
        elif (row := rows.get(one)) is not None and STUDENT in row:
            shown, own = words(row[STUDENT]), held.groups_of.get(key, frozenset())
            wrong = [*(f"not in {name}" for name in sorted(own - shown))]
            wrong += [f"still in {name}" for name in sorted((shown & known) - own)]
            if not wrong:
                continue
            seen, expected = f"{one} is {', '.join(wrong)}", "the groups as they were sent last"
        else:
            continue
        yield Observation(
            seen,
            expected,
            where=Pointer(look.at(one).number, "response.body"),
            attribute=STUDENT if one in look.shown else "",
            person=person_of(record, index),
            sender=key[0],
            recipient=vendor,
        )
