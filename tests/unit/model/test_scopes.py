"""The table of scopes."""

from testbed.model.attributes import by_name
from testbed.model.scopes import SCOPES, asked_by


def test_every_attribute_of_a_scope_has_a_claim() -> None:
    named = {name for names in SCOPES.values() for name in names}
    assert all(by_name()[name].oidc for name in named)


def test_no_attribute_is_asked_for_by_two_scopes() -> None:
    named = [name for names in SCOPES.values() for name in names]
    assert len(named) == len(set(named))


def test_what_scopes_ask_for() -> None:
    assert asked_by(["openid", "email", "guardian"]) == {"mail", "sisLegalGuardianFor"}
    assert asked_by(["openid", "unheard-of"]) == frozenset()
