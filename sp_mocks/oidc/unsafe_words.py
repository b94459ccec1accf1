"""What each unsafe fault is called, what it means for a pupil, and the cases that show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sp_mocks.oidc.rules import Belief, Demand


@dataclass(frozen=True, slots=True)
class Words:
    """Of one fault."""

    name: str
    sv: str
    en: str
    accepts: tuple[str, ...]
    """Patterns of cases, without the protocol before them."""
    profile: str = "maths-app"


ANYBODY_SV = "vem som helst kan logga in som vilken elev som helst."
ANYBODY_EN = "anybody can log in as any pupil."
SHUT_OUT_SV = "ingen elev kommer in från en skola som följer reglerna men gör på ett annat sätt."
SHUT_OUT_EN = "no pupil gets in from a school that keeps to the rules but does otherwise."

BELIEFS: Mapping[Belief, Words] = MappingProxyType(
    {
        "any-signature": Words(
            "verifies-no-signature",
            f"Kontrollerar inte underskriften på intyg: {ANYBODY_SV}",
            f"Does not verify the signature of tokens: {ANYBODY_EN}",
            ("signature-*", "key-confusion-*", "embedded-*"),
        ),
        "alg-none": Words(
            "takes-alg-none",
            f"Tar emot intyg med algoritmen none: {ANYBODY_SV}",
            f"Takes tokens of the algorithm none: {ANYBODY_EN}",
            ("signature-none",),
        ),
        "alg-none-otherwise-written": Words(
            "forbids-alg-none-in-small-letters-alone",
            f"Förbjuder algoritmen none men tar emot None: {ANYBODY_SV}",
            f"Forbids the algorithm none but takes None: {ANYBODY_EN}",
            ("signature-none-*",),
        ),
        "empty-signature": Words(
            "takes-empty-signatures",
            f"Tar emot intyg med en tom underskrift: {ANYBODY_SV}",
            f"Takes tokens with an empty signature: {ANYBODY_EN}",
            ("signature-empty",),
        ),
        "hmac-by-pem": Words(
            "takes-the-public-key-in-pem-for-a-secret",
            f"Tar skolans öppna nyckel, skriven som PEM, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, written as PEM, for a secret: {ANYBODY_EN}",
            ("key-confusion-pem*",),
        ),
        "hmac-by-octets": Words(
            "takes-the-public-key-in-octets-for-a-secret",
            f"Tar skolans öppna nyckel, som oktetter, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, in octets, for a secret: {ANYBODY_EN}",
            ("key-confusion-der",),
        ),
        "hmac-by-other-writings": Words(
            "takes-the-public-key-in-json-for-a-secret",
            f"Tar skolans öppna nyckel, skriven som JWK eller OpenSSH, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, written as a JWK or for OpenSSH, for a secret: {ANYBODY_EN}",
            ("key-confusion-jwk",),
        ),
        "hmac-by-weak-secret": Words(
            "has-a-weak-secret",
            f"Kontrollerar intyg med en tom hemlighet eller ett vanligt ord: {ANYBODY_SV}",
            f"Verifies tokens by an empty secret or a common word: {ANYBODY_EN}",
            ("key-confusion-empty-secret",),
        ),
        "hmac-by-client-secret": Words(
            "takes-its-own-secret",
            "Tar emot intyg som är underskrivna med dess egen hemlighet: "
            "den som hittar hemligheten i en logg loggar in som vilken elev som helst.",
            "Takes tokens that are signed with its own secret: whoever finds the secret in a log logs in as any pupil.",
            ("key-confusion-client-secret",),
        ),
        "any-published-key": Words(
            "takes-any-published-key",
            "Tar emot intyg underskrivna med vilken som helst av skolans nycklar: "
            "den svagaste nyckeln avgör om någon kan logga in som eleven.",
            "Takes tokens signed with any of the school's keys: "
            "the weakest of them decides whether somebody can log in as the pupil.",
            ("signature-other-algorithm",),
        ),
        "key-in-header": Words(
            "takes-the-key-from-the-token",
            f"Kontrollerar intyget med en nyckel som står i det: {ANYBODY_SV}",
            f"Verifies the token with a key that stands in it: {ANYBODY_EN}",
            ("embedded-key-*",),
        ),
        "certificate-in-header": Words(
            "takes-the-certificate-from-the-token",
            f"Kontrollerar intyget med ett certifikat som står i det: {ANYBODY_SV}",
            f"Verifies the token with a certificate that stands in it: {ANYBODY_EN}",
            ("embedded-certificate-*",),
        ),
        "key-from-address": Words(
            "fetches-the-key-that-the-token-names",
            f"Hämtar nyckeln från adressen i intyget: {ANYBODY_SV}",
            f"Fetches the key from the address in the token: {ANYBODY_EN}",
            ("key-from-address-*",),
        ),
        "kid-as-address": Words(
            "takes-the-keys-name-for-an-address",
            f"Hämtar nyckeln från adressen i nyckelns namn: {ANYBODY_SV}",
            f"Fetches the key from the address in the key's name: {ANYBODY_EN}",
            ("key-from-address-kid",),
        ),
        "kid-as-path": Words(
            "reads-the-file-that-the-keys-name-names",
            f"Läser nyckeln ur den fil som intyget nämner: {ANYBODY_SV}",
            f"Reads the key from the file that the token names: {ANYBODY_EN}",
            ("key-name-path",),
        ),
        "kid-as-query": Words(
            "asks-its-database-by-the-keys-name",
            f"Skriver in nyckelns namn i en databasfråga: {ANYBODY_SV}",
            f"Writes the key's name into a query of its database: {ANYBODY_EN}",
            ("key-name-sql",),
        ),
        "unknown-key": Words(
            "lets-unknown-keys-pass",
            f"Hoppar över kontrollen när nyckeln är okänd: {ANYBODY_SV}",
            f"Leaves the check out when the key is unknown: {ANYBODY_EN}",
            ("key-name-unknown",),
        ),
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
            ("token-type-logout", "token-type-access"),
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
            ("*-twice",),
        ),
        "issuer": Words(
            "takes-any-issuer",
            "Frågar inte vem som har gett intyget: någon som inte är elevens skola loggar in som eleven.",
            "Does not ask who issued the token: somebody who is not the pupil's school logs in as the pupil.",
            ("issuer-*",),
        ),
        "issuer-beginning": Words(
            "compares-the-beginning-of-the-issuer",
            "Jämför bara början av skolans adress: den som har en adress som börjar likadant loggar in som eleven.",
            "Compares only how the school's address begins: "
            "whoever has an address that begins alike logs in as the pupil.",
            ("issuer-longer-*",),
        ),
        "issuer-likeness": Words(
            "takes-the-issuer-for-an-address",
            "Jämför skolans namn som en adress, utan att skilja på stora och små bokstäver: "
            "två skolor som har nästan samma namn är en, och deras elever delar konton.",
            "Compares the school's name as an address, whatever its case: "
            "two schools of nearly one name are one, and their pupils share accounts.",
            ("issuer-slash", "issuer-capitals"),
        ),
        "audience": Words(
            "takes-tokens-for-anybody",
            "Frågar inte vilken tjänst intyget gäller: den som driver en annan tjänst loggar in som eleven.",
            "Does not ask which service the token is for: whoever runs another service logs in as the pupil.",
            ("audience-*", "authorized-party-*"),
        ),
        "audience-among-others": Words(
            "takes-tokens-for-others-too",
            "Tar emot intyg som gäller andra tjänster också: en av dem kan logga in som eleven.",
            "Takes tokens that are for other services too: one of them can log in as the pupil.",
            ("audience-several",),
        ),
        "audience-within": Words(
            "looks-for-its-name-within-the-audience",
            "Letar efter sitt namn inne i mottagarens: den vars namn innehåller det loggar in som eleven.",
            "Looks for its name within the audience's: whoever has a name that holds it logs in as the pupil.",
            ("audience-longer", "audience-within"),
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
            ("authorized-party-*",),
        ),
        "expiry": Words(
            "takes-tokens-that-are-over",
            "Ser inte om intyget har slutat gälla: ett gammalt intyg ur en logg öppnar elevens konto.",
            "Does not look whether the token is over: an old one out of a log opens the pupil's account.",
            ("expiry-*",),
        ),
        "issued": Words(
            "takes-tokens-of-any-age",
            "Ser inte när intyget gjordes: ett som någon har sparat öppnar elevens konto.",
            "Does not look when the token was issued: one that somebody has kept opens the pupil's account.",
            ("issued-*",),
        ),
        "not-before": Words(
            "takes-tokens-before-their-time",
            "Ser inte när intyget börjar gälla: skolans gräns för när eleven får in gäller inte.",
            "Does not look when the token begins: the school's limit for when the pupil may come in does not hold.",
            ("not-before-*",),
        ),
        "day-of-leeway": Words(
            "allows-a-day-of-leeway",
            "Ger klockorna nästan ett dygns marginal: gårdagens intyg ur en logg öppnar elevens konto.",
            "Allows clocks to be nearly a day apart: yesterday's token out of a log opens the pupil's account.",
            ("*-outside", "*-hour"),
            "guardian-messages",
        ),
        "nonce": Words(
            "does-not-compare-the-nonce",
            "Jämför inte engångsvärdet: ett intyg kan spelas upp igen och öppnar elevens konto.",
            "Does not compare the nonce: a token can be played again, and opens the pupil's account.",
            ("nonce-*",),
        ),
        "nonce-left-out": Words(
            "compares-the-nonce-where-there-is-one",
            "Jämför engångsvärdet bara om det finns: ett intyg utan öppnar elevens konto.",
            "Compares the nonce only where there is one: a token without opens the pupil's account.",
            ("nonce-missing", "nonce-empty"),
        ),
        "subject-from-userinfo": Words(
            "asks-userinfo-whom-the-token-is-about",
            "Godtar intyg som inte säger vem de gäller: elever hamnar på konton som flera delar.",
            "Takes tokens that do not say whom they are about: pupils end up in accounts that several share.",
            ("subject-*",),
        ),
        "userinfo": Words(
            "believes-whomever-userinfo-names",
            "Jämför inte vem uppgifterna gäller med intyget: eleven kommer in på en annan persons konto.",
            "Does not compare whom userinfo is about with the token: the pupil gets into another person's account.",
            ("userinfo-*",),
            "news-for-schools",
        ),
        "userinfo-likeness": Words(
            "compares-names-loosely",
            "Jämför namn utan att skilja på stora och små bokstäver: eleven ser en annan persons uppgifter.",
            "Compares names whatever their case: the pupil sees another person's data.",
            ("userinfo-capitals", "userinfo-longer"),
            "news-for-schools",
        ),
        "mail-of-token": Words(
            "keeps-accounts-under-the-tokens-mail",
            "Känner igen folk på e-postadressen i intyget: den som får en annans adress får också kontot.",
            "Knows people by the e-mail address in the token: whoever gets another's address gets the account too.",
            ("mail-token",),
            "news-for-schools",
        ),
        "hash": Words(
            "does-not-compare-the-hash",
            "Jämför inte kontrollsumman med nyckeln: någon kan byta nyckeln mot en annan elevs.",
            "Does not compare the hash with the access token: somebody can exchange it for another pupil's.",
            ("access-token-hash-*",),
        ),
        "level": Words(
            "asks-for-a-level-and-does-not-look",
            "Begär två faktorer men ser inte på svaret: den som sett ett lösenord läser om elevers hälsa.",
            "Asks for two factors and does not look at the answer: "
            "whoever has seen a password reads of pupils' health.",
            ("authentication-weaker",),
            "guardian-messages",
        ),
        "age": Words(
            "asks-for-a-fresh-login-and-does-not-look",
            "Begär en ny inloggning men ser inte på svaret: nästa person vid datorn läser meddelanden om eleven.",
            "Asks for a fresh login and does not look at the answer: "
            "the next person at the computer reads messages about the pupil.",
            ("authentication-old",),
            "guardian-messages",
        ),
        "state": Words(
            "does-not-compare-the-state",
            "Jämför inte state: den som lurar eleven att följa en länk kan skicka ett eget svar.",
            "Does not compare the state: whoever makes the pupil follow a link can send an answer of their own.",
            ("state-missing",),
        ),
        "answer-again": Words(
            "answers-the-same-answer-again",
            "Öppnar en session igen när samma svar kommer: "
            "den som hittar adressen i historiken är inloggad som eleven.",
            "Opens a session again when the same answer comes: "
            "whoever finds the address in the history is logged in as the pupil.",
            ("state-again*",),
        ),
        "answer-issuer": Words(
            "does-not-ask-which-school-answers",
            "Ser inte vilken skola som svarar: en oärlig skola får elevens kod och loggar in som eleven.",
            "Does not look which school answers: a dishonest school gets the pupil's code, and logs in as the pupil.",
            ("answer-issuer-*",),
        ),
        "answer-with-error": Words(
            "goes-on-despite-an-error",
            "Går vidare fast skolan säger nej: eleven släpps in ändå.",
            "Goes on though the school says no: the pupil is let in all the same.",
            ("code-with-error",),
        ),
        "access-token-alone": Words(
            "logs-in-by-the-access-token-alone",
            "Ser inte på intyget och frågar userinfo vem det är: "
            "den som har en annan tjänsts nyckel loggar in som eleven.",
            "Does not look at the ID token, and asks userinfo who it is: "
            "whoever has another service's access token logs in as the pupil.",
            ("signature-*", "issuer-*", "audience-*"),
        ),
        "token-type": Words(
            "takes-access-tokens-of-any-type",
            "Använder åtkomstnycklar av vilket slag som helst: den som har stulit en hämtar elevens uppgifter.",
            "Uses access tokens of any type: whoever has stolen one fetches the pupil's data.",
            ("token-answer-other-type",),
        ),
        "discovery": Words(
            "takes-anybodys-configuration",
            f"Tar någon annans uppgifter om sig själv för skolans: {ANYBODY_SV}",
            f"Takes what someone else publishes of themselves for the school's: {ANYBODY_EN}",
            ("discovery-*",),
        ),
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
            ("redirect-without-scheme",),
        ),
        "logout-event": Words(
            "logs-out-by-any-event",
            "Tar vilket meddelande som helst för en utloggning: någon kan logga ut en klass mitt i ett prov.",
            "Takes any message for a logout: somebody can log out a class in the middle of a test.",
            ("logout-token-no-event",),
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
            ("logout-token-other-*",),
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
    }
)
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
            ("*-inside",),
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
            ("audience-list-of-one",),
        ),
        "nothing-unknown": Words(
            "refuses-what-it-does-not-know",
            f"Nekar allt som den inte känner till: {SHUT_OUT_SV}",
            f"Refuses whatever it does not know: {SHUT_OUT_EN}",
            ("*-unknown-*",),
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
            ("token-answer-*-letters",),
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
        ("minimal-unasked-*",),
    ),
    Words(
        "keeps-accounts-under-mail",
        "Känner igen folk på e-postadressen i userinfo: den som får en annans adress får också kontot.",
        "Knows people by the e-mail address of userinfo: whoever gets another's address gets the account too.",
        ("mail-userinfo*",),
        "news-for-schools",
    ),
)
