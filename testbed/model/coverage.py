"""Whom an agreement speaks of: role, school units and grades."""

from testbed.model.written import Agreement, DataClause, Limits, Person


def within(person: Person, limits: Limits) -> bool:
    """Whether a person is inside the limits of a data clause.

    Of several school units one is enough. Grades narrow pupils alone, for nobody else has one; a pupil whose grade is
    unknown is outside.
    """
    if limits.school_units and not set(limits.school_units) & set(person.school_units):
        return False
    if not limits.grades or person.role != "pupil":
        return True
    return any(grade in {str(number) for number in limits.grades} for grade in person.values("sisSchoolGrade"))


def clauses_about(person: Person, agreement: Agreement) -> tuple[DataClause, ...]:
    """The data clauses that speak of this person."""
    return tuple(
        clause
        for clause in agreement.data
        if person.role in clause.subjects and (clause.limits is None or within(person, clause.limits))
    )
