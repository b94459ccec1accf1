"""Beliefs about transport, where to lead, logouts and errors."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.oidc.rules import Belief
from sp_mocks.oidc.unsafe.words import Words

PAGES: Mapping[Belief, Words] = MappingProxyType(
    {
        "plain-http": Words(
            "speaks-without-tls",
            "Talar med skolan utan TLS när skolan säger det: den som sitter på samma nät läser elevens kod.",
            "Speaks with the school without TLS when the school says so: "
            "whoever sits on the same network reads the pupil's code.",
            ("transport-*",),
        ),
        "any-return": Words(
            "leads-on-anywhere",
            "Leder vidare till vilken adress som helst efter inloggningen: eleven hamnar på en förfalskad sida.",
            "Leads on to any address after the login: the pupil ends up on a fake page.",
            ("redirect-*",),
        ),
        "return-beginning": Words(
            "compares-the-beginning-of-where-to-go",
            "Jämför bara början av adressen att gå vidare till: eleven hamnar på en förfalskad sida.",
            "Compares only how the address to go on to begins: the pupil ends up on a fake page.",
            ("redirect-backslash", "redirect-user", "redirect-without-scheme"),
        ),
        "logout-event": Words(
            "logs-out-by-any-event",
            "Tar vilket meddelande som helst för en utloggning: någon kan logga ut en klass mitt i ett prov.",
            "Takes any message for a logout: somebody can log out a class in the middle of a test.",
            (
                "logout-token-empty-events",
                "logout-token-event-as-text",
                "logout-token-no-event",
                "logout-token-other-event",
            ),
        ),
        "logout-nonce": Words(
            "logs-out-by-id-tokens",
            "Tar ett inloggningsintyg för en utloggning: den som har ett sådant loggar ut eleven.",
            "Takes an ID token for a logout: whoever has one logs the pupil out.",
            ("logout-token-nonce",),
        ),
        "logout-of-nobody": Words(
            "logs-everybody-out-for-nobody",
            "Loggar ut alla när meddelandet inte nämner någon: en hel klass faller ut mitt i ett prov.",
            "Logs everybody out when the message names nobody: a whole class falls out in the middle of a test.",
            ("logout-token-nobody",),
        ),
        "logout-of-anybody": Words(
            "logs-everybody-out-for-anybody",
            "Loggar ut alla vem meddelandet än gäller: en hel klass faller ut mitt i ett prov.",
            "Logs everybody out whomever the message names: a whole class falls out in the middle of a test.",
            ("logout-token-other-person", "logout-token-other-session"),
        ),
        "logout-unnamed": Words(
            "takes-logouts-without-a-name",
            "Tar emot utloggningar som inte går att känna igen: samma meddelande kan logga ut eleven igen.",
            "Takes logouts that cannot be known again: the same message can log the pupil out again.",
            ("logout-token-unnamed",),
        ),
        "logout-again": Words(
            "takes-logouts-again",
            "Tar emot samma utloggning igen: den som har sparat den loggar ut eleven när som helst.",
            "Takes the same logout again: whoever has kept it logs the pupil out at any time.",
            ("logout-replayed",),
        ),
        "markup": Words(
            "writes-errors-as-markup",
            "Skriver skolans felmeddelande som HTML: den som lurar eleven att följa en länk kör ett skript som eleven.",
            "Writes the school's error as HTML: whoever makes the pupil follow a link runs a script as the pupil.",
            ("error-*",),
        ),
        "refreshed-token": Words(
            "changes-the-person-when-it-refreshes",
            "Jämför inte vem det nya intyget gäller med det första: mitt i lektionen byter eleven konto.",
            "Does not compare whom the new token is about with the first: "
            "in the middle of the lesson the pupil is changed into another account.",
            ("refresh-other-person",),
        ),
    }
)
