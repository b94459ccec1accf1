"""The kinds of service that vendors offer, with the attributes that real services of each kind ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sp_mocks.behaviour import EPPN, Behaviour
from testbed.model.written import Bilingual

RESEARCH_AND_SCHOLARSHIP = "http://refeds.org/category/research-and-scholarship"
CODE_OF_CONDUCT = "https://refeds.org/category/code-of-conduct/v2"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of service."""

    id: str
    title: Bilingual
    heading: Bilingual
    """Of the page that a pupil sees once logged in."""
    items: tuple[Bilingual, ...]
    """What stands on that page; invented titles."""
    behaviour: Behaviour
    """Of a compliant vendor of this kind."""


_ALL = (
    Profile(
        id="national-tests",
        title=Bilingual(
            sv="Provtjänst som behöver användarnamnet och inget mer",
            en="A test platform that needs the user name and nothing else",
        ),
        heading=Bilingual(sv="Dina prov", en="Your tests"),
        items=(
            Bilingual(sv="Läsförståelse, delprov B", en="Reading comprehension, part B"),
            Bilingual(sv="Matematik, delprov C", en="Mathematics, part C"),
        ),
        # NOTE: the national tests' gateway signs no requests and asks for a fresh login, so that two pupils who share
        # a computer do not share a test.
        behaviour=Behaviour(required=(EPPN,), signs_requests=False, force_authn=True),
    ),
    Profile(
        id="learning-material",
        title=Bilingual(
            sv="Läromedel som behöver namn och skolenhet, och gärna grupp och e-post",
            en="Learning material that needs name and school unit, and likes to have group and e-mail",
        ),
        heading=Bilingual(sv="Dina läromedel", en="Your learning material"),
        items=(
            Bilingual(sv="Kapitel 4: Vattnets kretslopp", en="Chapter 4: The water cycle"),
            Bilingual(sv="Övning: Bråk på tallinjen", en="Exercise: Fractions on the number line"),
        ),
        behaviour=Behaviour(
            required=("sisSchoolUnitCode", EPPN, "givenName", "sn"),
            optional=("mail", "sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        ),
    ),
    Profile(
        id="reading-service",
        title=Bilingual(
            sv="Lästjänst som behöver användarnamn och skolenhet, och gärna förnamn och e-post",
            en="A reading service that needs user name and school unit, and likes to have first name and e-mail",
        ),
        heading=Bilingual(sv="Dina böcker", en="Your books"),
        items=(
            Bilingual(sv="Räven som missade bussen", en="The fox that missed the bus"),
            Bilingual(sv="Natten på fyren", en="The night at the lighthouse"),
        ),
        behaviour=Behaviour(required=(EPPN, "sisSchoolUnitCode"), optional=("givenName", "mail"), cdn=True),
    ),
    Profile(
        id="teacher-network",
        title=Bilingual(
            sv="Nätverk för lärare som behöver användarnamnet, och gärna namn och e-post; hör till två kategorier",
            en="A network for teachers that needs the user name, and likes to have name and e-mail; in two categories",
        ),
        heading=Bilingual(sv="Dina diskussioner", en="Your discussions"),
        items=(
            Bilingual(sv="Bedömning i matematik", en="Assessment in mathematics"),
            Bilingual(sv="Läsning i alla ämnen", en="Reading in every subject"),
        ),
        behaviour=Behaviour(
            required=(EPPN,),
            optional=("displayName", "mail"),
            entity_categories=(RESEARCH_AND_SCHOLARSHIP, CODE_OF_CONDUCT),
        ),
    ),
)
PROFILES: Mapping[str, Profile] = MappingProxyType({profile.id: profile for profile in _ALL})
