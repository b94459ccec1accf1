"""Whom an agreement speaks of: role, school units and grades; and what it keeps of people with protected identity."""

from functools import cache
from typing import Literal

from testbed.model.attributes import by_name
from testbed.model.written import Agreement, DataClause, Limits, Person

FOR_ONE_VENDOR = "pairwise-id"
"""The identifier that means nothing to anybody else."""


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


def agreed_about(person: Person, agreement: Agreement) -> frozenset[str]:
    """The attributes that the vendor may know about this very person, by the names that the agreement uses."""
    return frozenset[str]().union(*(clause.agreed for clause in clauses_about(person, agreement)))


@cache
def kept_about_protected(treatment: Literal["withhold", "pseudonym"]) -> frozenset[str]:
    """The attributes that stay at school about a person with protected identity, whatever else was agreed.

    Both ways keep all that names the person or says where the person lives, and the marking itself. By ``withhold`` the
    account that was agreed on may still go; by ``pseudonym`` the vendor knows the person by an identifier of its own
    alone, so that what it has is of no use to whoever searches elsewhere.
    """
    rows = by_name().values()
    hidden = frozenset(row.name for row in rows if row.hidden)
    if treatment == "withhold":
        return hidden
    known_to_others = (row.name for row in rows if row.unique and row.name != FOR_ONE_VENDOR)
    return hidden | frozenset(known_to_others)
