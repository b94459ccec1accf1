"""What a case needs of the vendor, and whether this one has it."""

from testbed.certify.asked import Asked
from testbed.certify.desk import Desk
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
    "refresh-page": Bilingual(
        sv="tjänstens fil nämner ingen sida som får den att förnya (refresh)",
        en="the vendor's file names no page that makes it refresh (refresh)",
    ),
    "sends-nonce": Bilingual(sv="tjänsten skickar ingen nonce", en="the vendor sends no nonce"),
    "sends-state": Bilingual(sv="tjänsten skickar ingen state", en="the vendor sends no state"),
    "asks-for-mail": Bilingual(sv="tjänsten begär ingen e-postadress", en="the vendor asks for no e-mail address"),
    "client-secret": Bilingual(sv="tjänsten har ingen hemlighet", en="the vendor has no secret"),
    "rs256": Bilingual(
        sv="tjänstens intyg skrivs under med en annan algoritm än RS256",
        en="the vendor's tokens are signed by another algorithm than RS256",
    ),
    "return-param": Bilingual(
        sv="tjänstens fil nämner inget fält som säger vart en inloggning leder (return_param)",
        en="the vendor's file names no field that says where a login leads (return_param)",
    ),
    "started-by-us": Bilingual(
        sv="tjänsten startades inte av testmiljön, så den kan inte startas om",
        en="the vendor was not started by the testbed, so that it cannot be started anew",
    ),
    "refresh-tokens": Bilingual(sv="tjänsten begär ingen refresh token", en="the vendor asks for no refresh token"),
}


def lacking(desk: Desk, case: Case, asked: Asked) -> Bilingual | None:
    """Why the case means nothing for this vendor; None where it does."""
    vendor = desk.vendor
    for feature, reason in vendor.unsupported.items():
        if case.id.startswith(f"{case.protocol}-{feature}") or feature in case.needs:
            return Bilingual(sv=f"tjänstens fil: {reason}", en=f"the vendor's file: {reason}")
    for need in case.needs:
        if not _has(vendor, need, desk, asked):
            return REASONS[need]
    return None


def _has(vendor: Vendor, need: Need, desk: Desk, asked: Asked) -> bool:  # noqa: PLR0911, PLR0912 - one line a need
    match need:
        case "logout":
            return vendor.logout is not None
        case "single-logout":
            return asked.single_logout or bool(vendor.client and vendor.client.frontchannel_logout_uri)
        case "back-channel-logout":
            return bool(vendor.backchannel_logout or (vendor.client and vendor.client.backchannel_logout_uri))
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
            return vendor.probe.url.startswith("https://")
        case "metadata-fetched":
            return asked.fetches_metadata
        case "refresh-tokens":
            return asked.refresh
        case "refresh-page":
            return vendor.refresh is not None
        case "sends-nonce":
            return asked.nonce
        case "sends-state":
            return asked.state
        case "asks-for-mail":
            return asked.mail
        case "client-secret":
            return bool(vendor.client and vendor.client.token_endpoint_auth_method.startswith("client_secret"))
        case "rs256":
            return bool(vendor.client and vendor.client.id_token_signed_response_alg == "RS256")
        case "return-param":
            return bool(vendor.return_param)
        case "started-by-us":
            return vendor.simulated is not None or vendor.process is not None
