"""Flows by name: generators that yield steps and are sent pages, and never send anything themselves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.flows import changes, disturbed, elsewhere, logout, pushed, roster, roster_terms, saml
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
        "login-disturbed": disturbed.login,
        "roster": roster.fetch,
        "roster-change": roster.change,
        "roster-protect": roster.protect,
        "roster-class": roster.re_form_class,
        "roster-leaver": roster.leave,
        "roster-agreement-ends": roster_terms.end_agreement,
        "roster-told": roster_terms.told,
        "roster-storm": roster_terms.storm,
        "roster-forged-notice": roster_terms.forged_notice,
        "roster-replayed-token": roster_terms.replayed_token,
        "roster-key": roster_terms.change_key,
        "roster-revoked": roster_terms.revoke,
        "roster-limited": roster_terms.limit,
        "roster-odd-pages": roster_terms.odd_pages,
        "roster-schools": roster_terms.schools,
        "push": pushed.push,
        "push-change": pushed.change,
        "push-reform": pushed.reform,
        "push-protect": pushed.protect,
        "push-leave": pushed.leave,
        "push-agreement-ends": pushed.end_agreement,
        "push-strangers": pushed.strangers,
        "push-addresses": pushed.addresses,
        "push-incomplete": pushed.incomplete,
        "push-named-account": pushed.named_account,
        "push-revoked": pushed.revoked,
        "push-two-schools": pushed.two_schools,
    }
)
"""The flow that a scenario names in its field ``flow``."""
