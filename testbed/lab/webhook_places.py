"""Where vendors that fetch rosters are told of changes."""

from pydantic import JsonValue

from idp.token_service.asking import CLIENT_TYPE
from testbed.model.wire import host_of
from testbed.model.written import Vendor


def webhooks_below(vendor: Vendor) -> str:
    """The address below which the vendor's webhooks are, without a slash at its end: tokens for them name it."""
    return f"https://{host_of(vendor.login)}/webhook"


def opens_anothers() -> list[JsonValue]:
    """What a token opens by which a school tells a vendor that nobody here is (``requested_access``)."""
    return [{"type": CLIENT_TYPE, "locations": ["https://annantjanst.test/webhook"]}]
