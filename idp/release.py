"""Which attributes of a person leave the school for a vendor, and why. Pure, and the only place that decides it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.config import RelyingParty
from testbed.model.attributes import by_name
from testbed.model.written import Agreement, Person, Role

NEVER = frozenset({"securityMarking"})
"""That someone lives under protection is itself what must not be told."""


class Reason(StrEnum):
    """Why an attribute was released or withheld."""

    AGREED_REQUIRED = "agreed as required"
    AGREED_OPTIONAL = "agreed as optional"
    REQUESTED = "requested by the vendor's metadata"
    NOT_AGREED = "not agreed"
    PROTECTED_IDENTITY = "protected identity"
    LACKING = "the person lacks it"
    NO_SUBJECT = "the person's role is no subject of the agreement"
    NEVER_RELEASED = "never released"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one attribute."""

    attribute: str
    """Canonical name."""
    reason: Reason

    @property
    def released(self) -> bool:
        """Whether it goes to the vendor."""
        return self.reason in (Reason.AGREED_REQUIRED, Reason.AGREED_OPTIONAL, Reason.REQUESTED)


@dataclass(frozen=True, slots=True)
class Release:
    """All that is released about one person to one vendor."""

    attributes: Mapping[str, tuple[str, ...]]
    """Canonical name to values, in the order of the attribute table."""
    decisions: tuple[Decision, ...]
    """One for every attribute that was agreed or requested, in the order of the attribute table."""
    may_log_in: bool
    """False when the agreement speaks of no one in this person's role."""


def release(person: Person, relying_party: RelyingParty, requested: Iterable[str]) -> Release:
    """Decide for one login.

    A vendor gets what is agreed and nothing else, for the school owner answers for "never more than required"
    (Skolfederation, attribute release; GDPR Article 5(1)(c)). A person with protected identity loses every attribute
    that could find them, whatever was agreed or requested.

    Args:
        person: who logs in.
        relying_party: the vendor; without an agreement it gets what it requests.
        requested: canonical names that its metadata requests; names outside the attribute table are left out.
    """
    agreement = relying_party.agreement if relying_party.release == "agreement" else None
    wanted = frozenset(requested) & by_name().keys()
    if agreement and not any(person.role in clause.subjects for clause in agreement.data):
        refused = tuple(Decision(name, Reason.NO_SUBJECT) for name in by_name() if name in wanted)
        return Release({}, refused, may_log_in=False)
    considered = wanted | agreement.agreed_for(person.role) if agreement else wanted
    decisions = tuple(Decision(name, _reason(person, name, agreement)) for name in by_name() if name in considered)
    values = {decision.attribute: person.values(decision.attribute) for decision in decisions if decision.released}
    return Release(values, decisions, may_log_in=True)


def _reason(person: Person, name: str, agreement: Agreement | None) -> Reason:
    if name in NEVER:
        return Reason.NEVER_RELEASED
    if agreement and name not in agreement.agreed_for(person.role):
        return Reason.NOT_AGREED
    if not person.values(name):
        return Reason.LACKING
    # NOTE: "pseudonym" withholds the same until the school can issue pseudonymous values in their place.
    if person.protected and by_name()[name].hidden:
        return Reason.PROTECTED_IDENTITY
    if agreement is None:
        return Reason.REQUESTED
    return Reason.AGREED_REQUIRED if _is_required(name, person.role, agreement) else Reason.AGREED_OPTIONAL


def _is_required(name: str, role: Role, agreement: Agreement) -> bool:
    return any(name in clause.required for clause in agreement.data if role in clause.subjects)
