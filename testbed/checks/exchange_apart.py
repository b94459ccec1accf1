"""Whether a vendor keeps apart what several schools send it, and says no more of it than it must."""

from collections.abc import Iterator

from testbed.checks.core import Observation, Outcome, Skip, check
from testbed.checks.sent import CALLED, RECEIVES, Callers, attempts, calls
from testbed.model.exchange_messages import RosterCall
from testbed.model.verdict import Evidence
from testbed.privacy.people import index_of
from testbed.privacy.search import find

READING = ("list", "one", "lookup", "job")
REDUCED = frozenset(
    {
        "id", "civicNo", "eduPersonPrincipalNames", "givenName", "middleName", "familyName", "provisioningStatus",
        "meta",
    }
)  # fmt: skip
"""What a list of persons has of each (Skolverket's provisioning API); the whole is had one by one."""


@check(
    clause="GDPR Article 32(1)(b); EGIL, tenant by entity_id; Skolverket's provisioning API, one principal's data",
    sv="En skola får inte se vad en annan har skickat",
    about="vendor",
    needs=(RECEIVES, CALLED),
)
def schools_apart(evidence: Evidence) -> Iterator[Outcome]:
    """A school that asks what is held is told of what it has sent itself.

    All schools of a vendor use the same address. Only the key that calls says whose pupils they are.
    """
    callers = Callers(evidence)
    # NOTE: what a stranger is told is another check's.
    made = [call for call in calls(evidence) if callers.may_send(call)]
    sent: dict[str, set[str]] = {}
    for one in attempts(evidence):
        # NOTE: whoever was refused has put nothing there; and what has no id is nobody's.
        if one.call.asked in ("create", "replace") and one.fate != "refused" and one.record.id:
            sent.setdefault(one.record.id, set()).add(one.call.caller)
    if len(set().union(*sent.values())) < len(("one", "another")):
        yield Skip("no two schools sent anything")
        return
    told = [(call, item) for call in made if call.asked in READING for item in call.answered if item.id in sent]
    if not told:
        yield Skip("nobody was told what is held")
    for call, item in told:
        if call.caller not in sent[item.id]:
            yield Observation(
                f"{call.caller} was told of {item.id} in {call.collection}, which {', '.join(sorted(sent[item.id]))} "
                "had sent",
                "a school is told of its own alone",
                where=item.where,
                person="",
                sender=call.host,
                recipient=call.caller,
            )


@check(
    clause="GDPR Article 5(1)(c) and 32; Skolverket's provisioning API, LogEntry",
    sv="Felmeddelanden till skolan nämner inga personer",
    about="vendor",
    needs=(RECEIVES, CALLED),
)
def answers_name_nobody(evidence: Evidence) -> Iterator[Outcome]:
    """What a vendor says of errors names nobody.

    Such texts are written into logs on both sides, where people and programs read them that have no business with
    pupils. What a school sent may come back as the resource that it is, and nowhere else.
    """
    index, callers = index_of(evidence.people), Callers(evidence)
    # NOTE: what a stranger is told is another check's.
    schools = (call for call in calls(evidence) if callers.may_send(call))
    remarks = [(call, remark) for call in schools for remark in call.remarks]
    if not remarks:
        yield Skip("the vendor said nothing beside what it was sent")
    for call, remark in remarks:
        for owner in find(remark.text, index):
            yield Observation(
                f"a message in answer to {call.asked} of {call.collection} tells {owner.attribute} of "
                f"{owner.person or 'somebody'}",
                "ids, numbers and what went wrong",
                where=remark.where,
                attribute=owner.attribute,
                person=owner.person,
                sender=call.host,
                recipient=call.caller,
            )


@check(
    clause="GDPR Article 5(1)(c); Skolverket's provisioning API, GET /persons",
    sv="Listor över personer innehåller bara det som behövs för att skilja dem åt",
    about="vendor",
    needs=(RECEIVES, CALLED),
)
def lists_are_reduced(evidence: Evidence) -> Iterator[Outcome]:
    """A list of persons tells of each what they can be told apart by, and no more.

    Lists are fetched again and again to compare, and lie about in logs and caches; where each pupil goes to school need
    not be in every one of them.
    """
    lists = [call for call in calls(evidence) if _is_list(call)]
    if not lists:
        yield Skip("no list of persons was asked for by the national tests' provisioning")
    for call in lists:
        for item in call.answered:
            more = sorted(set(item.members) - REDUCED)
            if more:
                yield Observation(
                    f"a list of persons tells {', '.join(more)} of {item.id}",
                    ", ".join(sorted(REDUCED)),
                    where=item.where,
                    person="",
                    sender=call.host,
                    recipient=call.caller,
                )
                break


def _is_list(call: RosterCall) -> bool:
    persons = call.protocol == "provisioning" and call.collection == "persons"
    return persons and call.asked == "list" and bool(call.answered)
