"""What flows call a person's school is what the lab serves it as."""

from testbed.lab.places import SCHOOLS
from testbed.model.schools import SCHOOL_ENTITIES


def test_flows_and_the_lab_name_the_schools_alike() -> None:
    assert {school.id: school.entity_id for school in SCHOOLS} == SCHOOL_ENTITIES
