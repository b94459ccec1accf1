"""What a case needs of the vendor, and whether this one has it."""

from testbed.certify.asked import Asked
from testbed.certify.desk import Desk
from testbed.certify.fitted import LISTENER
from testbed.model.case import Case, Need
from testbed.model.strict import Bilingual
from testbed.model.written import Vendor

REASONS: dict[Need, Bilingual] = {
    "logout": Bilingual(sv="tjänstens fil nämner ingen utloggning", en="the vendor's file names no logout"),
    "single-logout": Bilingual(
        sv="tjänsten deltar inte i gemensam utloggning", en="the vendor takes no part in single logout"
    ),
    "back-channel-logout": Bilingual(
        sv="tjänsten har ingen adress för utloggning från skolans server",
        en="the vendor has no address for logout from the school's server",
    ),
    "encryption": Bilingual(
        sv="tjänstens metadata har ingen nyckel att kryptera till", en="the vendor's metadata has no key to encrypt to"
    ),
    "second-school": Bilingual(
        sv="tjänstens fil säger inte att den litar på den andra skolan (trusts_second_school)",
        en="the vendor's file does not say that it trusts the second school (trusts_second_school)",
    ),
    "unsolicited-is-off": Bilingual(
        sv="tjänsten tar emot inloggningar som börjar hos skolan", en="the vendor takes logins that begin at school"
    ),
    "requests-context": Bilingual(
        sv="tjänsten begär ingen tillitsnivå", en="the vendor requests no level of assurance"
    ),
    "forces-login": Bilingual(
        sv="tjänsten begär ingen ny inloggning (ForceAuthn, prompt)", en="the vendor asks for no fresh login"
    ),
    "https": Bilingual(
        sv="tjänsten nås utan TLS på den egna datorn, där kakor inte kan vara Secure",
        en="the vendor is reached without TLS on loopback, where cookies cannot be Secure",
    ),
    "metadata-fetched": Bilingual(
        sv="tjänsten hämtar inte skolans metadata själv", en="the vendor does not fetch the school's metadata by itself"
    ),
    "refresh-tokens": Bilingual(sv="tjänsten begär ingen refresh token", en="the vendor asks for no refresh token"),
    "refresh-page": Bilingual(
        sv="tjänstens fil nämner ingen sida som får den att förnya (refresh)",
        en="the vendor's file names no page that makes it refresh (refresh)",
    ),
    "sends-nonce": Bilingual(sv="tjänsten skickar inget engångsvärde (nonce)", en="the vendor sends no nonce"),
    "sends-state": Bilingual(sv="tjänsten skickar inget state", en="the vendor sends no state"),
    "asks-for-mail": Bilingual(
        sv="skolan säger inte båda personernas e-postadress till tjänsten",
        en="the school does not tell the vendor both persons' e-mail addresses",
    ),
    "client-secret": Bilingual(
        sv="tjänsten har ingen hemlighet hos skolan", en="the vendor has no secret at the school"
    ),
    "rs256": Bilingual(
        sv="tjänstens intyg skrivs inte under med RS256", en="the vendor's tokens are not signed by RS256"
    ),
    "return-param": Bilingual(
        sv="tjänstens fil nämner ingen parameter för sidan att gå tillbaka till (return_param)",
        en="the vendor's file names no parameter for the page to return to (return_param)",
    ),
    "started-by-us": Bilingual(
        sv="tjänsten startas inte av testmiljön, och hämtar inte skolans uppgifter på nytt när den ska",
        en="the vendor is not started by the testbed, and does not fetch the school's configuration anew when it is to",
    ),
    "says-eppn": Bilingual(
        sv="skolan lämnar inte ut användarnamnet (eduPersonPrincipalName) till tjänsten",
        en="the school does not tell the vendor the user name (eduPersonPrincipalName)",
    ),
    "in-the-clear": Bilingual(
        sv="skolan krypterar intygen till tjänsten, och meddelandet kan då inte göras",
        en="the school encrypts assertions to the vendor, and then nobody can make this message",
    ),
    "says-names": Bilingual(
        sv="skolan lämnar inte ut namn till tjänsten", en="the school does not tell the vendor any names"
    ),
}
NO_EXHAUSTION = Bilingual(
    sv="tjänsten finns på annan plats, och dess ägare har inte tillåtit meddelanden som vill överlasta den",
    en="the vendor is elsewhere, and its owner has not allowed messages that want to use it up (authorised.allow)",
)
NO_LISTENER = Bilingual(
    sv="tjänsten finns på annan plats och når inte den adress som meddelandet pekar på: det syns inte om den hämtar",
    en="the vendor is elsewhere and cannot reach what the message names: nobody could see whether it fetches that",
)
SAYS: dict[Need, frozenset[str]] = {
    "says-eppn": frozenset({"eduPersonPrincipalName"}),
    "says-names": frozenset({"givenName", "sn", "displayName"}),
}
"""Of which attributes the school must tell the vendor one."""


def lacking(desk: Desk, case: Case, asked: Asked) -> Bilingual | None:
    """Why the case means nothing for this vendor; None where it does."""
    vendor = desk.vendor
    for feature, reason in vendor.unsupported.items():
        subject = f"{case.protocol}-{feature}"
        # NOTE: whole words, for "s" is no feature and would leave out the signature.
        if case.id == subject or case.id.startswith(f"{subject}-") or feature in case.needs:
            return Bilingual(sv=f"tjänstens fil: {reason}", en=f"the vendor's file: {reason}")
    if case.manner == "exhaustion" and not desk.world.may_exhaust:
        return NO_EXHAUSTION
    if not desk.world.listener_is_near and case.forgery is not None and LISTENER in case.forgery.model_dump_json():
        return NO_LISTENER
    for need in case.needs:
        if not _has(vendor, need, desk, asked):
            return REASONS[need]
    return None


RSA = "RS256"
WITH_SECRET = frozenset({"client_secret_basic", "client_secret_post"})


def _has(vendor: Vendor, need: Need, desk: Desk, asked: Asked) -> bool:  # noqa: PLR0911, PLR0912 - one line a need
    client = vendor.client
    match need:
        case "in-the-clear":
            return not desk.encrypted
        case "refresh-page":
            return vendor.refresh is not None
        case "sends-nonce":
            return asked.nonce
        case "sends-state":
            return asked.state
        case "asks-for-mail":
            return all("mail" in desk.said.get(person.id, {}) for person in (desk.own, desk.other))
        case "client-secret":
            return client is not None and client.token_endpoint_auth_method in WITH_SECRET
        case "rs256":
            return client is not None and client.id_token_signed_response_alg == RSA
        case "return-param":
            return bool(vendor.return_param)
        case "started-by-us":
            return desk.world.can_restart
        case "logout":
            return vendor.logout is not None
        case "single-logout":
            return asked.single_logout or bool(client and client.frontchannel_logout_uri)
        case "back-channel-logout":
            return bool(vendor.backchannel_logout or (client and client.backchannel_logout_uri))
        case "encryption":
            return asked.encryption_key
        case "second-school":
            return vendor.trusts_second_school and desk.world.second_school
        case "unsolicited-is-off":
            return not vendor.unsolicited
        case "requests-context":
            return asked.context
        case "forces-login":
            return asked.fresh
        case "https":
            return vendor.probe_url.startswith("https://")
        case "metadata-fetched":
            return asked.fetches_metadata
        case "refresh-tokens":
            return asked.refresh
        case "says-eppn" | "says-names":
            return not SAYS[need].isdisjoint(desk.said.get(desk.own.id, {}))
