"""The resources of EGIL as they are written: core User with an extension, and the types of SS 12000:2018 (RFC 7643).

A resource's id is assigned by the receiver, and EGIL says what it is: the externalId. So requests carry that alone.
"""

import json

from idp.scim.kinds import Kind
from idp.ss12000.lens import Json

MEDIA_TYPE = "application/scim+json"
_SIS = "urn:scim:schemas:extension:sis:school:1.0:"
USER_EXTENSION = f"{_SIS}User"
_PERSON = ("urn:ietf:params:scim:schemas:core:2.0:User", USER_EXTENSION)
_SCHEMAS = {
    Kind.ORGANISATION: (f"{_SIS}Organisation",),
    Kind.SCHOOL_UNIT: (f"{_SIS}SchoolUnit",),
    Kind.GUARDIAN: _PERSON,
    Kind.STUDENT: _PERSON,
    Kind.TEACHER: _PERSON,
    Kind.EMPLOYMENT: (f"{_SIS}Employment",),
    Kind.STUDENT_GROUP: (f"{_SIS}StudentGroup",),
    Kind.ACTIVITY: (f"{_SIS}Activity",),
}
"""Of each its own, and then its extension's."""


def body_of(kind: Kind, facts: Json) -> bytes:
    """The body that creates or replaces a resource, always written in the same way.

    NOTE: a test holds it to what a model of SCIM would write; to make each by one costs five times as much as all else
    that goes into it, and the models take a tenth of the memory of a whole push.

    Args:
        kind: its type.
        facts: its members, spelled as SCIM spells them.
    """
    core, *extensions = _SCHEMAS[kind]
    schemas = [core, *(one for one in extensions if one in facts)]
    # NOTE: a list of nothing is no value (RFC 7643, 2.5).
    told = {"schemas": schemas, **{name: value for name, value in facts.items() if value != []}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
