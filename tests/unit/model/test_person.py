"""People of a large school: what many have in common is one object, and nothing else of a person differs by that."""

from testbed.model.written import Person

TOLD = {
    "role": "pupil",
    "school_units": ["00001101"],
    "groups": ["http://skola.test/00001101/4A"],
    "attributes": {
        "givenName": "Åsa",
        "mail": "asa@elev.skola.test",
        "sisSchoolUnitCode": ["00001101"],
        "sisSchoolCourseStudent": ["http://skola.test/00001101/4A"],
    },
}


def _read(name: str) -> Person:
    return Person.model_validate_json(Person.model_validate({"id": name, **TOLD}).model_dump_json(exclude_unset=True))


def test_what_many_have_in_common_is_one_object() -> None:
    one, other = _read("elev-0001"), _read("elev-0002")
    assert one.school_units is other.school_units is other.values("sisSchoolUnitCode")
    assert one.groups is other.groups is other.values("sisSchoolCourseStudent")
    assert one.attributes["givenName"] is other.attributes["givenName"]
    assert one.model_fields_set is other.model_fields_set


def test_nothing_is_lost_by_that() -> None:
    one = _read("elev-0001")
    assert one.model_dump(mode="json", exclude_unset=True) == {"id": "elev-0001", **TOLD}
    assert list(one.attributes) == list(TOLD["attributes"])
    assert one.school == "skola"


def test_a_changed_copy_changes_nobody_else() -> None:
    one, other = _read("elev-0001"), _read("elev-0002")
    changed = one.model_copy(update={"security_marking": "Sekretessmarkering"})
    assert changed.model_fields_set - one.model_fields_set == {"security_marking"}
    assert other.model_fields_set == {"id", *TOLD}
    assert not other.protected
