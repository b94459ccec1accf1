"""Whether a vendor takes what schools send it."""

from collections.abc import Iterator, Sequence

from testbed.checks.core import NotVerified, Observation, Outcome, Skip, check
from testbed.checks.rosters import looks
from testbed.checks.sent import RECEIVES, Attempt, attempts, calls
from testbed.model.orders import PushRoster
from testbed.model.verdict import Evidence

DEMANDED = frozenset({"eduPersonPrincipalName", "norEduPersonNIN"})
"""Of each person (Skolverket's provisioning API, Person); what else it demands does not tell who somebody is."""


@check(
    clause="RFC 7644, 3.3, 3.5.1 and 3.6; EGIL; Skolverket's provisioning API, bulk and jobs",
    sv="Tjänsten tar emot det som skolan skickar",
    about="vendor",
    needs=(RECEIVES,),
)
def push_is_taken(evidence: Evidence) -> Iterator[Outcome]:
    """Everything that the school sends is taken in.

    A pupil whose record was turned away cannot begin, and the school believes that all is well. What is there already
    may be refused where the school then replaces it, whoever sends too fast may be told to come back, and a person of
    whom something is missing that the protocol demands may be sent back.
    """
    if not calls(evidence):
        yield _nothing_came(evidence)
        return
    by_record: dict[tuple[str, str, str], list[Attempt]] = {}
    for one in attempts(evidence):
        by_record.setdefault(one.key, []).append(one)
    if not by_record:
        yield Skip("the school sent nothing")
        return
    lost: dict[int, list[Attempt]] = {}
    for made in by_record.values():
        for one in _not_made_good(made):
            lost.setdefault(one.call.where.exchange, []).append(one)
    for _, failed in sorted(lost.items()):
        yield from _told(failed)


def _nothing_came(evidence: Evidence) -> Outcome:
    orders = (ordered.order for ordered in evidence.play.orders)
    told = any(isinstance(order, PushRoster) and order.party == evidence.play.vendor.party for order in orders)
    # NOTE: where the page shows somebody, they were sent before this play, and nothing has changed since.
    if told and not any(look.rows for look in looks(evidence)):
        return NotVerified("the school was told to send, and nothing came to the vendor's receiving side")
    return Skip("nobody called the vendor's receiving side")


def _not_made_good(made: Sequence[Attempt]) -> Iterator[Attempt]:
    """The last attempt to put a record there, and the last to delete it, where it came to nothing and was not followed
    by one that did."""
    for deleting in (False, True):
        of_kind = [one for one in made if (one.call.asked == "delete") is deleting]
        if of_kind and of_kind[-1].fate != "taken" and not _is_incomplete(of_kind[-1]):
            yield of_kind[-1]


def _is_incomplete(attempt: Attempt) -> bool:
    """Whether the school left out what the national tests demand of everybody: then refusing it is right."""
    call, told = attempt.call, {name for name, _ in attempt.record.identifiers}
    written = call.protocol == "provisioning" and call.asked in ("create", "replace")
    of_person = call.collection == "persons" and bool(attempt.record.id)
    return written and of_person and not told >= DEMANDED


def _told(failed: Sequence[Attempt]) -> Iterator[Outcome]:
    """What came of one call: once where all of it was refused, else for each record."""
    call = failed[0].call
    refused = [one for one in failed if one.fate == "refused"]
    what = f"{call.asked} of {call.collection}"
    if refused and not call.job:
        several = f", {len(refused)} records" if len(refused) > 1 else ""
        came = f"answered with {call.status}" if call.status else "not answered"
        yield Observation(
            f"{what}{several}, was {came}, and the school did not get it through later",
            "what the school sends is taken",
            where=refused[0].record.where if len(refused) == 1 else call.where,
            person="",
            sender=call.caller,
            recipient=call.host,
        )
        return
    for one in refused:
        yield Observation(
            f"{what}, {one.record.id}, failed in job {call.job}",
            "what the school sends is taken",
            where=one.record.where,
            person="",
            sender=call.caller,
            recipient=call.host,
        )
    waiting = sum(one.fate in ("waiting", "unknown") for one in failed)
    if waiting and call.job:
        yield NotVerified(f"what became of {waiting} records of {call.collection} in job {call.job} was not told")
    elif waiting and call.protocol == "provisioning":
        yield NotVerified(f"what became of {waiting} records of {call.collection} was not told: there was no job")
    elif waiting:
        yield NotVerified(f"{waiting} records of {call.collection} were there already, and the school left it at that")
