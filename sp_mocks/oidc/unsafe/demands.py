"""Demands that a vendor has no right to make, and other decisions, each taken otherwise."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.oidc.rules import Demand
from sp_mocks.oidc.unsafe.words import SHUT_OUT_EN, SHUT_OUT_SV, Words

DEMANDS: Mapping[Demand, Words] = MappingProxyType(
    {
        "typ": Words(
            "demands-a-type",
            f"Kräver att intyget säger sitt slag: {SHUT_OUT_SV}",
            f"Demands that the token state its type: {SHUT_OUT_EN}",
            ("token-type-missing",),
        ),
        "at_hash": Words(
            "demands-a-hash",
            f"Kräver en kontrollsumma: {SHUT_OUT_SV}",
            f"Demands a hash: {SHUT_OUT_EN}",
            ("access-token-hash-missing",),
        ),
        "expires_in": Words(
            "demands-a-lifetime",
            f"Kräver att svaret säger hur länge nyckeln gäller: {SHUT_OUT_SV}",
            f"Demands that the answer say how long the access token is good: {SHUT_OUT_EN}",
            ("token-answer-no-expiry",),
        ),
        "no-leeway": Words(
            "allows-no-leeway",
            "Ger klockorna ingen marginal: elever kommer inte in när två klockor går lite olika.",
            "Allows clocks no leeway: pupils do not get in when two clocks differ a little.",
            ("expiry-inside", "issued-inside", "not-before-inside"),
        ),
        "whole-seconds": Words(
            "takes-whole-seconds-alone",
            f"Läser bara tider i hela sekunder: {SHUT_OUT_SV}",
            f"Reads times in whole seconds alone: {SHUT_OUT_EN}",
            ("expiry-fraction",),
        ),
        "one-audience": Words(
            "takes-no-list-of-audiences",
            f"Läser inte mottagaren som en lista: {SHUT_OUT_SV}",
            f"Does not read the audience as a list: {SHUT_OUT_EN}",
            ("audience-list-of-one", "logout-token-audience-as-list"),
        ),
        "nothing-unknown": Words(
            "refuses-what-it-does-not-know",
            f"Nekar allt som den inte känner till: {SHUT_OUT_SV}",
            f"Refuses whatever it does not know: {SHUT_OUT_EN}",
            (
                "authorized-party-own",
                "discovery-unknown-member",
                "logout-token-unknown-claim",
                "minimal-unknown-claims",
                "minimal-unknown-header",
                "published-keys-unknown-member",
                "token-answer-unknown-member",
            ),
        ),
        "nothing-unknown-among-keys": Words(
            "chokes-on-unknown-keys",
            "Klarar inte en nyckel av okänt slag bland skolans: ingen elev kommer in när skolan lägger till en.",
            "Cannot bear a key of an unknown kind among the school's: no pupil gets in when the school adds one.",
            ("published-keys-unknown-kind",),
        ),
        "use": Words(
            "demands-a-use-of-keys",
            f"Kräver att nycklar säger vad de är till för: {SHUT_OUT_SV}",
            f"Demands that keys say what they are for: {SHUT_OUT_EN}",
            ("published-keys-no-use",),
        ),
        "bearer-as-written": Words(
            "compares-the-token-type-by-its-case",
            f"Läser bara Bearer med stort B: {SHUT_OUT_SV}",
            f"Reads Bearer with a capital B alone: {SHUT_OUT_EN}",
            ("token-answer-capital-letters", "token-answer-small-letters"),
        ),
        "logout-of-session": Words(
            "logs-out-sessions-alone",
            "Avslutar bara en nämnd session: eleven som loggas ut överallt är kvar inloggad.",
            "Ends a named session alone: the pupil who is logged out everywhere stays logged in.",
            ("logout-token-person-alone",),
        ),
    }
)
OTHERS: tuple[Words, ...] = (
    Words(
        "does-not-bind-the-code",
        "Skickar varken PKCE eller engångsvärde: den som snappar upp en kod loggar in som eleven.",
        "Sends neither PKCE nor a nonce: whoever picks up a code logs in as the pupil.",
        ("code-of-another", "pkce-*", "state-nonce-sent"),
    ),
    Words(
        "uses-one-state",
        "Har samma state i varje inloggning: den som känner det kan skicka ett eget svar till eleven.",
        "Has the same state in every login: whoever knows it can send the pupil an answer of their own.",
        ("state-sent",),
    ),
    Words(
        "uses-one-nonce",
        "Har samma engångsvärde i varje inloggning: ett gammalt intyg öppnar elevens konto.",
        "Has the same nonce in every login: an old token opens the pupil's account.",
        ("state-nonce-sent",),
    ),
    Words(
        "uses-one-code-verifier",
        "Har samma PKCE-värde i varje inloggning: den som känner det loggar in som eleven med dennes kod.",
        "Has the same value of PKCE in every login: whoever knows it logs in as the pupil by their code.",
        ("pkce-fresh",),
    ),
    Words(
        "keeps-the-cookie-at-login",
        "Behåller kakan från före inloggningen: den som har lagt den där är inloggad som eleven.",
        "Keeps the cookie from before the login: whoever has put it there is logged in as the pupil.",
        ("session-renewed",),
    ),
    Words(
        "lets-scripts-read-the-cookie",
        "Låter skript läsa sessionens kaka: ett främmande skript på en sida tar elevens session.",
        "Lets scripts read the session's cookie: a foreign script on a page takes the pupil's session.",
        ("session-http-only",),
    ),
    Words(
        "lets-other-sites-send-the-cookie",
        "Låter andra webbplatser skicka sessionens kaka: de kan göra saker i elevens namn.",
        "Lets other sites send the session's cookie: they can do things in the pupil's name.",
        ("session-same-site",),
    ),
    Words(
        "sends-the-cookie-unencrypted",
        "Låter sessionens kaka gå okrypterad: den som sitter på samma nät tar elevens session.",
        "Lets the session's cookie go unencrypted: whoever sits on the same network takes the pupil's session.",
        ("session-secure",),
    ),
    Words(
        "forgets-the-cookie-and-not-the-session",
        "Tar bort kakan men behåller sessionen vid utloggning: den som har kopierat kakan är inloggad som eleven.",
        "Takes the cookie away and keeps the session at logout: "
        "whoever has copied the cookie is logged in as the pupil.",
        ("logout-ends",),
    ),
    Words(
        "keeps-everything-it-is-told",
        "Sparar och visar allt som skolan råkar säga: uppgifter om eleven hamnar där de inte ska vara.",
        "Keeps and shows whatever the school happens to say: data about the pupil end up where they must not be.",
        ("minimal-unasked-in-token", "minimal-unasked-in-userinfo"),
    ),
    Words(
        "keeps-accounts-under-mail",
        "Känner igen folk på e-postadressen i userinfo: den som får en annans adress får också kontot.",
        "Knows people by the e-mail address of userinfo: whoever gets another's address gets the account too.",
        ("mail-userinfo", "mail-userinfo-unverified"),
        "news-for-schools",
    ),
)
