"""What vendors of OpenID Connect do wrong: each fault changes one decision, and names the checks that must notice.

All can be seen in honest traffic. That a vendor believes a token that it must not believe shows only when it is handed
one; those faults wait for a school that makes such tokens.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.faults import MAIL_TO_TRACKER, Fault
from sp_mocks.oidc.behaviour import OidcBehaviour
from testbed.model.written import Bilingual

MORE_THAN_AGREED = "civic"

_ALL: tuple[Fault[OidcBehaviour], ...] = (
    Fault(
        id="sends-no-pkce",
        title=Bilingual(
            sv="Binder inte koden till sin egen fråga (PKCE): "
            "den som snappar upp en kod kan logga in som eleven med den.",
            en="Does not bind the code to its own request (PKCE): "
            "whoever picks up a code can log in as the pupil by it.",
        ),
        breaks=frozenset({"oidc.request-uses-pkce"}),
        apply=lambda behaviour: replace(behaviour, sends_pkce=False),
    ),
    Fault(
        id="sends-no-nonce",
        title=Bilingual(
            sv="Skickar inget engångsvärde (nonce): "
            "ett gammalt intyg om eleven kan spelas upp igen, och ingen märker det.",
            en="Sends no nonce: an old statement about the pupil can be played again, and nobody notices.",
        ),
        breaks=frozenset({"oidc.request-has-state-and-nonce"}),
        apply=lambda behaviour: replace(behaviour, sends_nonce=False),
    ),
    Fault(
        id="accepts-answers-in-any-browser",
        title=Bilingual(
            sv="Tar emot svaret på en inloggning som en annan webbläsare började: "
            "den som lurar eleven att följa en länk loggar in hen som någon annan.",
            en="Takes the answer to a login that another browser began: "
            "whoever makes the pupil follow a link logs them in as someone else.",
        ),
        breaks=frozenset({"session.answer-elsewhere-refused"}),
        apply=lambda behaviour: replace(behaviour, binds_answers=False),
    ),
    Fault(
        id="asks-for-more-than-agreed",
        title=Bilingual(
            sv="Begär också personnummer och födelsedatum: "
            "det eleven gör i tjänsten kan kopplas till alla andra register.",
            en="Asks for civic number and date of birth too: "
            "what the pupil does there can be linked with every other register.",
        ),
        breaks=frozenset({"data.requested-within-agreement", "data.released-within-agreement"}),
        apply=lambda behaviour: replace(behaviour, scopes=(*behaviour.scopes, MORE_THAN_AGREED)),
    ),
    Fault(
        id="knows-people-by-mail",
        title=Bilingual(
            sv="Lägger upp konton på e-postadressen i stället för på skolans identifierare: "
            "den som saknar adress kommer inte in, och den som får en annans gamla adress får också kontot.",
            en="Keeps accounts under the e-mail address and not under the school's identifier: "
            "whoever has none is shut out, and whoever gets another's old address gets the account too.",
        ),
        breaks=frozenset({"session.login-opens-a-session"}),
        apply=lambda behaviour: replace(behaviour, account="mail"),
    ),
    Fault(
        id="keeps-session-after-logout-token",
        title=Bilingual(
            sv="Svarar skolans server att eleven är utloggad, men behåller sessionen: "
            "nästa elev vid datorn är inloggad som den förra.",
            en="Answers the school's server that the pupil is logged out, but keeps the session: "
            "the next pupil at the computer is logged in as the last one.",
        ),
        breaks=frozenset({"session.logout-everywhere"}),
        apply=lambda behaviour: replace(behaviour, ends_on_back_channel=False),
    ),
    Fault(
        id="keeps-session-after-logout-frame",
        title=Bilingual(
            sv="Visar ramen på skolans utloggningssida men behåller sessionen: "
            "nästa elev vid datorn kommenterar i den förras namn.",
            en="Shows the frame on the school's logout page but keeps the session: "
            "the next pupil at the computer comments in the name of the last one.",
        ),
        breaks=frozenset({"session.logout-everywhere"}),
        apply=lambda behaviour: replace(behaviour, ends_on_front_channel=False),
    ),
    Fault(
        id="never-refetches-keys",
        title=Bilingual(
            sv="Hämtar skolans nycklar en gång och aldrig mer: när skolan byter nyckel kan ingen elev logga in.",
            en="Fetches the school's keys once and never again: when the school changes its key, no pupil can log in.",
        ),
        breaks=frozenset({"session.login-opens-a-session"}),
        apply=lambda behaviour: replace(behaviour, refetches_keys=False),
    ),
    Fault(
        id="access-token-in-address",
        title=Bilingual(
            sv="Skriver nyckeln till elevens uppgifter i en adress: "
            "den blir kvar i historik och loggar, och den som hittar den kan hämta uppgifterna.",
            en="Writes the key to the pupil's data into an address: "
            "it stays in histories and logs, and whoever finds it can fetch the data.",
        ),
        breaks=frozenset({"oidc.token-not-in-url"}),
        apply=lambda behaviour: replace(behaviour, token_in_address=True),
    ),
    Fault(
        id="code-in-referer",
        title=Bilingual(
            sv="Visar sin startsida på svarsadressen, med bilder från ett annat företag: "
            "företaget får inloggningens kod i varje fråga om en bild.",
            en="Shows its start page at the address of the answer, with pictures of another company: "
            "that company gets the code of the login with every picture that is asked for.",
        ),
        breaks=frozenset({"oidc.token-not-in-url"}),
        apply=lambda behaviour: replace(behaviour, shows_page_at_callback=True),
    ),
    Fault(
        id="wants-the-shared-identifier",
        title=Bilingual(
            sv="Är registrerad för skolans gemensamma identifierare trots att avtalet säger en egen: "
            "två tjänster kan lägga ihop vad de vet om eleven.",
            en="Is registered for the school's shared identifier though the agreement says one of its own: "
            "two services can put together what they know about the pupil.",
        ),
        breaks=frozenset({"data.identifier-not-correlatable"}),
        apply=lambda behaviour: replace(behaviour, subject_type="public"),
    ),
    Fault(
        id="proves-itself-otherwise-than-registered",
        title=Bilingual(
            sv="Skickar sin hemlighet på ett annat sätt än det är registrerat för: "
            "en skola som håller på reglerna släpper inte in en enda elev.",
            en="Sends its secret in another way than it is registered for: "
            "a school that holds to the rules lets in no pupil at all.",
        ),
        breaks=frozenset({"oidc.client-authenticates-as-registered", "session.login-opens-a-session"}),
        apply=lambda behaviour: replace(
            behaviour,
            authentication="client_secret_basic"
            if behaviour.authentication == "client_secret_post"
            else "client_secret_post",
        ),
    ),
    Fault(
        id="tells-tracker-of-every-login",
        title=Bilingual(
            sv="Servern skickar elevens e-postadress till ett spårningsföretag vid varje inloggning: "
            "någon utanför avtalet vet vem eleven är och när hen läser.",
            en="The server sends the pupil's e-mail address to a tracking company at every login: "
            "someone outside the agreement knows who the pupil is and when they read.",
        ),
        breaks=frozenset({"data.no-onward-transfer"}),
        apply=lambda behaviour: replace(behaviour, leak=MAIL_TO_TRACKER),
    ),
)
OIDC_FAULTS: Mapping[str, Fault[OidcBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
