"""Flows by name: generators that yield steps and are sent pages, and never send anything themselves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.flows import changes, logout, saml
from testbed.model.pages import Cast, Flow

FLOWS: Mapping[str, Callable[[Cast], Flow]] = MappingProxyType(
    {
        "saml-login": saml.login,
        "saml-unsolicited": saml.unsolicited,
        "saml-logout-from-vendor": logout.from_vendor,
        "saml-logout-from-school": logout.from_school,
        "saml-key-rollover": changes.key_rollover,
        "saml-change-school": changes.change_school,
    }
)
"""The flow that a scenario names in its field ``flow``."""
