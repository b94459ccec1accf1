"""Which claims about a person a vendor gets: what it asks for, as far as the release policy lets it go."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from idp.config import Clock
from idp.contexts import assurance
from idp.oidc.asked import Asked
from idp.oidc.clients import Client
from idp.oidc.identifiers import pairwise_sub, public_sub, transient_sub
from idp.oidc.jose import Json
from idp.release import Occasion, Release, SchoolFacts, VendorNeeds, refused, release
from testbed.model.attributes import by_name
from testbed.model.release import Reason, ReleaseDecision
from testbed.model.scopes import asked_by
from testbed.model.written import Person

LISTS = frozenset(
    {
        "eduPersonAffiliation",
        "eduPersonAssurance",
        "eduPersonEntitlement",
        "eduPersonScopedAffiliation",
        "sisLegalGuardianFor",
        "sisSchoolCourseStudent",
        "sisSchoolCourseTeacher",
        "sisSchoolUnitCode",
    }
)
"""Attributes whose claim is a list, of one value too: a vendor must not meet a second type one day."""
NOTHING_ELSE = Asked()
DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that one login asks for about the person."""

    scopes: tuple[str, ...]
    asked: Asked = NOTHING_ELSE

    @property
    def by_userinfo(self) -> frozenset[str]:
        """Attributes that are to come from the userinfo endpoint, by canonical name."""
        return asked_by(self.scopes) | frozenset(self.asked.userinfo)

    @property
    def everything(self) -> frozenset[str]:
        """These, and those that are to stand in the ID token."""
        return self.by_userinfo | frozenset(self.asked.id_token)


@dataclass(frozen=True, slots=True)
class Told:
    """What the vendor gets to know about the person."""

    sub: str
    userinfo: str
    """The answer of the userinfo endpoint, in JSON."""
    id_token: str
    """The claims about the person that stand in the ID token, in JSON."""


class Teller:
    """Decides by the same policies as SAML does.

    Args:
        facts: what the school brings to a release.
        now: the time.
    """

    def __init__(self, facts: SchoolFacts, now: Clock) -> None:
        self._facts, self._now = facts, now

    def decide(self, client: Client, person: Person, strength: int, wanted: Wanted) -> Release:
        """Which attributes go, and why.

        A vendor gets nothing that it has not asked for, whatever the policy would let go: in OpenID Connect asking is
        done login by login, and what a policy allows is an upper limit (GDPR Article 5(1)(c)).

        Args:
            client: the vendor.
            person: who has logged in.
            strength: how; see :mod:`idp.contexts`.
            wanted: what it asks for.
        """
        occasion = self._occasion(client, person, strength, wanted)
        needs = occasion.needs
        return _narrowed(release(occasion), needs.requested | {needs.identifier})

    def may_log_in(self, client: Client, person: Person, strength: int, wanted: Wanted) -> bool:
        """Whether the policy lets this person into that vendor at all."""
        return refused(self._occasion(client, person, strength, wanted)) is None

    def _occasion(self, client: Client, person: Person, strength: int, wanted: Wanted) -> Occasion:
        asked = client.may_ask_for(wanted.everything)
        needs = VendorNeeds(
            requested=asked,
            required=asked & frozenset(wanted.asked.essential),
            subject_id_requirement="pairwise-id" if client.settings.subject_type == "pairwise" else "subject-id",
            registration_authority=self._facts.registration_authority,
        )
        today = self._now().date()
        return Occasion(person, client.party.relying_party, needs, self._facts, today, assurance(strength))

    def tell(self, client: Client, person: Person, decided: Release, wanted: Wanted, sub: str = "") -> Told:
        """The decision, in claims.

        Args:
            client: the vendor.
            person: whom it is told about.
            decided: what goes.
            wanted: where it is wanted.
            sub: what the vendor calls the person already; "" where it has just begun to.
        """
        released = decided.attributes
        sub = sub or self._sub(client, person, nameless=decided.nameless)
        return Told(
            sub=sub,
            userinfo=json.dumps({**claims_of(released, wanted.by_userinfo), "sub": sub}, ensure_ascii=False),
            id_token=json.dumps(claims_of(released, wanted.asked.id_token)),
        )

    def _sub(self, client: Client, person: Person, *, nameless: bool) -> str:
        """What this vendor may call the person.

        Args:
            client: the vendor.
            person: whom.
            nameless: it may not know the person again.
        """
        if nameless:
            return transient_sub()
        agreement = client.party.relying_party.agreement
        by_pseudonym = person.protected and agreement is not None and agreement.protected_identity == "pseudonym"
        if client.settings.subject_type == "public" and not by_pseudonym:
            return public_sub(person, self._facts.scope, self._facts.secret)
        return pairwise_sub(person, client.sector, self._facts.secret)


def claims_of(released: Mapping[str, tuple[str, ...]], names: Iterable[str]) -> Mapping[str, Json]:
    """Those of the released attributes that are named, as claims; the parts of an address are one claim."""
    claims: dict[str, Json] = {}
    address: dict[str, Json] = {}
    chosen = frozenset(names)
    for name, values in released.items():
        claim = by_name()[name].oidc
        if name not in chosen or not values or not claim:
            continue
        whole, _, part = claim.partition(".") if claim.startswith("address.") else (claim, "", "")
        if part:
            address[part] = values[0]
            claims[whole] = address
        else:
            claims[claim] = _value(name, values)
    return claims


def _value(name: str, values: tuple[str, ...]) -> Json:
    if name in LISTS:
        return list(values)
    date = DATE.fullmatch(values[0]) if name == "norEduPersonBirthDate" else None
    # NOTE: birthdate is written with hyphens (Core 5.1), norEduPersonBirthDate without.
    return "-".join(date.groups()) if date else values[0]


def _narrowed(decided: Release, asked: frozenset[str]) -> Release:
    """The same decision, without what nobody asked for."""

    def narrowed(decision: ReleaseDecision) -> ReleaseDecision:
        unasked = decision.released and decision.attribute not in asked
        return ReleaseDecision.of(decision.attribute, Reason.NOT_REQUESTED) if unasked else decision

    return replace(
        decided,
        attributes={name: values for name, values in decided.attributes.items() if name in asked},
        decisions=tuple(map(narrowed, decided.decisions)),
    )
