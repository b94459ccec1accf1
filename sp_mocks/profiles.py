"""The kinds of service that vendors offer, with the attributes that real services of each kind ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sp_mocks.behaviour import EPPN, PAIRWISE, Behaviour, Common
from testbed.model.assurance import DNP_E_LEG, LOA_TWO_FACTORS
from testbed.model.written import Bilingual

RESEARCH_AND_SCHOLARSHIP = "http://refeds.org/category/research-and-scholarship"
CODE_OF_CONDUCT = "https://refeds.org/category/code-of-conduct/v2"


@dataclass(frozen=True, slots=True)
class Profile[Kind: Common]:
    """One kind of service."""

    id: str
    title: Bilingual
    heading: Bilingual
    """Of the page that a pupil sees once logged in."""
    items: tuple[Bilingual, ...]
    """What stands on that page; invented titles."""
    behaviour: Kind
    """Of a compliant vendor of this kind."""


_ALL: tuple[Profile[Behaviour], ...] = (
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
            # NOTE: schools have pages of their own with a picture for each material, where logins begin.
            accepts_unsolicited=True,
            logout=("redirect", "post"),
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
        behaviour=Behaviour(
            required=(EPPN, "sisSchoolUnitCode"), optional=("givenName", "mail"), logout=("redirect", "post"), cdn=True
        ),
    ),
    Profile(
        id="staff-tests",
        title=Bilingual(
            sv="Provtjänstens sida för personal, som kräver e-legitimation",
            en="The staff side of a test platform, which needs an e-legitimation",
        ),
        heading=Bilingual(sv="Prov att rätta", en="Tests to mark"),
        items=(
            Bilingual(sv="Läsförståelse, delprov B: 24 elever", en="Reading comprehension, part B: 24 pupils"),
            Bilingual(sv="Matematik, delprov C: 22 elever", en="Mathematics, part C: 22 pupils"),
        ),
        # NOTE: the national tests' gateway asks for exactly these levels of staff, and signs no requests.
        behaviour=Behaviour(
            required=(EPPN,), signs_requests=False, force_authn=True, contexts=DNP_E_LEG, comparison="exact"
        ),
    ),
    Profile(
        id="support-plans",
        title=Bilingual(
            sv="Elevhälsans åtgärdsprogram, som bara tar emot krypterade svar",
            en="The support plans of the student health team, which takes encrypted answers only",
        ),
        heading=Bilingual(sv="Åtgärdsprogram", en="Support plans"),
        items=(
            Bilingual(sv="Att följa upp den här veckan", en="To follow up this week"),
            Bilingual(sv="Väntar på vårdnadshavare", en="Waiting for guardians"),
        ),
        behaviour=Behaviour(
            required=(EPPN, "sisSchoolUnitCode", "givenName", "sn"), wants_encrypted=True, logout=("soap",)
        ),
    ),
    Profile(
        id="guardian-portal",
        title=Bilingual(
            sv="Vårdnadshavarnas portal, som behöver veta vilka barn det gäller och kräver två faktorer",
            en="The guardians' portal, which needs to know whose guardian it is and takes two factors only",
        ),
        heading=Bilingual(sv="Dina barn", en="Your children"),
        items=(
            Bilingual(sv="Anmäl frånvaro", en="Report absence"),
            Bilingual(sv="Boka utvecklingssamtal", en="Book a talk with the teacher"),
        ),
        behaviour=Behaviour(
            required=(EPPN, "sisLegalGuardianFor", "eduPersonAssurance"),
            optional=("givenName",),
            contexts=LOA_TWO_FACTORS,
            required_assurance=LOA_TWO_FACTORS,
            accepts_unsolicited=True,
            logout=("redirect", "post"),
        ),
    ),
    Profile(
        id="encyclopedia",
        title=Bilingual(
            sv="Uppslagsverk för alla skolor i federationen, som inte behöver veta vem någon är",
            en="An encyclopedia for all schools of the federation, which need not know who anyone is",
        ),
        heading=Bilingual(sv="Sök i uppslagsverket", en="Search the encyclopedia"),
        items=(
            Bilingual(sv="Dina bokmärken", en="Your bookmarks"),
            Bilingual(sv="Dagens artikel: Norrsken", en="Article of the day: Northern lights"),
        ),
        behaviour=Behaviour(required=(PAIRWISE,), identifier=PAIRWISE, trust="mdq", logout=("redirect", "post")),
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
PROFILES: Mapping[str, Profile[Behaviour]] = MappingProxyType({profile.id: profile for profile in _ALL})
"""Of vendors that speak SAML."""
