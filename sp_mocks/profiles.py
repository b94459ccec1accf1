"""The kinds of service that vendors offer, after real ones (facts: attribute needs published in Skolfederation)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour
from testbed.model.written import Bilingual

EPPN = "eduPersonPrincipalName"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of service, with the behaviour of a compliant vendor of that kind."""

    id: str
    title: Bilingual
    start: Bilingual
    """What a logged-in pupil reads on its start page."""
    behaviour: Behaviour


_ALL = (
    Profile(
        "national-tests",
        Bilingual(
            sv="Provtjänst som behöver användarnamnet och inget mer",
            en="A test platform that needs the user name and nothing else",
        ),
        Bilingual(sv="Dina prov", en="Your tests"),
        # The national tests' gateway does not sign its requests, and asks for a fresh login.
        Behaviour(required=(EPPN,), signs_requests=False, force_authn=True),
    ),
    Profile(
        "learning-material",
        Bilingual(
            sv="Läromedel som behöver namn, skola och grupp",
            en="Learning material that needs name, school and group",
        ),
        Bilingual(sv="Dina läromedel", en="Your learning material"),
        Behaviour(
            required=("sisSchoolUnitCode", EPPN, "givenName", "sn"),
            optional=("mail", "sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        ),
    ),
    Profile(
        "reading-service",
        Bilingual(
            sv="Lästjänst som behöver användarnamn och skola", en="A reading service that needs user name and school"
        ),
        Bilingual(sv="Dina böcker", en="Your books"),
        Behaviour(required=(EPPN, "sisSchoolUnitCode"), optional=("givenName", "mail"), pictures=True),
    ),
)
PROFILES: Mapping[str, Profile] = MappingProxyType({profile.id: profile for profile in _ALL})
