"""Which pupils a teacher sees: those of every group of every activity that the teacher has a duty in, and no others.

So the national tests' platform has it, for all groups of an activity and all its teachers.
"""

from collections.abc import Iterable, Mapping

from sp_mocks.provisioning.holdings import Holdings
from sp_mocks.provisioning.resources import Activity, Duty, Group


def seen_by_teachers(every: Iterable[Holdings], *, own_groups: bool) -> Mapping[str, frozenset[str]]:
    """Ids of pupils, by the teacher's id.

    Args:
        every: what is held of each school.
        own_groups: else every teacher sees everybody who takes a test.
    """
    seen: dict[str, frozenset[str]] = {}
    for holdings in every:
        members = {group.id: _members(group) for group in holdings.all(Group)}
        holders = {duty.id: duty.person.id for duty in holdings.all(Duty)}
        for activity in holdings.all(Activity):
            pupils = frozenset[str]().union(*(members.get(group.id, ()) for group in activity.groups))
            for teacher in activity.teachers:
                if teacher.duty.id in holders:
                    one = holders[teacher.duty.id]
                    seen[one] = seen.get(one, frozenset()) | pupils
    if own_groups:
        return seen
    return dict.fromkeys(seen, frozenset[str]().union(*seen.values()))


def _members(group: Group) -> frozenset[str]:
    return frozenset(member.person.id for member in group.groupMemberships)
