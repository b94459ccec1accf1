"""What calls send: resources of EGIL as an honest school writes them, and what a case changes in them."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydantic import JsonValue

from testbed.certify.exchange.names import Names, mark
from testbed.model.exchange_case import Body

SIS = "urn:scim:schemas:extension:sis:school:1.0"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
USER = f"{SIS}:User"
COLLECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "organisation": "Organisations",
        "unit": "SchoolUnits",
        "person": "Users",
        "employment": "Employments",
        "group": "StudentGroups",
        "activity": "Activities",
    }
)
"""Where a resource of each kind is sent (EGIL)."""
UNIT_CODE = "99990001"
"""No school unit's: the register of school units has none above 9."""

CIVIC_NUMBER = "civic-no"
"""Among the names of a run where the vendor takes nobody without one, though EGIL leaves it open."""
NOBODYS_NUMBER = "20090127TF20"
"""A temporary number, which is no living person's."""

type Json = dict[str, JsonValue]


def content_of(body: Body, names: Names) -> bytes:
    """The octets that a call sends."""
    if body.text is not None:
        return names.fill(body.text).encode("utf-8", "surrogatepass")
    document: JsonValue
    if body.of:
        document = _templates()[body.of](names.id_of(body.named or body.of), names)
        for pointer in body.drop:
            document = changed(document, pointer, None, drop=True)
    else:
        document = names.fill_all(body.json_)
    for pointer, value in body.put.items():
        document = changed(document, pointer, names.fill_all(value))
    if body.filler:
        document = changed(document, "/displayName", "x" * body.filler)
    text = json.dumps(document, ensure_ascii=False)
    if body.nested:
        # NOTE: put in as text, for what writes JSON gives up at such a depth.
        text = text.rstrip("}") + ', "emails": ' + "[" * body.nested + "]" * body.nested + "}"
    return text.encode("utf-8", "surrogatepass")


def changed(document: JsonValue, pointer: str, value: JsonValue, *, drop: bool = False) -> JsonValue:
    """The document with another value at a JSON pointer (RFC 6901), or without it.

    Raises:
        KeyError, IndexError: there is no such place.
    """
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    copied: JsonValue = json.loads(json.dumps(document))
    place: JsonValue = copied
    for step in steps[:-1]:
        place = place[step] if isinstance(place, dict) else place[int(step)] if isinstance(place, list) else None
    last = steps[-1]
    if not isinstance(place, dict):
        raise KeyError(pointer)
    if drop:
        place.pop(last, None)
    else:
        place[last] = value
    return copied


def _templates() -> Mapping[str, Callable[[str, Names], Json]]:
    return {
        "organisation": _organisation,
        "unit": _unit,
        "person": _person,
        "employment": _employment,
        "group": _group,
        "activity": _activity,
    }


def _common(schema: str, id_: str) -> Json:
    return {"schemas": [schema], "externalId": id_, "id": id_}


def _to(collection: str, id_: str) -> Json:
    return {"value": id_, "$ref": f"{collection}/{id_}"}


def _organisation(id_: str, _: Names) -> Json:
    return {**_common(f"{SIS}:Organisation", id_), "displayName": f"Provkommun {mark(id_)}"}


def _unit(id_: str, names: Names) -> Json:
    return {
        **_common(f"{SIS}:SchoolUnit", id_),
        "displayName": f"Provskola {mark(id_)}",
        "schoolUnitCode": UNIT_CODE,
        "organisation": _to("Organisations", names.id_of("organisation")),
    }


def _person(id_: str, names: Names) -> Json:
    own = mark(id_)
    enrolment: Json = {**_to("SchoolUnits", names.id_of("unit")), "schoolYear": 5, "schoolType": "GR"}
    demanded: Json = {"civicNo": names.known[CIVIC_NUMBER]} if CIVIC_NUMBER in names.known else {}
    return {
        **_common(CORE_USER, id_),
        "schemas": [CORE_USER, USER],
        "userName": f"{own.lower()}@skola.test",
        "displayName": f"Prova {own}",
        "name": {"givenName": "Prova", "familyName": own},
        USER: {"enrolments": [enrolment], "securityMarking": False, **demanded},
    }


def _employment(id_: str, names: Names) -> Json:
    return {
        **_common(f"{SIS}:Employment", id_),
        "employedAt": _to("SchoolUnits", names.id_of("unit")),
        "user": _to("Users", names.id_of("person")),
        "employmentRole": "Lärare",
        "signature": mark(id_),
    }


def _group(id_: str, names: Names) -> Json:
    return {
        **_common(f"{SIS}:StudentGroup", id_),
        "displayName": f"Provklass {mark(id_)}",
        "owner": _to("SchoolUnits", names.id_of("unit")),
        "studentGroupType": "Klass",
        "schoolType": "GR",
        "studentMemberships": [_to("Users", names.id_of("person"))],
    }


def _activity(id_: str, names: Names) -> Json:
    return {
        **_common(f"{SIS}:Activity", id_),
        "displayName": f"Provämne {mark(id_)}",
        "owner": _to("SchoolUnits", names.id_of("unit")),
        "groups": [_to("StudentGroups", names.id_of("group"))],
    }
