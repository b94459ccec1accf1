"""What a report on certifying says in words, in both languages, and by signs: never by colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from testbed.model.case import Case, Expect, Manner
from testbed.model.certificate import Observed, Outcome
from testbed.model.verdict import Verdict
from testbed.model.written import Bilingual


def both(sv: str, en: str) -> Bilingual:
    """A text in both languages."""
    return Bilingual(sv=sv, en=en)


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """How an outcome is told."""

    sign: str
    style: str
    words: Bilingual
    meaning: Bilingual


OUTCOMES: Mapping[Outcome, OutcomeText] = MappingProxyType(
    {
        Outcome.NOT_COMPLIANT: OutcomeText(
            "✗",
            "bad",
            both("Uppfyller inte kraven", "Does not meet the requirements"),
            both(
                "Tjänsten godtog inloggningar som den måste avvisa, eller bröt mot ett annat krav.",
                "The service took logins that it must reject, or broke another requirement.",
            ),
        ),
        Outcome.INCONCLUSIVE: OutcomeText(
            "?",
            "warn",
            both("Kan inte avgöras", "Cannot be decided"),
            both(
                "Något som krävs kunde inte prövas. Det är inget godkännande.",
                "Something that is required could not be tried. This is no approval.",
            ),
        ),
        Outcome.COMPLIANT: OutcomeText(
            "✓",
            "good",
            both("Uppfyller kraven", "Meets the requirements"),
            both(
                "Tjänsten avvisade alla förfalskade inloggningar som profilen kräver att den avvisar.",
                "The service rejected every forged login that the profile demands it reject.",
            ),
        ),
    }
)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class VerdictText:
    """How a verdict on a case is told; ``many`` goes with a number."""

    sign: str
    style: str
    many: Bilingual
    meaning: Bilingual


CASE_VERDICTS: Mapping[Verdict, VerdictText] = MappingProxyType(
    {
        Verdict.FAIL: VerdictText(
            "✗",
            "bad",
            both("klarades inte", "failed"),
            both("Tjänsten bröt mot ett krav (MUST).", "The service broke a requirement (MUST)."),
        ),
        Verdict.WARNING: VerdictText(
            "!",
            "warn",
            both("gav varning", "gave a warning"),
            both("Tjänsten följde inte en rekommendation (SHOULD).", "The service did not follow a SHOULD."),
        ),
        Verdict.ERROR: VerdictText(
            "E",
            "warn",
            both("föll på testbädden", "fell through the testbed's own fault"),
            both(
                "Testbädden gjorde fel. Det säger ingenting om tjänsten, och provet räknas inte som klarat.",
                "The testbed was at fault. This says nothing of the service, and the test does not count as passed.",
            ),
        ),
        Verdict.NOT_VERIFIED: VerdictText(
            "?",
            "warn",
            both("kunde inte avgöras", "could not be decided"),
            both(
                "Det gick inte att se om tjänsten stod emot. Provet räknas inte som klarat.",
                "It could not be seen whether the service withstood. The test does not count as passed.",
            ),
        ),
        Verdict.SKIPPED: VerdictText(
            "–",
            "none",
            both("prövades inte", "not tried"),
            both(
                "Provet gäller något som tjänsten inte har, eller som inte kan prövas här.",
                "The test is about something that the service does not have, or that cannot be tried here.",
            ),
        ),
        Verdict.PASS: VerdictText(
            "✓",
            "good",
            both("klarades", "passed"),
            both("Tjänsten gjorde rätt.", "The service did right."),
        ),
    }
)
"""Worst first."""

OBSERVED: Mapping[Observed, Bilingual] = MappingProxyType(
    {
        Observed.SESSION: both("Den som loggade in blev inloggad.", "Whoever logged in had a session."),
        Observed.NO_SESSION: both("Ingen blev inloggad.", "Nobody was logged in."),
        Observed.OTHER_USER: both("Någon annan blev inloggad.", "Somebody else was logged in."),
        Observed.FETCHED: both(
            "Tjänsten hämtade det som meddelandet pekade ut.", "The service fetched what the message named."
        ),
        Observed.REDIRECTED: both(
            "Webbläsaren leddes bort till en annan webbplats.", "The browser was led off to another site."
        ),
        Observed.SESSION_KEPT: both(
            "Inloggningen, eller dess kaka, fanns kvar när den skulle vara borta.",
            "The session, or its cookie, outlived what should have ended it.",
        ),
        Observed.ATTRIBUTE_SHOWN: both("En sida visade det som inte får visas.", "A page showed what it must not."),
        Observed.REQUEST_LACKS: both(
            "Tjänstens egen begäran eller kaka saknar något som krävs.",
            "The service's own request, or its cookie, lacks something that is required.",
        ),
        Observed.AS_ASKED: both("Allt fanns där som ska finnas.", "All was there that must be there."),
        Observed.UNCLEAR: both(
            "Sidan visade varken ingen eller någon som är känd.", "The page showed neither nobody nor anybody known."
        ),
        Observed.ERROR: both("Det gick inte att iaktta.", "It could not be observed."),
        Observed.NOT_RUN: both("Provet kördes inte.", "The test was not run."),
        Observed.TAKEN: both("Anropet togs emot.", "The call was taken."),
        Observed.REFUSED: both("Anropet avvisades.", "The call was refused."),
        Observed.HELD: both("Tjänsten har det som den inte får ha.", "The service holds what it must not."),
        Observed.LOST: both("Tjänsten visar inte det som den ska ha.", "The service does not show what it must hold."),
        Observed.SHOWN: both("Svaret visade det som inte får visas.", "The answer told what it must not."),
        Observed.OTHER_ANSWER: both(
            "Tjänsten gav ett annat svar än protokollet har.", "The service gave another answer than the protocol has."
        ),
        Observed.BROKE_DOWN: both("Tjänsten gick sönder.", "The service broke down."),
    }
)
_BY_EXPECT: Mapping[Expect, Bilingual] = MappingProxyType(
    {
        "accept": both("Den som loggade in blir inloggad.", "Whoever logged in has a session."),
        "reject": both("Ingen blir inloggad.", "Nobody is logged in."),
        "either": both("Tjänsten får godta eller avvisa.", "The service may accept or reject."),
        "never-other-user": both(
            "Tjänsten får godta eller avvisa, men aldrig visa fel person.",
            "The service may accept or reject, but never show the wrong person.",
        ),
    }
)
_BY_MANNER: Mapping[Manner, Bilingual] = MappingProxyType(
    {
        "over-a-session": both(
            "Den som redan är inloggad byts inte ut mot någon annan.",
            "Whoever is logged in already is not replaced by somebody else.",
        ),
        "relay-state": both(
            "Webbläsaren leds inte bort från tjänsten.", "The browser is not led away from the service."
        ),
        "shows": both("Texten syns inte på någon sida.", "The text stands on no page."),
        "exhaustion": both(
            "Tjänsten svarar inom rimlig tid, och nästa inloggning fungerar.",
            "The service answers in bounded time, and the next login works.",
        ),
        "cookie-renewed": both("Inloggningen får en ny kaka.", "The login gets a cookie that was not there before it."),
        "cookie-flags": both("Kakan har det skydd som krävs.", "The cookie bears the protection that is required."),
        "logout-ends": both(
            "Efter utloggning öppnar gamla kakor ingenting.", "After a logout old cookies open nothing."
        ),
        "logout-message": both(
            "Meddelandet avvisas: den som är inloggad förblir det.",
            "The message is rejected: whoever is logged in stays logged in.",
        ),
        "return-to": both("Webbläsaren leds inte bort från tjänsten.", "The browser is not led away from the service."),
        "logout-replayed": both(
            "Utloggningen gäller en gång: den som loggat in på nytt förblir inloggad.",
            "The logout holds once: whoever has logged in again stays logged in.",
        ),
        "refresh": both(
            "Den förfalskade token godtas inte: ingen annan blir inloggad.",
            "The forged token is not taken: nobody else is logged in.",
        ),
        "request": both(
            "Tjänstens egen begäran om inloggning har allt som krävs.",
            "The service's own request for a login has all that is required.",
        ),
    }
)
TWINS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "logged in": both(
            "En äkta inloggning på samma sätt fungerade, så ett avvisande betyder något.",
            "A valid login by the same machinery worked, so that a rejection means something.",
        ),
        "failed": both(
            "En äkta inloggning på samma sätt misslyckades, så ett avvisande bevisar ingenting.",
            "A valid login by the same machinery failed, so that a rejection proves nothing.",
        ),
        "not run": both("Ingen äkta inloggning gjordes.", "No valid login was made."),
        "none": both("Behövs inte: inget meddelande lämnas.", "Not needed: no message is delivered."),
    }
)
SAYS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "name-id": both("inloggningens identifierare", "identifier of the login"),
        "sub": both("inloggningens identifierare", "identifier of the login"),
        "organisation": both("huvudman", "organisation"),
        "unit": both("skolenhet", "school unit"),
        "person": both("elev", "pupil"),
        "group": both("klass", "class"),
        "own-person": both("elevens id", "the pupil's id"),
    }
)
"""What a slot of the probe says, where it is no attribute."""
PROTOCOLS: Mapping[str, str] = MappingProxyType(
    {"saml": "SAML 2.0", "oidc": "OpenID Connect", "scim": "EGIL (SCIM 2.0)", "ss12000": "SS 12000:2020"}
)


def expected_of_login(case: Case) -> Bilingual:
    """What the vendor must do with it."""
    return _BY_EXPECT["accept"] if case.expect == "accept" else _BY_MANNER.get(case.manner, _BY_EXPECT[case.expect])


SCOPE: tuple[Bilingual, ...] = (
    both(
        "Utfallet gäller tjänsten som den svarade på adressen nedan den dagen. Ändras den, gäller det inte längre.",
        "The outcome holds for the service as it answered at the address below that day, and not once it changes.",
    ),
    both(
        "Bara inloggningen prövades: inte lösenord, servrar, behörigheter inne i tjänsten eller hur uppgifter lagras.",
        "Only the login was tried: not passwords, servers, permissions inside the service or how data is stored.",
    ),
    both(
        "Angrepp som ingen har beskrivit ännu är inte med. Ett prov som inte gjordes är inte klarat.",
        "Attacks that nobody has described yet are not among them. A test that was not made is not passed.",
    ),
    both(
        "Skolan och alla personer var påhittade. Inga elevers uppgifter användes.",
        "The school and all people were invented. No pupil's data was used.",
    ),
)
"""What the outcome does not say."""
NO_DATA = both(
    "Vilka personuppgifter tjänsten fick bedömdes inte i den här körningen.",
    "Which personal data the service got was not judged in this run.",
)
