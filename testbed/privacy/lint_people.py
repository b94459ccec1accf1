"""What is wrong with whom a data clause speaks of: limits that limit nothing, and people who are pointed out."""

from collections import Counter
from collections.abc import Iterator

from testbed.model.attributes import base_of
from testbed.model.written import Agreement, DataClause, Limits
from testbed.privacy.combinations import BIRTH_DATE, names_people, quasi_identifiers
from testbed.privacy.remarks import Remark

UNIT_CODE_DIGITS = 8
LAST_GRADE = 10
GRADES_OF_UPPER_SECONDARY = frozenset({1, 2, 3, 4})
"""They are counted from 1 again."""
MANY = 3
"""So many attributes that each narrow down who somebody is are taken to point at one person; with a date of birth one
less."""


def limit_remarks(number: int, agreement: Agreement) -> Iterator[Remark]:
    """All remarks on the limits of one clause."""
    clause = agreement.data[number]
    if clause.limits is None:
        return
    place = f"data.{number}.limits"
    yield from _values(place, clause.limits)
    yield from _repeated(place, clause.limits)
    yield from _without_effect(place, clause, clause.limits)
    yield from _lifted(place, number, agreement)


def _values(place: str, limits: Limits) -> Iterator[Remark]:
    for code in limits.school_units:
        if not (len(code) == UNIT_CODE_DIGITS and code.isascii() and code.isdigit()):
            yield Remark(
                "error",
                f"{place}.school_units",
                f"{code!r} is no school unit code: it has 8 digits.",
                f"{code!r} är ingen skolenhetskod: den har 8 siffror.",
                "GDPR Article 28(3)",
            )
    for grade in limits.grades:
        if not 0 <= grade <= LAST_GRADE:
            yield Remark(
                "error",
                f"{place}.grades",
                f"{grade} is no grade: grades go from 0 (preschool class) to {LAST_GRADE}.",
                f"{grade} är ingen årskurs: årskurser går från 0 (förskoleklass) till {LAST_GRADE}.",
                "GDPR Article 28(3)",
            )


def _repeated(place: str, limits: Limits) -> Iterator[Remark]:
    for field, values in (("school_units", limits.school_units), ("grades", limits.grades)):
        for value in sorted(str(value) for value, count in Counter(values).items() if count > 1):
            yield Remark(
                "warning",
                f"{place}.{field}",
                f"{value} stands more than once in the list.",
                f"{value} står mer än en gång i listan.",
                "GDPR Article 28(3)",
            )


def _without_effect(place: str, clause: DataClause, limits: Limits) -> Iterator[Remark]:
    if not (limits.school_units or limits.grades):
        yield Remark(
            "warning",
            place,
            "The limits name neither school units nor grades, and limit nobody: fill them in, or take them out.",
            "Begränsningen anger varken skolenheter eller årskurser och begränsar ingen: fyll i den eller ta bort den.",
            "GDPR Article 28(3)",
        )
    if limits.grades and "pupil" not in clause.subjects:
        yield Remark(
            "warning",
            f"{place}.grades",
            "Only pupils have a grade, and the clause does not speak of pupils: the grades limit nobody.",
            "Bara elever har en årskurs, och klausulen talar inte om elever: årskurserna begränsar ingen.",
            "GDPR Article 28(3)",
        )
    again = sorted(GRADES_OF_UPPER_SECONDARY & set(limits.grades))
    if again and not limits.school_units:
        named = ", ".join(map(str, again))
        yield Remark(
            "note",
            f"{place}.grades",
            f"Upper secondary school has a grade {named} too: name the school units as well, if it is not meant.",
            f"Gymnasieskolan har också årskurs {named}: ange även skolenheterna, om den inte avses.",
            "GDPR Article 25(2)",
        )


def _lifted(place: str, number: int, agreement: Agreement) -> Iterator[Remark]:
    """What another clause agrees about the same people without limits."""
    clause = agreement.data[number]
    for other, wider in enumerate(agreement.data):
        roles = [role for role in clause.subjects if role in wider.subjects]
        same = sorted(clause.agreed & wider.agreed)
        if wider.limits is None and roles and same:
            yield Remark(
                "warning",
                place,
                f"data.{other} agrees on {', '.join(same)} about the same people without limits: the limits do not "
                "hold for it.",
                f"data.{other} omfattar {', '.join(same)} om samma personer utan begränsning: begränsningen gäller "
                "inte för det.",
                "GDPR Article 28(3)",
            )


def combination_remarks(place: str, clause: DataClause) -> Iterator[Remark]:
    """A clause without name and account, whose data points at one person all the same."""
    narrowing = sorted({base_of(name) for name in clause.agreed & quasi_identifiers()})
    enough = MANY - 1 if BIRTH_DATE in narrowing else MANY
    if len(narrowing) >= enough and not names_people(clause.agreed):
        yield Remark(
            "warning",
            place,
            f"No name and no account is agreed on, but {', '.join(narrowing)} together may point at one person: do "
            "without some of them.",
            f"Varken namn eller konto är avtalat, men {', '.join(narrowing)} kan tillsammans peka ut en person: avstå "
            "från någon av uppgifterna.",
            "GDPR Article 5(1)(c) and 25(1), recital 26",
        )
