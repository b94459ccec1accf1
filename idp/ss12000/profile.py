"""The profile of a caller: of whom it may know, and what, as its agreement says.

That a client reads the whole of what it can reach is a known habit, so what it must not have is not there to be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from idp.ss12000.ids import person_id, pseudonym
from testbed.model.attributes import covering
from testbed.model.coverage import clauses_about, kept_about_protected
from testbed.model.written import Agreement, DataClause, Person

UNIT, GRADE = "sisSchoolUnitCode", "sisSchoolGrade"
STUDENT, TEACHER = "sisSchoolCourseStudent", "sisSchoolCourseTeacher"
GUARDIAN, MARKING = "sisLegalGuardianFor", "securityMarking"
AFFILIATION = "eduPersonScopedAffiliation"
PLACES = (UNIT, STUDENT, TEACHER)
"""Attributes whose values each belong to one school unit."""
DAYS_TO_FORGET = 30
"""So long a caller whose agreement is over may ask what to delete, where the agreement does not say."""

type Units = frozenset[str] | None
"""School unit codes; None: all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller may know of one person."""

    fields: frozenset[str]
    """Attributes by canonical name."""
    units: Mapping[str, Units]
    """For each of :data:`PLACES`, of which school units its values may be told."""
    pseudonymous: bool
    """The caller knows the person by a pseudonym."""

    def sees(self, attribute: str) -> bool:
        """Whether it may know this attribute."""
        return attribute in self.fields

    def sees_at(self, attribute: str, unit: str) -> bool:
        """Whether it may know a value of this attribute that belongs to this school unit."""
        allowed = self.units[attribute]
        return attribute in self.fields and (allowed is None or unit in allowed)


class Profile:
    """What one agreement lets its vendor have.

    Args:
        agreement: of the vendor.
        secret: behind pseudonyms.
    """

    def __init__(self, agreement: Agreement, secret: bytes) -> None:
        self.agreement, self._secret = agreement, secret
        self._scopes: dict[object, Scope | None] = {}
        self._audience = agreement.id if agreement.identifier == "pairwise" else ""
        self.ever = covering(name for clause in agreement.data for name in clause.agreed)
        """What the vendor may know of somebody, whoever that is."""

    @property
    def begins(self) -> datetime:
        """From when on the agreement is in force."""
        return datetime.combine(self.agreement.valid.from_, time.min, UTC)

    @property
    def ends(self) -> datetime:
        """The first moment when the agreement is over."""
        return _days_after(datetime.combine(self.agreement.valid.until, time.min, UTC), 1)

    @property
    def forgets_until(self) -> datetime:
        """Until when the vendor may ask what it has to delete."""
        days = self.agreement.retention_days
        return _days_after(self.ends, DAYS_TO_FORGET if days is None else max(days, 1))

    @property
    def tells_marking(self) -> bool:
        """Whether anybody's marking is told.

        NOTE: where protected people are there under a pseudonym, theirs is left out, and that would tell it.
        """
        return self.agreement.protected_identity == "withhold"

    def scope(self, person: Person, protected: bool) -> Scope | None:
        """What may be known of a person; None: not even that the person is there.

        Args:
            person: as the school knows them.
            protected: their identity is protected, by their own marking or a child's.
        """
        key = (person.role, person.school_units, person.values(GRADE), protected)
        if key not in self._scopes:
            self._scopes[key] = self._scope(person, protected)
        return self._scopes[key]

    def id_of(self, person: Person, scope: Scope) -> str:
        """What the caller knows the person by."""
        if scope.pseudonymous:
            return pseudonym(person.id, self.agreement.id, self._secret)
        return person_id(person.id, self._audience)

    def _scope(self, person: Person, protected: bool) -> Scope | None:
        clauses = clauses_about(person, self.agreement)
        treatment = self.agreement.protected_identity
        if not clauses or (protected and treatment == "withhold"):
            return None
        fields = covering(name for clause in clauses for name in clause.agreed)
        if protected:
            fields -= kept_about_protected(treatment)
        return Scope(fields, {name: _units(name, clauses) for name in PLACES}, protected)


def _units(attribute: str, clauses: tuple[DataClause, ...]) -> Units:
    """The school units to which all clauses that agree on an attribute narrow it; None where one does not."""
    limits = [clause.limits for clause in clauses if attribute in covering(clause.agreed)]
    if any(limit is None or not limit.school_units for limit in limits):
        return None
    return frozenset(code for limit in limits if limit for code in limit.school_units)


def _days_after(moment: datetime, days: int) -> datetime:
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
