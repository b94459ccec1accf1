"""Why a login opens no session: a code for the log, and words for the person."""

from collections.abc import Mapping
from types import MappingProxyType

from testbed.model.written import Bilingual


def _words(sv: str, en: str) -> Bilingual:
    return Bilingual(sv=sv, en=en)


_NOT_READABLE = _words(
    "Svaret från skolan gick inte att läsa.",
    "The school's answer could not be read.",
)
_SIGNATURE = _words(
    "Svaret saknar en giltig underskrift från skolan, så det kan ha ändrats på vägen.",
    "The answer lacks a valid signature of the school, so it may have been changed on its way.",
)
_ENCRYPTION = _words(
    "Svaret är krypterat så att den här tjänsten inte kan läsa det.",
    "The answer is encrypted in a way that this service cannot read.",
)
_ELSEWHERE = _words(
    "Svaret var ställt till en annan tjänst eller adress.",
    "The answer was made for another service or address.",
)
_TIME = _words(
    "Svaret gäller inte just nu: det är för gammalt, eller så går en klocka fel.",
    "The answer is not valid at this time: it is too old, or a clock is wrong.",
)
_NOT_ASKED = _words(
    "Svaret hör inte till en inloggning som den här webbläsaren har påbörjat, eller så har det redan använts.",
    "The answer does not belong to a login that this browser began, or it has been used already.",
)
_CONTENT = _words(
    "Svaret följer inte reglerna, så det går inte att veta vem det gäller.",
    "The answer breaks the rules, so there is no telling whom it is about.",
)
_SCHOOL = _words(
    "Skolans uppgifter om sig själv (metadata) gick inte att hämta eller använda just nu.",
    "What the school publishes about itself (metadata) could not be had or used at this time.",
)
_FEDERATION = _words(
    "Det som federationen publicerar om skolan saknar giltig underskrift eller slutdatum.",
    "What the federation publishes about the school lacks a valid signature or an end.",
)
_MACHINES = _words(
    "Det som federationen publicerar om sina maskiner gick inte att hämta eller använda just nu.",
    "What the federation publishes about its machines could not be had or used at this time.",
)
_MACHINE = _words(
    "Den som ringde visade inget certifikat som federationen känner till.",
    "Whoever called showed no certificate that the federation knows.",
)
_LOGOUT = _words(
    "Begäran om utloggning följer inte reglerna, så ingen har loggats ut av den.",
    "The request to log out breaks the rules, so it logged nobody out.",
)

_PROVIDER = _words(
    "Skolans inloggningstjänst gick inte att nå eller använda just nu.",
    "The school's login service could not be reached or used at this time.",
)
_DATA = _words(
    "Skolans uppgifter om elever och personal gick inte att hämta just nu.",
    "What the school tells of pupils and staff could not be fetched at this time.",
)
_NO_ACCESS = _words(
    "Skolans system släppte inte in den här tjänsten: avtalet eller tjänstens nyckel gäller inte längre.",
    "The school's system did not let this service in: its agreement or its key is good no longer.",
)
_NOTICE = _words(
    "Det som kom var inte ett besked från en skola som tjänsten har avtal med.",
    "What came was no notice from a school that has an agreement with this service.",
)
_TOKEN = _words(
    "Intyget från skolan gick inte att läsa eller följer inte reglerna.",
    "The school's statement about you could not be read, or breaks the rules.",
)
_TOKEN_SIGNATURE = _words(
    "Intyget saknar en giltig underskrift från skolan.",
    "The statement lacks a valid signature of the school.",
)

REASONS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "no-message": _NOT_READABLE,
        "not-a-form": _NOT_READABLE,
        "message-too-large": _NOT_READABLE,
        "not-base64": _NOT_READABLE,
        "not-deflated": _NOT_READABLE,
        "not-soap": _NOT_READABLE,
        "not-a-logout-message": _NOT_READABLE,
        "no-name-to-log-out": _LOGOUT,
        "logout-not-asked-for": _LOGOUT,
        "not-xml": _NOT_READABLE,
        "document-type-declaration": _NOT_READABLE,
        "processing-instruction": _NOT_READABLE,
        "not-a-response": _NOT_READABLE,
        "version": _NOT_READABLE,
        "time-not-readable": _NOT_READABLE,
        "school-says-no": _words("Skolan loggade inte in dig.", "The school did not log you in."),
        "assertion-count": _CONTENT,
        "assertion-in-the-clear": _words(
            "Svaret är inte krypterat, och den här tjänsten tar bara emot krypterade svar.",
            "The answer is not encrypted, and this service takes encrypted answers only.",
        ),
        "encryption-not-plain": _ENCRYPTION,
        "encryption-algorithm-not-allowed": _words(
            "Svaret är krypterat på ett sätt som inte längre är säkert.",
            "The answer is encrypted in a way that is no longer safe.",
        ),
        "not-decryptable": _ENCRYPTION,
        "decrypts-to-something-else": _ENCRYPTION,
        "encrypted-but-not-signed": _SIGNATURE,
        "not-signed": _SIGNATURE,
        "signature-out-of-place": _SIGNATURE,
        "signature-not-plain": _SIGNATURE,
        "reference-to-something-else": _SIGNATURE,
        "identifier-not-unique": _SIGNATURE,
        "canonicalization-not-allowed": _SIGNATURE,
        "signature-algorithm-not-allowed": _SIGNATURE,
        "digest-algorithm-not-allowed": _SIGNATURE,
        "transforms-not-allowed": _SIGNATURE,
        "signature-not-good": _SIGNATURE,
        "signature-covers-something-else": _SIGNATURE,
        "issuer": _words("Svaret kommer inte från skolan.", "The answer does not come from the school."),
        "destination": _ELSEWHERE,
        "audience": _ELSEWHERE,
        "no-valid-confirmation": _words(
            "Svaret är inte ställt till den här tjänstens inloggning, eller så har det blivit för gammalt.",
            "The answer is not addressed to this service's login, or it has become too old.",
        ),
        "conditions": _CONTENT,
        "unknown-condition": _CONTENT,
        "not-valid-yet": _TIME,
        "expired": _TIME,
        "no-authentication": _CONTENT,
        "stale-authentication": _words(
            "Tjänsten bad om en ny inloggning, men skolan svarade med en gammal.",
            "The service asked for a fresh login, but the school answered with an old one.",
        ),
        "level-of-assurance": _words(
            "Tjänsten kräver en säkrare inloggning än den som skolan svarade med.",
            "The service needs a more certain login than the one that the school answered with.",
        ),
        "not-asked-for-by-this-browser": _NOT_ASKED,
        "used-before": _NOT_ASKED,
        "attribute-twice": _CONTENT,
        "value-not-text": _CONTENT,
        "no-user-name": _words("Svaret säger inte vem du är.", "The answer does not say who you are."),
        "user-name-of-another-school": _words(
            "Användarnamnet hör till en annan skola än den som svarade.",
            "The user name belongs to another school than the one that answered.",
        ),
        "school-not-known": _words(
            "Den här tjänsten har inget avtal med den skola som du valde.",
            "This service has no agreement with the school that you chose.",
        ),
        "school-metadata-not-had": _SCHOOL,
        "school-metadata-too-large": _SCHOOL,
        "school-metadata-not-readable": _SCHOOL,
        "school-metadata-of-someone-else": _SCHOOL,
        "school-metadata-expired": _SCHOOL,
        "school-metadata-not-signed": _FEDERATION,
        "school-metadata-without-end": _FEDERATION,
        "school-metadata-not-usable": _SCHOOL,
        "machines-not-readable": _MACHINES,
        "machines-not-signed": _MACHINES,
        "machines-of-another-federation": _MACHINES,
        "machines-expired": _MACHINES,
        "machines-not-usable": _MACHINES,
        "machine-shows-no-certificate": _MACHINE,
        "machine-not-known": _MACHINE,
        "notice-not-expected": _NOTICE,
        "notice-not-readable": _NOTICE,
        "answer-not-readable": _NOT_READABLE,
        "answer-of-someone-else": _words(
            "Svaret kommer från någon annan än den skola som tjänsten frågade.",
            "The answer comes from someone else than the school that was asked.",
        ),
        "no-code": _NOT_READABLE,
        "provider-not-reached": _PROVIDER,
        "provider-answer-not-readable": _PROVIDER,
        "provider-answer-too-large": _PROVIDER,
        "provider-answer-not-usable": _PROVIDER,
        "provider-of-someone-else": _PROVIDER,
        "provider-not-usable": _PROVIDER,
        "provider-keys-not-usable": _PROVIDER,
        "school-refused-the-code": _words(
            "Skolan tog inte emot den här tjänstens fråga om vem du är.",
            "The school did not take this service's question who you are.",
        ),
        "school-refused-userinfo": _words(
            "Skolan lämnade inte ut uppgifterna om dig till den här tjänsten.",
            "The school did not tell this service about you.",
        ),
        "token-not-readable": _TOKEN,
        "token-header-not-plain": _TOKEN,
        "token-algorithm-not-registered": _TOKEN_SIGNATURE,
        "token-signature-not-good": _TOKEN_SIGNATURE,
        "token-key-not-known": _TOKEN_SIGNATURE,
        "token-of-someone-else": _words(
            "Intyget kommer inte från skolan.", "The statement does not come from the school."
        ),
        "token-for-someone-else": _ELSEWHERE,
        "token-expired": _TIME,
        "token-not-valid-yet": _TIME,
        "token-of-another-login": _NOT_ASKED,
        "token-of-another-type": _TOKEN,
        "token-names-nobody": _TOKEN,
        "token-not-about-logout": _LOGOUT,
        "access-token-of-another-login": _NOT_ASKED,
        "userinfo-of-someone-else": _words(
            "Skolan svarade med uppgifter om någon annan.",
            "The school answered with data about someone else.",
        ),
        "claim-not-text": _CONTENT,
        "no-account-in-claims": _words("Svaret säger inte vem du är.", "The answer does not say who you are."),
        "logout-not-of-the-school": _LOGOUT,
        "access-token-not-had": _DATA,
        "data-not-reached": _DATA,
        "data-not-given": _DATA,
        "data-forbidden": _NO_ACCESS,
        "data-key-not-taken": _NO_ACCESS,
        "data-answer-not-readable": _DATA,
        "data-answer-too-large": _DATA,
    }
)
"""By code. No code and no words hold a value of the message."""
FORBIDDEN, BAD_GATEWAY = 403, 502
FROM_OTHERS = ("school-metadata", "provider-", "machines-", "data-", "access-token-not-had")
"""How the codes begin that are about what a vendor's server asked others for."""


class Refused(Exception):
    """A login that opens no session.

    Args:
        code: a key of :data:`REASONS`.
        said: what the school itself said about it, for the person to read; comes from outside.
    """

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code, self.words, self.said = code, REASONS[code], said

    @property
    def status(self) -> int:
        """Of the HTTP answer: the message is at fault, or the school that could not be reached."""
        return BAD_GATEWAY if self.code.startswith(FROM_OTHERS) else FORBIDDEN
