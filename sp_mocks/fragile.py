"""What vendors do wrong while somebody that they depend on cannot be reached: it shows only when that is broken."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour
from sp_mocks.faults import Fault
from sp_mocks.oidc.behaviour import OidcBehaviour
from testbed.model.written import Bilingual

FRAGILE_FAULTS: Mapping[str, Fault[Behaviour]] = MappingProxyType(
    {
        fault.id: fault
        for fault in (
            Fault[Behaviour](
                id="shows-a-stack-trace-with-the-pupil",
                title=Bilingual(
                    sv="Visar programmets felspårning med elevens uppgifter när ett svar inte kan prövas: "
                    "bilden av skärmen som skickas till supporten visar vem eleven är, och hur tjänsten är byggd.",
                    en="Shows a stack trace with the pupil's data when an answer cannot be verified: "
                    "the picture of the screen that is sent to support shows who the pupil is, and how it is built.",
                ),
                breaks=frozenset(
                    {
                        "session.error-page-shows-no-person",
                        "session.error-page-shows-no-inner-workings",
                        "session.no-server-error",
                    }
                ),
                apply=lambda behaviour: replace(behaviour, debugs=True),
            ),
        )
    }
)
"""Of vendors that speak SAML."""

OIDC_FRAGILE_FAULTS: Mapping[str, Fault[OidcBehaviour]] = MappingProxyType(
    {
        fault.id: fault
        for fault in (
            Fault[OidcBehaviour](
                id="lets-in-the-last-person-in-an-outage",
                title=Bilingual(
                    sv="Släpper in den som loggade in senast när skolan inte går att nå: "
                    "lektionen går vidare, och eleven sitter i någon annans konto.",
                    en="Lets in whoever logged in last when the school cannot be reached: "
                    "the lesson goes on, and the pupil sits in somebody else's account.",
                ),
                breaks=frozenset({"resilience.no-session-without-the-school"}),
                apply=lambda behaviour: replace(behaviour, outage="lets-in-the-last"),
            ),
            Fault[OidcBehaviour](
                id="redeems-a-code-again",
                title=Bilingual(
                    sv="Skickar samma kod en gång till när skolan inte svarade: "
                    "skolan tar det för ett angrepp och drar in det som den första gången gav.",
                    en="Sends the same code once more when the school gave no answer: "
                    "the school takes that for an attack and withdraws what the first one gave.",
                ),
                breaks=frozenset({"oidc.code-used-once"}),
                apply=lambda behaviour: replace(behaviour, outage="asks-again"),
            ),
            Fault[OidcBehaviour](
                id="hangs-until-the-school-answers",
                title=Bilingual(
                    sv="Väntar på skolan hur länge som helst innan eleven får någon sida: "
                    "en hel klass ser en tom skärm, och ingen vet varför.",
                    en="Waits for the school for ever before the pupil gets any page: "
                    "a whole class looks at an empty screen, and nobody knows why.",
                ),
                breaks=frozenset({"resilience.person-is-answered"}),
                apply=lambda behaviour: replace(behaviour, outage="hangs"),
            ),
            Fault[OidcBehaviour](
                id="shows-a-blank-page-in-an-outage",
                title=Bilingual(
                    sv="Visar en tom sida när skolan inte går att nå: eleven tror att felet är hens eget.",
                    en="Shows a blank page when the school cannot be reached: the pupil thinks it is their fault.",
                ),
                breaks=frozenset({"resilience.error-page-says-something"}),
                apply=lambda behaviour: replace(behaviour, outage="says-nothing"),
            ),
            Fault[OidcBehaviour](
                id="stays-shut-after-an-outage",
                title=Bilingual(
                    sv="Slutar fråga skolan när den en gång inte svarade: "
                    "ingen kan logga in förrän någon startar om tjänsten.",
                    en="Never asks the school again once it gave no answer: "
                    "nobody can log in until somebody restarts the service.",
                ),
                breaks=frozenset({"session.login-opens-a-session", "session.no-server-error"}),
                apply=lambda behaviour: replace(behaviour, outage="stays-shut"),
            ),
        )
    }
)
"""Of vendors that speak OpenID Connect."""
