"""The named policies: each says which attributes it lets go, and by which reason it keeps the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from idp.release.bundles import (
    CATEGORIES,
    CODE_OF_CONDUCT,
    CODE_OF_CONDUCT_V1,
    FIXED,
    PERSONAL_NUMBERS,
    SUBJECT_IDENTIFIERS,
    weight,
)
from idp.release.occasion import Occasion
from testbed.model.coverage import clauses_about
from testbed.model.release import Reason
from testbed.model.written import ReleasePolicy

_NOTHING: Mapping[str, Reason] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy says of one login."""

    policy: ReleasePolicy
    lets: Mapping[str, Reason]
    """Attributes that may go, each with the reason."""
    otherwise: Reason
    """Why an attribute stays that is in neither mapping."""
    keeps: Mapping[str, Reason] = _NOTHING
    """Attributes that stay for a reason of their own."""
    refused: Reason | None = None
    """Why nobody may be logged in at all."""
    bundle: ReleasePolicy | None = None
    """The bundle that entity categories came to."""
    nameless: bool = False
    """Nothing may go by which the vendor would know the person again, a persistent NameID neither."""


type Policy = Callable[[Occasion], Ruling]


def _agreement(occasion: Occasion) -> Ruling:
    """What the agreement covers; without an agreement the school releases what is requested.

    The school owner answers for "never more than required" (Skolfederation, attribute release; GDPR Article 5(1)(c)).
    """
    agreement, person = occasion.relying_party.agreement, occasion.person
    if agreement is None:
        return _requested(occasion)
    ruling = Ruling("agreement", {}, Reason.NOT_AGREED)
    if not agreement.in_force(occasion.today):
        return replace(ruling, refused=Reason.NOT_IN_FORCE)
    if not any(person.role in clause.subjects for clause in agreement.data):
        return replace(ruling, refused=Reason.NO_SUBJECT)
    clauses = clauses_about(person, agreement)
    if not clauses:
        return replace(ruling, refused=Reason.OUTSIDE_LIMITS)
    optional = {name: Reason.AGREED_OPTIONAL for clause in clauses for name in clause.optional}
    required = {name: Reason.AGREED_REQUIRED for clause in clauses for name in clause.required}
    return replace(ruling, lets=optional | required)


def _requested(occasion: Occasion) -> Ruling:
    """What the vendor's metadata requests: the careless school."""
    needs = occasion.needs
    optional = dict.fromkeys(needs.requested, Reason.REQUESTED_OPTIONAL)
    identifier = {needs.identifier} if needs.identifier else set()
    required = dict.fromkeys((needs.required & needs.requested) | identifier, Reason.REQUESTED_REQUIRED)
    return Ruling("requested", optional | required, Reason.NOT_REQUESTED)


def _whole(name: ReleasePolicy) -> Policy:
    """A bundle that is released whole."""

    def bundle(_: Occasion) -> Ruling:
        lets = dict.fromkeys(FIXED[name], Reason.IN_BUNDLE)
        return Ruling(name, lets, Reason.NOT_IN_BUNDLE, nameless=name == "refeds-anonymous")

    return bundle


def _code_of_conduct(occasion: Occasion) -> Ruling:
    """What is requested, of what a vendor under the Code of Conduct may ask.

    A personal number is kept from whoever another federation has registered.
    """
    needs, school = occasion.needs, occasion.school
    lets = {name: why for name, why in _requested(occasion).lets.items() if name in CODE_OF_CONDUCT}
    keeps = dict.fromkeys(CODE_OF_CONDUCT - lets.keys(), Reason.NOT_REQUESTED)
    if needs.registration_authority != school.registration_authority:
        foreign = PERSONAL_NUMBERS & lets.keys()
        keeps |= dict.fromkeys(foreign, Reason.REGISTERED_ELSEWHERE)
        lets = {name: why for name, why in lets.items() if name not in foreign}
    return Ruling("refeds-code-of-conduct", lets, Reason.NOT_IN_BUNDLE, keeps)


def _code_of_conduct_v1(occasion: Occasion) -> Ruling:
    """As version 2, which brought the identifiers."""
    ruling = _code_of_conduct(occasion)
    lets = {name: why for name, why in ruling.lets.items() if name not in SUBJECT_IDENTIFIERS}
    keeps = {name: why for name, why in ruling.keeps.items() if name not in SUBJECT_IDENTIFIERS}
    return replace(ruling, lets=lets, keeps=keeps)


def _entity_categories(occasion: Occasion) -> Ruling:
    """The most data-minimal bundle of those that the vendor's metadata claims; without a claim nothing at all.

    A bundle that gives nothing, because its vendor requests nothing of it, decides only where there is no other.
    """
    claimed = sorted(CATEGORIES.keys() & occasion.needs.entity_categories)
    rulings = [_BY_CATEGORY[category](occasion) for category in claimed]
    if not rulings:
        return Ruling("entity-categories", {}, Reason.NO_CATEGORY, nameless=True)
    least = min(rulings, key=lambda ruling: (not ruling.lets, weight(frozenset(ruling.lets)), ruling.policy))
    return replace(least, policy="entity-categories", bundle=least.policy)


POLICIES: Mapping[ReleasePolicy, Policy] = MappingProxyType(
    {
        "agreement": _agreement,
        "requested": _requested,
        **{name: _whole(name) for name in FIXED},
        "refeds-code-of-conduct": _code_of_conduct,
        "entity-categories": _entity_categories,
    }
)
"""Every policy by its name, which a vendor's file gives in ``school_release``."""

_BY_CATEGORY: Mapping[str, Policy] = MappingProxyType(
    {category: POLICIES[name] for category, name in CATEGORIES.items()} | {CODE_OF_CONDUCT_V1: _code_of_conduct_v1}
)
