"""Each attribute of the table stands where the table says, when it is agreed and only then."""

from collections.abc import Iterator
from typing import Any

import pytest

from idp.ss12000.ids import organisation_id
from testbed.model.attributes import attributes, by_name

pytestmark = pytest.mark.anyio
CARRIED = [row.name for row in attributes() if row.ss12000 and row.origin == "person"]
EMPTY = (None, "", [])
UNIT, TEACHER, MARKING = "sisSchoolUnitCode", "sisSchoolCourseTeacher", "securityMarking"
ROLES = ("pupil", "teacher", "guardian", "staff")
EXPAND = "duties,groupMemberships"


def at(resource: Any, path: str) -> Any:
    """What stands at a path, None when nothing does."""
    for part in path.strip("/").split("/"):
        if isinstance(resource, list):
            resource = resource[int(part)] if int(part) < len(resource) else None
        else:
            resource = resource.get(part)
        if resource is None:
            return None
    return resource


def plain(value: Any) -> Iterator[str]:
    """The values of an attribute as the resource spells them."""
    for one in [value] if isinstance(value, str) else value:
        yield one
        yield f"{one[:4]}-{one[4:6]}-{one[6:]}"
        yield organisation_id(one)


@pytest.mark.parametrize("name", CARRIED)
async def test_an_attribute_stands_at_its_place_when_it_is_agreed(
    new_lab: Any, agreed: Any, folk: Any, name: str
) -> None:
    lab = new_lab(agreed({"subjects": ROLES, "required": sorted({name, UNIT})}))
    shown = [at(one, by_name()[name].ss12000) for one in await lab.everything("/persons", expand=EXPAND)]
    told = [value for value in shown if value not in EMPTY]
    assert told
    if all(isinstance(value, (str, int)) for value in told) and name != MARKING:
        known = {spelled for one in folk.values() for value in one.values(name) for spelled in plain(value)}
        assert {str(value) for value in told} <= known


@pytest.mark.parametrize("name", CARRIED)
async def test_and_does_not_when_all_else_is_agreed(new_lab: Any, agreed: Any, name: str) -> None:
    lab = new_lab(agreed({"subjects": ROLES, "required": [other for other in CARRIED if other != name]}))
    people = await lab.everything("/persons", expand=EXPAND)
    assert people
    path = by_name()[name].ss12000
    if name == TEACHER:
        duties = [duty for one in people for duty in one["_embedded"]["duties"]]
        assert duties
        assert not any(duty["assignmentRole"] for duty in duties)
    else:
        assert all(at(one, path) in EMPTY for one in people)
