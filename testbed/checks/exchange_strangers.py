"""Whether a vendor lets in somebody who is not the school."""

from collections.abc import Iterator

from testbed.checks.core import NotVerified, Observation, Outcome, Skip, check
from testbed.checks.sent import CALLED, RECEIVES, Callers, Standing, calls
from testbed.model.exchange_messages import RosterCall
from testbed.model.verdict import Evidence
from testbed.privacy.people import index_of
from testbed.privacy.search import find

REFUSALS = (401, 403)
BUSY = (429, 503)


@check(
    clause="RFC 9932; EGIL, authentication by federated TLS; Skolverket's provisioning API, authentication",
    sv="Den som inte är skolan avvisas",
    about="vendor",
    needs=(RECEIVES, CALLED),
)
def stranger_is_refused(evidence: Evidence) -> Iterator[Outcome]:
    """Whoever the register of machines does not name is turned away.

    A vendor that lets anybody call holds a register of pupils that anybody can read, and change. A key that was stolen
    and withdrawn is a stranger's, and so is a token that has ended or that opens something else; what the register said
    before may be kept for as long as it said itself.
    """
    callers, met, undecided = Callers(evidence), False, ""
    for call in calls(evidence):
        standing = callers.standing(call)
        if standing.stranger is None:
            undecided = undecided or standing.why
        elif standing.stranger:
            met = True
            yield from _turned_away(call, standing, evidence)
    if undecided:
        yield NotVerified(f"whether a caller is a stranger cannot be told: {undecided}")
    elif not met:
        yield Skip("only those called whom the register of machines names")


def _turned_away(call: RosterCall, standing: Standing, evidence: Evidence) -> Iterator[Outcome]:
    # NOTE: no answer at all is a connection that was refused.
    if call.status in BUSY:
        yield NotVerified(f"a stranger was told to come back later ({call.status})")
    elif call.status and call.status not in REFUSALS:
        yield Observation(
            f"{call.asked} of {call.collection} by {call.caller}, who {standing.why}, was answered with {call.status}",
            " or ".join(map(str, REFUSALS)),
            where=call.where,
            person="",
            sender=call.caller,
            recipient=call.host,
        )
    index = index_of(evidence.people)
    for remark in call.remarks if call.status in REFUSALS else ():
        for owner in find(remark.text, index):
            yield Observation(
                f"{call.caller}, who {standing.why}, was told {owner.attribute} of {owner.person or 'somebody'}",
                "nothing",
                where=remark.where,
                attribute=owner.attribute,
                person=owner.person,
                sender=call.host,
                recipient=call.caller,
            )
