"""Flows by name: generators that yield steps and are sent pages, and never send anything themselves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.flows import changes, elsewhere, logout, roster, saml
from testbed.model.pages import Cast, Flow

FLOWS: Mapping[str, Callable[[Cast], Flow]] = MappingProxyType(
    {
        "login": saml.login,
        "unsolicited": saml.unsolicited,
        "logout-from-vendor": logout.from_vendor,
        "logout-from-school": logout.from_school,
        "key-rollover": changes.key_rollover,
        "change-school": changes.change_school,
        "answer-elsewhere": elsewhere.answer_elsewhere,
        "roster": roster.fetch,
        "roster-change": roster.change,
        "roster-protect": roster.protect,
    }
)
"""The flow that a scenario names in its field ``flow``."""
