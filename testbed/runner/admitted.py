"""Whom a vendor's agreement speaks of: who can log in there at all, and of whom a school sends it something."""

from testbed.model.attributes import by_name
from testbed.model.written import Agreement, DataClause, Person


def admitted(person: Person, agreement: Agreement) -> bool:
    """Whether some clause of the agreement speaks of this person, and they have all that it says is required."""
    return any(_speaks_of(clause, person) for clause in agreement.data)


def _speaks_of(clause: DataClause, person: Person) -> bool:
    # NOTE: what the school makes up itself, as an identifier for one vendor, every person has.
    needed = [name for name in clause.required if by_name()[name].origin == "person"]
    if person.role not in clause.subjects or not all(map(person.values, needed)):
        return False
    limits = clause.limits
    if limits is None:
        return True
    units = not limits.school_units or bool(set(limits.school_units) & set(person.school_units))
    grades = not limits.grades or bool(set(map(str, limits.grades)) & set(person.values("sisSchoolGrade")))
    return units and grades
