"""A vendor as SAML knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What the vendor is called in SAML, and where it takes messages."""

    entity_id: str
    acs_url: str
    slo_url: str = ""
    """Of single logout by the browser."""
    soap_url: str = ""
    """Of single logout from server to server."""
    login_url: str = ""
    """Where a discovery page sends people back to."""
