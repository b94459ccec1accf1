"""The school's own account of what it released, held against what crossed the wire."""

from collections.abc import Iterator

from testbed.checks.core import Need, Observation, Outcome, Skip, check, message_of
from testbed.checks.tellings import Telling, tellings
from testbed.model.attributes import SUBJECT_CLAIM, by_name
from testbed.model.messages import SamlResponse
from testbed.model.oidc_messages import TokenAnswer
from testbed.model.release import ReleaseRecord
from testbed.model.verdict import Evidence

RELEASES = Need(lambda evidence: bool(evidence.releases), "the school's own account of its logins is not at hand")


@check(
    clause="GDPR Article 5(2) and 30(1)",
    sv="Skolans redovisning av vad den lämnat ut stämmer med vad som skickades",
    about="school",
    needs=(RELEASES, message_of(SamlResponse, TokenAnswer)),
)
def release_account_matches_wire(evidence: Evidence) -> Iterator[Outcome]:
    """The school's account of what it released is what crossed the wire.

    A controller must be able to show what it did. An account that says "withheld" while the attribute went out is
    worse than none: nobody looks any further.
    """
    kept = {record.school for record in evidence.releases}
    # NOTE: an answer without a statement sends nothing, and is answered for by no account when nobody was logged in.
    read = {telling.id: telling for telling in tellings(evidence) if telling.sender in kept}
    if not read:
        yield Skip("no assertion or token of a school that keeps an account could be read")
    for telling in read.values():
        sent = frozenset(telling.values)
        account = _account_of(telling, sent, evidence)
        said = frozenset(_carried(account.released, evidence)) if account else frozenset[str]()
        # NOTE: what was never fetched, or lies encrypted beside it, may be what is missed.
        for name in sorted(sent ^ said if telling.whole else sent - said):
            yield Observation(
                f"{name} {'crossed the wire' if name in sent else 'did not cross the wire'}, "
                f"and the school's account says {_account_says(name, account)}",
                "the account tells what was sent",
                where=telling.where,
                attribute=name,
                sender=telling.sender,
                recipient=telling.recipient,
            )


def _carried(names: frozenset[str], evidence: Evidence) -> Iterator[str]:
    """Those that the vendor's protocol carries as attributes: by OpenID Connect the identifier is ``sub``."""
    for name in names:
        row = by_name().get(name)
        if evidence.play.vendor.protocol != "oidc" or row is None or row.oidc not in ("", SUBJECT_CLAIM):
            yield name


def _account_of(telling: Telling, sent: frozenset[str], evidence: Evidence) -> ReleaseRecord | None:
    """Of the accounts for the message's audience the one that comes nearest to it: a message may never have arrived."""
    of_school = [record for record in evidence.releases if record.school == telling.sender]
    fitting = [record for record in of_school if not telling.party or record.entity_id in telling.party]
    return min(fitting, key=lambda record: len(record.released ^ sent), default=None)


def _account_says(name: str, account: ReleaseRecord | None) -> str:
    if account is None:
        return "nothing of this login"
    reasons = (str(decision.reason) for decision in account.decisions if decision.attribute == name)
    return next(reasons, "nothing of it")
