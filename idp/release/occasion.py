"""What a release is decided on: who logs in, where, what the vendor says of itself, and what the school adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from idp.config import RelyingParty
from idp.saml.identifiers import pairwise_id, subject_id
from testbed.model.attributes import base_of
from testbed.model.written import Person

SUBJECT_ID, PAIRWISE_ID = "subject-id", "pairwise-id"

type SubjectIdRequirement = Literal["subject-id", "pairwise-id", "none", "any", ""]
"""The subject identifier that a vendor needs; "" when it does not say."""


@dataclass(frozen=True, slots=True)
class VendorNeeds:
    """What a vendor's metadata says that it needs, and what it claims to be."""

    requested: frozenset[str] = frozenset()
    """Canonical names; attributes that the table does not know are left out."""
    required: frozenset[str] = frozenset()
    """Those of them that it marks as required (isRequired)."""
    subject_id_requirement: SubjectIdRequirement = ""
    """SAML V2.0 Subject Identifier Attributes Profile 1.0, 2.3."""
    entity_categories: frozenset[str] = frozenset()
    """URIs of the categories that it claims to belong to (RFC 8409)."""
    registration_authority: str = ""
    """The federation that registered it (mdrpi:RegistrationInfo), "" when its metadata does not say."""

    @property
    def identifier(self) -> str:
        """The attribute that the requirement comes to; "" for none. Of ``any`` the one that tells less."""
        match self.subject_id_requirement:
            case "pairwise-id" | "any":
                return PAIRWISE_ID
            case "subject-id":
                return SUBJECT_ID
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the school itself brings to a release."""

    organisation: Mapping[str, tuple[str, ...]]
    """Attributes that are about the school, by canonical name."""
    scope: str
    """The security domain of its users."""
    registration_authority: str
    """The federation that it belongs to."""
    secret: bytes
    """Behind its identifiers."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One login that a release is decided for."""

    person: Person
    relying_party: RelyingParty
    needs: VendorNeeds
    school: SchoolFacts
    today: date
    assurance: tuple[str, ...] | None = None
    """What this login reached (eduPersonAssurance); None: what people.json says of the person."""

    def values(self, name: str) -> tuple[str, ...]:
        """The values of an attribute, wherever they come from; none when the school has no such data."""
        match name:
            case "subject-id":
                return (subject_id(self.person.id, self.school.scope, self.school.secret),)
            case "pairwise-id":
                entity_id = self.relying_party.entity_id
                return (pairwise_id(self.person.id, entity_id, self.school.scope, self.school.secret),)
            case "eduPersonAssurance" if self.assurance is not None:
                return self.assurance
            case "eduPersonAffiliation":
                scoped = self.person.values("eduPersonScopedAffiliation")
                return tuple(dict.fromkeys(value.partition("@")[0] for value in scoped))
            case _ if name in self.school.organisation:
                return self.school.organisation[name]
            case _:
                return self.person.values(base_of(name))
