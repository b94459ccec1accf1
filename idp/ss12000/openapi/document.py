"""The document as a whole."""

import json
from functools import cache

from idp.openapi import FLAG, TEXT, Schema, closed, listed
from idp.ss12000.openapi.answers import RESPONSES
from idp.ss12000.openapi.paths import paths
from idp.ss12000.openapi.people import PEOPLE
from idp.ss12000.openapi.requests import schemas
from idp.ss12000.openapi.school import SCHOOL
from idp.ss12000.openapi.shared import SHARED

_ABOUT = """\
School data in the manner of SS 12000:2020, of a school where everybody is invented.

A caller sees what its agreement has. Persons outside the agreed roles, school units and grades are not there at all,
neither as rows nor in references and counts; of the others only the agreed attributes are. A filter or an order on
what is not agreed is forbidden.
"""
_NOTICE: Schema = closed({"modifiedEntites": listed(TEXT), "deletedEntities": FLAG})
"""The standard's own document spells the first field so."""


def document() -> dict[str, object]:
    """The document, as OpenAPI 3.1 has it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "School data", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": dict(paths()),
        "components": {
            "schemas": {**SHARED, **PEOPLE, **SCHOOL, **schemas(), "Notice": _NOTICE},
            "responses": dict(RESPONSES),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Of the token service, for this API. The caller shows its key by mutual TLS too.",
                }
            },
        },
    }


@cache
def written_document() -> bytes:
    """The document as it is served, the same for every school."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()
