"""The federation's metadata linter: seven rules of the federation, and a few warnings of our own.

Pure: a parsed md:EntityDescriptor and the time go in, remarks come out. Bounded too: a rule stops after
``MAX_PER_RULE`` problems, so that no document makes a flood, and none can hide one rule's error behind another's.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from lxml import etree

from testbed.model.messages import EntityRole, MetadataRemark, RemarkLevel
from testbed.model.written import Bilingual
from testbed.wire.metadata_rules import federation, ours
from testbed.wire.metadata_rules.core import DESCRIPTORS, Problem, Rule, Subject

__all__ = ["ALL_RULES", "MAX_PER_RULE", "Rule", "lint", "lint_group", "roles_of", "rule_named"]

MAX_PER_RULE = 25
MAX_DESCRIPTORS = 8
"""Elements that describe one role of one entity; real ones have one."""
ALL_RULES: tuple[Rule, ...] = (*federation.RULES, *ours.RULES)
_GRAVITY: dict[RemarkLevel, int] = {"error": 0, "warning": 1, "note": 2}
_BY_ID = {rule.id: rule for rule in ALL_RULES}


def rule_named(name: str) -> Rule:
    """The rule with this id."""
    return _BY_ID[name]


def roles_of(entity: etree._Element) -> tuple[EntityRole, ...]:
    """The roles that the entity has and the rules know."""
    return tuple(role for role, tag in DESCRIPTORS.items() if entity.find(tag) is not None)


def lint(
    entity: etree._Element, now: datetime, roles: Iterable[EntityRole] = ("idp", "sp")
) -> tuple[MetadataRemark, ...]:
    """Everything worth saying of an md:EntityDescriptor at that time, the gravest first.

    Of an entity that has none of the roles nothing is said, and that is no praise: ask :func:`roles_of`.
    """
    remarks = [remark for role in roles for rule in ALL_RULES for remark in _remarks(rule, entity, role, now)]
    return tuple(sorted(dict.fromkeys(remarks), key=lambda remark: _GRAVITY[remark.level]))


def lint_group(group: etree._Element, now: datetime) -> tuple[MetadataRemark, ...]:
    """What is to be said of an md:EntitiesDescriptor itself: only whether its time has passed."""
    rule = rule_named("metadata-is-valid-now")
    return tuple(_remark(rule, problem, "", "warning") for problem in ours.validity(group, now))


def _remarks(rule: Rule, entity: etree._Element, role: EntityRole, now: datetime) -> Iterator[MetadataRemark]:
    if role not in rule.sections:
        return
    level = rule.level(now.date())
    for number, problem in enumerate(_problems(rule, entity, role, now)):
        yield _remark(rule, problem if number < MAX_PER_RULE else _MORE, role, level)
        if number == MAX_PER_RULE:
            return


def _problems(rule: Rule, entity: etree._Element, role: EntityRole, now: datetime) -> Iterator[Problem]:
    for number, descriptor in enumerate(entity.iterchildren(DESCRIPTORS[role])):
        if number == MAX_DESCRIPTORS:
            yield _MORE
            return
        yield from rule.look(Subject(entity, descriptor, role, now))


# NOTE: as grave as the rule: what was not looked at any more may be an error.
_MORE = Problem(
    "/md:EntityDescriptor",
    Bilingual(
        en="There is more than this that the rule is about, and it was not looked at.",
        sv="Det finns mer än detta som regeln gäller, och det har inte granskats.",
    ),
    Bilingual(
        en=f"Mend what is named and look again; describe each role once, not in more than {MAX_DESCRIPTORS} elements.",
        sv=f"Rätta det som anges, granska igen; beskriv varje roll en gång, inte i mer än {MAX_DESCRIPTORS} element.",
    ),
)


def _remark(rule: Rule, problem: Problem, role: EntityRole | Literal[""], level: RemarkLevel) -> MetadataRemark:
    return MetadataRemark(
        rule=rule.id,
        role=role,
        section=rule.sections[role] if role else "",
        level=problem.level or level,
        place=problem.place,
        problem=problem.what,
        mend=problem.mend,
    )
