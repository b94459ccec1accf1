"""Beliefs about what a token says."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.oidc.rules import Belief
from sp_mocks.oidc.unsafe.words import Words

TOKENS: Mapping[Belief, Words] = MappingProxyType(
    {
        "crit": Words(
            "overlooks-critical-headers",
            "Ser inte på vad intyget kräver att den förstår: "
            "en begränsning som skolan har satt gäller inte, och intyget öppnar elevens konto.",
            "Does not look at what the token demands that it understand: "
            "a restriction of the school's does not hold, and the token opens the pupil's account.",
            ("critical-header-*",),
        ),
        "any-type": Words(
            "takes-tokens-of-any-type",
            "Tar emot intyg av vilket slag som helst: "
            "ett intyg om utloggning kan användas för att logga in som eleven.",
            "Takes tokens of any type: a token about a logout can be used to log in as the pupil.",
            ("token-type-access", "token-type-logout"),
        ),
        "claims-in-header": Words(
            "reads-claims-in-the-header",
            "Läser vem det gäller i intygets huvud: en elev hamnar på någon annans konto.",
            "Reads whom it is about in the token's header: a pupil ends up in somebody else's account.",
            ("subject-in-the-header",),
        ),
        "first-of-two": Words(
            "reads-the-first-of-two",
            "Läser det första av två värden med samma namn: "
            "det som skolan kontrollerar och det som tjänsten läser är inte samma elev.",
            "Reads the first of two values by one name: "
            "what the school checks and what the service reads are not the same pupil.",
            ("audience-twice", "expiry-twice", "subject-twice"),
        ),
        "issuer": Words(
            "takes-any-issuer",
            "Frågar inte vem som har gett intyget: någon som inte är elevens skola loggar in som eleven.",
            "Does not ask who issued the token: somebody who is not the pupil's school logs in as the pupil.",
            (
                "issuer-capitals",
                "issuer-empty",
                "issuer-list",
                "issuer-longer-host",
                "issuer-longer-path",
                "issuer-missing",
                "issuer-nothing",
                "issuer-other",
                "issuer-slash",
                "issuer-within",
                "logout-token-issuer-missing",
                "logout-token-issuer-other",
            ),
        ),
        "issuer-beginning": Words(
            "compares-the-beginning-of-the-issuer",
            "Jämför bara början av skolans adress: den som har en adress som börjar likadant loggar in som eleven.",
            "Compares only how the school's address begins: "
            "whoever has an address that begins alike logs in as the pupil.",
            ("issuer-longer-host", "issuer-longer-path", "issuer-slash"),
        ),
        "issuer-likeness": Words(
            "takes-the-issuer-for-an-address",
            "Jämför skolans namn som en adress, utan att skilja på stora och små bokstäver: "
            "två skolor som har nästan samma namn är en, och deras elever delar konton.",
            "Compares the school's name as an address, whatever its case: "
            "two schools of nearly one name are one, and their pupils share accounts.",
            ("issuer-capitals", "issuer-slash"),
        ),
        "audience": Words(
            "takes-tokens-for-anybody",
            "Frågar inte vilken tjänst intyget gäller: den som driver en annan tjänst loggar in som eleven.",
            "Does not ask which service the token is for: whoever runs another service logs in as the pupil.",
            (
                "audience-capitals",
                "audience-empty",
                "audience-empty-list",
                "audience-longer",
                "audience-missing",
                "audience-nested",
                "audience-nothing",
                "audience-number",
                "audience-object",
                "audience-other",
                "audience-other-as-list",
                "audience-other-with-party",
                "audience-several",
                "audience-several-and-asked",
                "audience-slash",
                "audience-within",
                "authorized-party-empty",
                "authorized-party-list",
                "authorized-party-longer",
                "authorized-party-other",
                "authorized-party-other-of-several",
                "logout-token-audience-missing",
                "logout-token-audience-other",
            ),
        ),
        "audience-among-others": Words(
            "takes-tokens-for-others-too",
            "Tar emot intyg som gäller andra tjänster också: en av dem kan logga in som eleven.",
            "Takes tokens that are for other services too: one of them can log in as the pupil.",
            ("audience-several", "audience-several-and-asked"),
        ),
        "audience-within": Words(
            "looks-for-its-name-within-the-audience",
            "Letar efter sitt namn inne i mottagarens: den vars namn innehåller det loggar in som eleven.",
            "Looks for its name within the audience's: whoever has a name that holds it logs in as the pupil.",
            (
                "audience-longer",
                "audience-nested",
                "audience-object",
                "audience-several",
                "audience-several-and-asked",
                "audience-slash",
                "audience-within",
            ),
        ),
        "audience-likeness": Words(
            "compares-the-audience-whatever-its-case",
            "Skiljer inte på stora och små bokstäver i mottagarens namn: "
            "en tjänst med nästan samma namn loggar in som eleven.",
            "Compares the audience's name whatever its case: a service of nearly that name logs in as the pupil.",
            ("audience-capitals", "audience-slash"),
        ),
        "party": Words(
            "does-not-ask-who-asked",
            "Ser inte vilken tjänst som frågade efter intyget: den som driver den loggar in som eleven.",
            "Does not look which service asked for the token: whoever runs that one logs in as the pupil.",
            ("authorized-party-empty", "authorized-party-list", "authorized-party-longer", "authorized-party-other"),
        ),
        "expiry": Words(
            "takes-tokens-that-are-over",
            "Ser inte om intyget har slutat gälla: ett gammalt intyg ur en logg öppnar elevens konto.",
            "Does not look whether the token is over: an old one out of a log opens the pupil's account.",
            (
                "expiry-day",
                "expiry-digits-as-text",
                "expiry-empty",
                "expiry-hour",
                "expiry-list",
                "expiry-missing",
                "expiry-nothing",
                "expiry-outside",
                "expiry-words",
                "expiry-zero",
                "logout-token-end-missing",
                "logout-token-over",
            ),
        ),
        "issued": Words(
            "takes-tokens-of-any-age",
            "Ser inte när intyget gjordes: ett som någon har sparat öppnar elevens konto.",
            "Does not look when the token was issued: one that somebody has kept opens the pupil's account.",
            (
                "issued-day",
                "issued-future",
                "issued-future-day",
                "issued-missing",
                "issued-nothing",
                "issued-words",
                "issued-year",
                "logout-token-issued-missing",
            ),
        ),
        "not-before": Words(
            "takes-tokens-before-their-time",
            "Ser inte när intyget börjar gälla: skolans gräns för när eleven får in gäller inte.",
            "Does not look when the token begins: the school's limit for when the pupil may come in does not hold.",
            ("not-before-day", "not-before-hour", "not-before-outside", "not-before-words"),
        ),
        "day-of-leeway": Words(
            "allows-a-day-of-leeway",
            "Ger klockorna nästan ett dygns marginal: gårdagens intyg ur en logg öppnar elevens konto.",
            "Allows clocks to be nearly a day apart: yesterday's token out of a log opens the pupil's account.",
            (
                "authentication-just-too-old",
                "expiry-hour",
                "expiry-outside",
                "issued-future",
                "not-before-hour",
                "not-before-outside",
            ),
            "guardian-messages",
        ),
    }
)
