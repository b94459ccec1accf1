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
    subjects = (Subject(entity, found, role, now) for found in entity.iterchildren(DESCRIPTORS[role]))
    problems = (problem for subject in subjects for problem in rule.look(subject))
    for number, problem in enumerate(problems, start=1):
        if number > MAX_PER_RULE:
            yield _remark(rule, _MORE, role, level)
            return
        yield _remark(rule, problem, role, level)


# NOTE: as grave as the rule: what was not looked at any more may be an error.
_MORE = Problem(
    "/md:EntityDescriptor",
    Bilingual(
        en=f"There is more of this kind; only the first {MAX_PER_RULE} are shown.",
        sv=f"Det finns mer av detta slag; bara de första {MAX_PER_RULE} visas.",
    ),
    Bilingual(en="Mend these, and look again.", sv="Rätta dessa, och granska igen."),
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
