"""Why the school released or withheld an attribute: its own account of each login, beside what crossed the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Self

from pydantic import TypeAdapter

from testbed.model.written import Bilingual, ReleasePolicy


class Reason(StrEnum):
    """Why an attribute was released or withheld; the last three say why nobody was logged in at all."""

    AGREED_REQUIRED = "agreed-required"
    AGREED_OPTIONAL = "agreed-optional"
    REQUESTED_REQUIRED = "requested-required"
    REQUESTED_OPTIONAL = "requested-optional"
    IN_BUNDLE = "in-bundle"
    NOT_AGREED = "not-agreed"
    NOT_REQUESTED = "not-requested"
    NOT_IN_BUNDLE = "not-in-bundle"
    NO_CATEGORY = "no-category"
    ANOTHER_IDENTIFIER = "another-identifier"
    REGISTERED_ELSEWHERE = "registered-elsewhere"
    PROTECTED_IDENTITY = "protected-identity"
    LACKING = "lacking"
    NEVER_RELEASED = "never-released"
    NO_SUBJECT = "no-subject"
    OUTSIDE_LIMITS = "outside-limits"
    NOT_IN_FORCE = "not-in-force"

    @property
    def releases(self) -> bool:
        """Whether the attribute goes to the vendor for this reason."""
        return self in _RELEASING


_RELEASING = frozenset(
    {
        Reason.AGREED_REQUIRED,
        Reason.AGREED_OPTIONAL,
        Reason.REQUESTED_REQUIRED,
        Reason.REQUESTED_OPTIONAL,
        Reason.IN_BUNDLE,
    }
)

REASONS: Mapping[Reason, Bilingual] = MappingProxyType(
    {
        Reason.AGREED_REQUIRED: Bilingual(
            sv="Avtalet säger att tjänsten behöver uppgiften.", en="The agreement says that the service needs it."
        ),
        Reason.AGREED_OPTIONAL: Bilingual(
            sv="Avtalet säger att tjänsten får ha uppgiften.", en="The agreement says that the service may have it."
        ),
        Reason.REQUESTED_REQUIRED: Bilingual(
            sv="Tjänstens metadata begär uppgiften som nödvändig.",
            en="The service's metadata requests it as required.",
        ),
        Reason.REQUESTED_OPTIONAL: Bilingual(
            sv="Tjänstens metadata begär uppgiften som önskvärd.",
            en="The service's metadata requests it as optional.",
        ),
        Reason.IN_BUNDLE: Bilingual(
            sv="Uppgiften ingår i knippet som skolan lämnar ut till sådana tjänster.",
            en="It is in the bundle that the school releases to such services.",
        ),
        Reason.NOT_AGREED: Bilingual(sv="Avtalet omfattar inte uppgiften.", en="The agreement does not cover it."),
        Reason.NOT_REQUESTED: Bilingual(
            sv="Tjänstens metadata begär inte uppgiften.", en="The service's metadata does not request it."
        ),
        Reason.NOT_IN_BUNDLE: Bilingual(
            sv="Uppgiften ingår inte i knippet som skolan lämnar ut till sådana tjänster.",
            en="It is not in the bundle that the school releases to such services.",
        ),
        Reason.NO_CATEGORY: Bilingual(
            sv="Tjänsten hör inte till någon kategori som skolan lämnar ut uppgifter till.",
            en="The service belongs to no category that the school releases anything to.",
        ),
        Reason.ANOTHER_IDENTIFIER: Bilingual(
            sv="Tjänstens metadata vill ha en annan identifierare, eller ingen.",
            en="The service's metadata asks for another identifier, or for none.",
        ),
        Reason.REGISTERED_ELSEWHERE: Bilingual(
            sv="Personnummer lämnas bara till tjänster som den egna federationen har registrerat.",
            en="Personal identity numbers go only to services that the school's own federation has registered.",
        ),
        Reason.PROTECTED_IDENTITY: Bilingual(
            sv="Personen har skyddad identitet.", en="The person has a protected identity."
        ),
        Reason.LACKING: Bilingual(sv="Skolan har ingen sådan uppgift.", en="The school has no such data."),
        Reason.NEVER_RELEASED: Bilingual(sv="Uppgiften lämnas aldrig ut.", en="It is never released."),
        Reason.NO_SUBJECT: Bilingual(
            sv="Avtalet omfattar ingen med personens roll.", en="The agreement covers nobody in this person's role."
        ),
        Reason.OUTSIDE_LIMITS: Bilingual(
            sv="Personen går i en skola eller årskurs som avtalet inte omfattar.",
            en="The person's school or grade lies outside the agreement's limits.",
        ),
        Reason.NOT_IN_FORCE: Bilingual(
            sv="Avtalet gällde inte den dagen.", en="The agreement was not in force on that day."
        ),
    }
)
"""A sentence for each reason, for people."""

POLICIES: Mapping[ReleasePolicy, Bilingual] = MappingProxyType(
    {
        "agreement": Bilingual(sv="Vad avtalet omfattar", en="What the agreement covers"),
        "requested": Bilingual(sv="Vad tjänstens metadata begär", en="What the service's metadata requests"),
        "refeds-anonymous": Bilingual(sv="REFEDS: anonymt", en="REFEDS: anonymous"),
        "refeds-pseudonymous": Bilingual(sv="REFEDS: pseudonymt", en="REFEDS: pseudonymous"),
        "refeds-personalized": Bilingual(sv="REFEDS: personligt", en="REFEDS: personalized"),
        "refeds-research-and-scholarship": Bilingual(
            sv="REFEDS: forskning och utbildning", en="REFEDS: research and scholarship"
        ),
        "refeds-code-of-conduct": Bilingual(
            sv="REFEDS: uppförandekod för dataskydd", en="REFEDS: data protection code of conduct"
        ),
        "entity-categories": Bilingual(
            sv="Det uppgiftssnålaste av vad tjänstens kategorier ger",
            en="The least that the service's categories give",
        ),
    }
)
"""What people call the policies."""


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """What the school decided about one attribute."""

    attribute: str
    """Canonical name."""
    released: bool
    reason: Reason

    @classmethod
    def of(cls, attribute: str, reason: Reason) -> Self:
        """Released or not as the reason says."""
        return cls(attribute, reason.releases, reason)


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """The account of one login, as the school's control API gives it out and ``releases.jsonl`` keeps it."""

    at: datetime
    school: str
    """Host of the school that decided."""
    entity_id: str
    """Of the vendor."""
    person: str
    """Id in people.json."""
    policy: ReleasePolicy
    """The named policy that decided."""
    refused: Reason | Literal[""]
    """Why nobody was logged in at all, "" when somebody was."""
    decisions: tuple[ReleaseDecision, ...]
    """One for every attribute that the policy or the vendor speaks of or that the person has."""
    bundle: ReleasePolicy | None = None
    """The bundle that the policy ``entity-categories`` came to, None where none was claimed and for other policies."""

    @property
    def released(self) -> frozenset[str]:
        """Canonical names of what went out."""
        return frozenset(decision.attribute for decision in self.decisions if decision.released)


RELEASE_RECORDS: TypeAdapter[tuple[ReleaseRecord, ...]] = TypeAdapter(tuple[ReleaseRecord, ...])
"""Between records and JSON; what does not fit is refused with pydantic's ValidationError."""
