"""Who is to blame for a login that did not come about."""

import pytest
from saml2 import samlp

from idp.saml import names, statuses
from idp.saml.statuses import RESPONDER, STATUS, SUCCESS, TOP_LEVEL, VERSION_MISMATCH, top_level


def test_every_second_level_code_that_saml_has_stands_in_the_table() -> None:
    codes = {value for name, value in vars(samlp).items() if name.startswith("STATUS_") and isinstance(value, str)}
    assert {code for code in codes if code.startswith(STATUS)} == {
        *TOP_LEVEL,
        SUCCESS,
        statuses.REQUESTER,
        RESPONDER,
        VERSION_MISMATCH,
    }


@pytest.mark.parametrize(
    ("code", "top"),
    [
        (names.STATUS_INVALID_NAMEID_POLICY, statuses.REQUESTER),
        (f"{STATUS}:RequestUnsupported", statuses.REQUESTER),
        (f"{STATUS}:UnsupportedBinding", statuses.REQUESTER),
        (names.STATUS_NO_PASSIVE, RESPONDER),
        (names.STATUS_NO_AUTHN_CONTEXT, RESPONDER),
        (names.STATUS_REQUEST_DENIED, RESPONDER),
        (f"{STATUS}:AuthnFailed", RESPONDER),
        (f"{STATUS}:UnknownPrincipal", RESPONDER),
        (f"{STATUS}:RequestVersionTooHigh", VERSION_MISMATCH),
        (f"{STATUS}:PartialLogout", SUCCESS),
    ],
)
def test_who_is_to_blame(code: str, top: str) -> None:
    assert top_level(code) == top


@pytest.mark.parametrize("code", ["", SUCCESS, f"{STATUS}:NoSuchThing"])
def test_what_is_no_second_level_code_is_an_error(code: str) -> None:
    with pytest.raises(ValueError, match="no second-level status code"):
        top_level(code)
