"""What a case of an exchange needs of the vendor and of the lab, and whether they have it."""

from testbed.certify.exchange.world import ExchangeWorld
from testbed.certify.needs import NO_EXHAUSTION, NO_LISTENER
from testbed.model.exchange_case import ExchangeCase, Need
from testbed.model.strict import Bilingual
from testbed.model.written import Vendor

REASONS: dict[Need, Bilingual] = {
    "tls": Bilingual(sv="tjänsten nås utan TLS", en="the vendor is reached without TLS"),
    "roster": Bilingual(
        sv="tjänstens fil nämner ingen sida som visar vilka den har (exchange.roster)",
        en="the vendor's file names no page that shows whom it holds (exchange.roster)",
    ),
}


def lacking(vendor: Vendor, world: ExchangeWorld, case: ExchangeCase) -> Bilingual | None:
    """Why the case means nothing for this vendor; None where it does."""
    unsupported = lacking_of_client(vendor, case)
    if unsupported is not None:
        return unsupported
    if case.exhausts and not world.may_exhaust:
        return NO_EXHAUSTION
    if not world.listener_is_near and "{listener}" in case.model_dump_json():
        return NO_LISTENER
    for need in case.needs:
        if not (world.has_tls if need == "tls" else world.roster):
            return REASONS[need]
    return None


def lacking_of_client(vendor: Vendor, case: ExchangeCase) -> Bilingual | None:
    """The same where the vendor is the one that calls: what its own file says that it does not have."""
    for feature, reason in vendor.unsupported.items():
        subject = f"{case.protocol}-{feature}"
        if case.id == subject or case.id.startswith(f"{subject}-") or feature in case.needs:
            return Bilingual(sv=f"tjänstens fil: {reason}", en=f"the vendor's file: {reason}")
    return None
