"""The kinds of service that vendors of OpenID Connect offer, with the claims that each kind asks for."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.profiles import Profile
from testbed.model.assurance import LOA_TWO_FACTORS
from testbed.model.written import Bilingual

_ALL: tuple[Profile[OidcBehaviour], ...] = (
    Profile(
        id="maths-app",
        title=Bilingual(
            sv="Matteapp som behöver skolenheten och inget namn",
            en="A maths app that needs the school unit and no name",
        ),
        heading=Bilingual(sv="Dina uppgifter", en="Your exercises"),
        items=(
            Bilingual(sv="Sjuans tabell mot klockan", en="The seven times table against the clock"),
            Bilingual(sv="Vinklar i en triangel", en="Angles of a triangle"),
        ),
        # NOTE: the scope "school" would bring year and groups along, so the one claim is asked for by itself.
        behaviour=OidcBehaviour(required=("sisSchoolUnitCode",), claims=("sisSchoolUnitCode",), back_channel=True),
    ),
    Profile(
        id="news-for-schools",
        title=Bilingual(
            sv="Nyhetssajt för skolor som visar vem som kommenterar, och gärna mejlar ett nyhetsbrev",
            en="News for schools that shows who comments, and likes to mail a newsletter",
        ),
        heading=Bilingual(sv="Dagens nyheter", en="News of the day"),
        items=(
            Bilingual(sv="Därför byter renarna betesmark", en="Why the reindeer change pastures"),
            Bilingual(sv="Kommentera: Ska läxor avskaffas?", en="Comment: Should homework be abolished?"),
        ),
        behaviour=OidcBehaviour(
            required=("displayName",),
            optional=("mail",),
            scopes=("openid", "email"),
            claims=("displayName",),
            authentication="private_key_jwt",
            front_channel=True,
        ),
    ),
    Profile(
        id="guardian-messages",
        title=Bilingual(
            sv="Meddelanden till vårdnadshavare, som kräver två faktorer och en ny inloggning varje gång",
            en="Messages to guardians, which takes two factors and a fresh login every time",
        ),
        heading=Bilingual(sv="Dina meddelanden", en="Your messages"),
        items=(
            Bilingual(sv="Friluftsdag på torsdag", en="Outdoor day on Thursday"),
            Bilingual(sv="Svara: Matsäck och allergier", en="Reply: Packed lunch and allergies"),
        ),
        # NOTE: families share computers, and a message may be about a child's health.
        behaviour=OidcBehaviour(
            required=("sisLegalGuardianFor",),
            optional=("givenName",),
            scopes=("openid", "guardian"),
            claims=("givenName",),
            authentication="client_secret_post",
            acr=LOA_TWO_FACTORS,
            fresh=True,
            back_channel=True,
        ),
    ),
    Profile(
        id="listening-service",
        title=Bilingual(
            sv="Lästjänstens syster med ljudböcker, som behöver skolenheten och gärna förnamn",
            en="The reading service's sister with audio books, which needs the unit and likes to have first name",
        ),
        heading=Bilingual(sv="Dina ljudböcker", en="Your audio books"),
        items=(
            Bilingual(sv="Räven som missade bussen, 3 tim", en="The fox that missed the bus, 3 h"),
            Bilingual(sv="Vinterskeppet, 5 tim", en="The winter ship, 5 h"),
        ),
        behaviour=OidcBehaviour(
            required=("sisSchoolUnitCode",),
            optional=("givenName",),
            claims=("sisSchoolUnitCode", "givenName"),
            front_channel=True,
            cdn=True,
        ),
    ),
    Profile(
        id="swimming-lessons",
        title=Bilingual(
            sv="Simskola som delar in grupper efter ålder, och har ett annat företag att skicka påminnelser",
            en="Swimming lessons that make groups by age, and have another company send reminders",
        ),
        heading=Bilingual(sv="Dina simlektioner", en="Your swimming lessons"),
        items=(
            Bilingual(sv="Tisdag 9.00, stora bassängen", en="Tuesday 9 a.m., the large pool"),
            Bilingual(sv="Märke att ta: Fisken, 25 meter", en="Badge to take: The fish, 25 metres"),
        ),
        behaviour=OidcBehaviour(
            required=("displayName", "sisSchoolUnitCode", "sisSchoolGrade", "norEduPersonBirthDate"),
            optional=("mail",),
            scopes=("openid", "email"),
            claims=("displayName", "sisSchoolUnitCode", "sisSchoolGrade", "norEduPersonBirthDate"),
            back_channel=True,
            reminders=True,
        ),
    ),
    Profile(
        id="school-library",
        title=Bilingual(
            sv="Skolbibliotekets app, som delar låntagarnummer med andra bibliotek och inte kan hålla en hemlighet",
            en="The school library's app, which shares borrowers' numbers with other libraries and can keep no secret",
        ),
        heading=Bilingual(sv="Dina lån", en="Your loans"),
        items=(
            Bilingual(sv="Fåglar i Norden, åter på fredag", en="Birds of the North, due on Friday"),
            Bilingual(sv="Reserverad: Brevet från ön", en="Reserved: The letter from the island"),
        ),
        behaviour=OidcBehaviour(
            required=("displayName", "sisSchoolUnitCode"),
            claims=("displayName", "sisSchoolUnitCode"),
            subject_type="public",
            authentication="none",
            back_channel=True,
        ),
    ),
)
OIDC_PROFILES: Mapping[str, Profile[OidcBehaviour]] = MappingProxyType({profile.id: profile for profile in _ALL})
