"""What a vendor keeps of what it is sent: what its service needs, and nothing else, not even for a moment.

Where an attribute stands in a resource the table of attributes says (``testbed/model/attributes.yaml``). Of what is not
about a person all of EGIL is kept.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from sp_mocks.receiving.kinds import KINDS, USER_EXTENSION, Collection
from testbed.model.attributes import by_name

type Tree = Mapping[str, "Tree"]
"""Names of members that are kept, and what is kept of each; all of it where nothing stands below it."""

AS_PUPIL, AS_TEACHER = "sisSchoolCourseStudent", "sisSchoolCourseTeacher"
ALWAYS = ("schemas", "id", "externalId")
BESIDE_VALUE = ("$ref", "type")
"""What says of which kind a value is, and where it is to be found."""
_KEPT: Mapping[Collection, tuple[str, ...]] = MappingProxyType(
    {
        "Organisations": ("displayName",),
        "SchoolUnitGroups": ("displayName",),
        "SchoolUnits": (
            "displayName",
            "schoolUnitCode",
            "schoolUnitGroup",
            "organisation",
            "schoolTypes",
            "municipalityCode",
        ),
        "Users": (),
        "Employments": ("employedAt", "user", "employmentRole"),
        "StudentGroups": ("displayName", "owner", "studentGroupType", "schoolType"),
        "Activities": ("displayName", "owner", "groups", "parentActivity"),
    }
)
_MEMBERSHIPS: Mapping[Collection, tuple[str, str]] = MappingProxyType(
    {"StudentGroups": (AS_PUPIL, "studentMemberships"), "Activities": (AS_TEACHER, "teachers")}
)
"""The attribute of a person, and the member of this collection's resources that tells it."""


def steps_to(name: str) -> tuple[str, ...]:
    """The members that lead to an attribute in a User; () for one that EGIL does not have there.

    Args:
        name: the attribute's canonical name.
    """
    path = by_name()[name].scim
    if path.startswith("urn:") and not path.startswith(f"{USER_EXTENSION}:"):
        return ()
    extension = (USER_EXTENSION,) if path.startswith("urn:") else ()
    steps = path.removeprefix(f"{USER_EXTENSION}:").split(".")
    return (*extension, *(one.partition("[")[0] for one in steps if one))


@lru_cache(maxsize=256)
def tree_of(collection: Collection, wanted: tuple[str, ...]) -> Tree:
    """What is kept of the resources of a collection.

    Args:
        collection: of EGIL.
        wanted: attributes by canonical name.
    """
    paths: list[tuple[str, ...]] = [(name,) for name in (*ALWAYS, *_KEPT[collection])]
    if collection == "Users":
        for steps in filter(None, map(steps_to, wanted)):
            paths += [steps, *((*steps[:-1], one) for one in BESIDE_VALUE if steps[-1] == "value")]
    elif collection in _MEMBERSHIPS and _MEMBERSHIPS[collection][0] in wanted:
        paths.append((_MEMBERSHIPS[collection][1],))
    return _tree(paths)


def only(value: object, tree: Tree) -> object:
    """What is kept of a value; objects and lists of which nothing is left are left out."""
    if not tree:
        return value
    if isinstance(value, list):
        return [one for one in (only(one, tree) for one in value) if one not in ({}, [])]
    if isinstance(value, dict):
        kept = {name: only(one, tree[name]) for name, one in value.items() if name in tree}
        return {name: one for name, one in kept.items() if one not in ({}, [])}
    return value


def kept_of(collection: Collection, resource: Mapping[str, object], wanted: tuple[str, ...]) -> dict[str, object]:
    """What is kept of a resource; its schemas are those of which something is left."""
    kept = only(dict(resource), tree_of(collection, wanted))
    members = dict(kept) if isinstance(kept, dict) else {}
    first, *others = (str(one.__schema__) for one in KINDS[collection].described)
    return {**members, "schemas": [first, *(one for one in others if one in members)]}


def _tree(paths: Iterable[tuple[str, ...]]) -> Tree:
    made: dict[str, list[tuple[str, ...]]] = {}
    for first, *others in paths:
        made.setdefault(first, []).append(tuple(others))
    return {name: {} if () in below else _tree(below) for name, below in made.items()}
