"""What a vendor's own request and metadata tell of it: which cases mean something for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from testbed.model.messages import AuthnRequest
from testbed.model.pages import Form, Page
from testbed.model.wire import Exchange, Request, host_of
from testbed.model.written import Vendor
from testbed.wire.bodies import form_fields
from testbed.wire.saml import messages
from testbed.wire.xml import MD, Unreadable, parse

FORM_TYPE = (("content-type", "application/x-www-form-urlencoded"),)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of one vendor by what it says itself."""

    context: bool = False
    """It requests a level of assurance."""
    fresh: bool = False
    """It asks for a fresh login."""
    refresh: bool = False
    """It asks for refresh tokens."""
    nonce: bool = False
    state: bool = False
    encryption_key: bool = False
    """Its metadata has a key to encrypt to."""
    single_logout: bool = False
    """Its metadata has a SingleLogoutService."""
    fetches_metadata: bool = False
    """Its server has fetched the school's metadata, or its keys, by itself."""


def asked_of(vendor: Vendor, request: Page, metadata: bytes, *, fetches: bool) -> Asked:
    """Read the vendor's login request, as the browser held it before the school, and its metadata.

    Args:
        vendor: whose.
        request: the address of the redirect, or the page with the form that sends itself.
        metadata: of a SAML vendor; b"" where it could not be had.
        fetches: whether its server fetched the school's metadata or keys.
    """
    form = next((one for one in request.forms if one.auto_submit), None)
    if vendor.protocol == "saml":
        return _of_saml(_sent(request.url, form), metadata, fetches=fetches)
    fields = dict(form.fields) if form else dict(form_fields(request.url.partition("?")[2]))
    return Asked(
        context="acr_values" in fields or '"acr"' in fields.get("claims", ""),
        fresh="max_age" in fields or "login" in fields.get("prompt", "").split(),
        refresh="offline_access" in fields.get("scope", "").split(),
        nonce=bool(fields.get("nonce")),
        state=bool(fields.get("state")),
        fetches_metadata=fetches,
    )


def _of_saml(sent: Request, metadata: bytes, *, fetches: bool) -> Asked:
    exchange = Exchange(0, "", "", host_of(sent.url), sent, None, datetime.now(UTC), 0.0)
    request = next((one for one in messages(exchange) if isinstance(one, AuthnRequest)), None)
    key, logout = _published(metadata)
    return Asked(
        context=bool(request and request.contexts),
        fresh=bool(request and request.force_authn),
        encryption_key=key,
        single_logout=logout,
        fetches_metadata=fetches,
    )


def _published(metadata: bytes) -> tuple[bool, bool]:
    """Whether there is a key to encrypt to, and a place for logout messages."""
    try:
        root = parse(metadata)
    except Unreadable:
        return False, False
    uses = [key.get("use") for key in root.iter(f"{{{MD}}}KeyDescriptor")]
    logout = next(root.iter(f"{{{MD}}}SingleLogoutService"), None) is not None
    return any(use in (None, "encryption") for use in uses), logout


def _sent(url: str, form: Form | None) -> Request:
    if form is None:
        return Request("GET", url)
    return Request(form.method, form.action, FORM_TYPE, urlencode(form.fields).encode())
