"""From a policy's ruling to a decision about each attribute: what holds under every policy stands here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.release.bundles import REFEDS_ASSURANCE
from idp.release.occasion import Occasion
from idp.release.policies import POLICIES, Ruling
from testbed.model.attributes import by_name
from testbed.model.coverage import kept_about_protected
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.model.written import ReleasePolicy

NEVER = frozenset({"securityMarking"})
"""That someone lives under protection is itself what must not be told."""


@dataclass(frozen=True, slots=True)
class Release:
    """All that is released about one person to one vendor."""

    attributes: Mapping[str, tuple[str, ...]]
    """Canonical name to values, in the order of the attribute table."""
    decisions: tuple[ReleaseDecision, ...]
    """One for every attribute that the policy or the vendor speaks of or that the person has, in the order of the
    attribute table."""
    policy: ReleasePolicy
    """The one that decided."""
    bundle: ReleasePolicy | None
    """The bundle that entity categories came to."""
    refused: Reason | None
    """Why this person may not log in there, None when they may."""
    nameless: bool
    """The NameID must be transient: the policy lets no vendor know the person again."""

    @property
    def may_log_in(self) -> bool:
        """Whether the agreement, where one decides, lets this person log in."""
        return self.refused is None

    def record(self, at: datetime, school: str, entity_id: str, person: str) -> ReleaseRecord:
        """The account of this release.

        Args:
            at: when it was decided.
            school: the school's host.
            entity_id: of the vendor.
            person: id in people.json.
        """
        return ReleaseRecord(
            at=at,
            school=school,
            entity_id=entity_id,
            person=person,
            policy=self.policy,
            refused=self.refused or "",
            decisions=self.decisions,
            bundle=self.bundle,
        )


def release(occasion: Occasion) -> Release:
    """Decide for one login, by the policy that the school has chosen for the vendor.

    Under every policy a person with protected identity loses each attribute that could find them, the vendor gets no
    other subject identifier than its metadata asks for, and what the school does not have it does not send.
    """
    ruling = POLICIES[occasion.relying_party.release](occasion)
    needs = occasion.needs
    spoken_of = {*ruling.lets, *ruling.keeps, *needs.requested, needs.identifier, *occasion.person.attributes}
    decisions: list[ReleaseDecision] = []
    values: dict[str, tuple[str, ...]] = {}
    for name in by_name():
        if name in spoken_of:
            decision = ReleaseDecision.of(name, _reason(name, ruling, occasion))
            decisions.append(decision)
            if decision.released:
                values[name] = (*occasion.values(name), *_conforming(name, ruling))
    return Release(values, tuple(decisions), ruling.policy, ruling.bundle, ruling.refused, ruling.nameless)


def _conforming(name: str, ruling: Ruling) -> tuple[str, ...]:
    """What a REFEDS bundle states beside the levels of the login: at least that the framework is kept to."""
    by_bundle = (ruling.bundle or ruling.policy).startswith("refeds-")
    return (REFEDS_ASSURANCE,) if by_bundle and name == "eduPersonAssurance" else ()


def refused(occasion: Occasion) -> Reason | None:
    """Why this person may not log in there at all, None when they may: what :func:`release` says of it, for less."""
    return POLICIES[occasion.relying_party.release](occasion).refused


def _reason(name: str, ruling: Ruling, occasion: Occasion) -> Reason:
    if name in NEVER:
        return Reason.NEVER_RELEASED
    if ruling.refused:
        return ruling.refused
    if name not in ruling.lets:
        return ruling.keeps.get(name, ruling.otherwise)
    return _held_back(name, ruling, occasion) or ruling.lets[name]


def _held_back(name: str, ruling: Ruling, occasion: Occasion) -> Reason | None:
    """Why an attribute stays that the policy would let go, if it does."""
    if _is_another_identifier(name, ruling, occasion):
        return Reason.ANOTHER_IDENTIFIER
    if not occasion.values(name):
        return Reason.LACKING
    agreement = occasion.relying_party.agreement
    kept = kept_about_protected(agreement.protected_identity if agreement else "withhold")
    if occasion.person.protected and name in kept:
        return Reason.PROTECTED_IDENTITY
    return None


def _is_another_identifier(name: str, ruling: Ruling, occasion: Occasion) -> bool:
    """Whether the vendor's metadata asks for another subject identifier than this one, or for none."""
    match occasion.needs.subject_id_requirement:
        case "":
            return False
        case "none":
            return name in ("subject-id", "pairwise-id")
        case "any":
            return name == "subject-id" and "pairwise-id" in ruling.lets
        case wanted:
            return name in ("subject-id", "pairwise-id") and name != wanted
