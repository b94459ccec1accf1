"""The names are those of the specifications, as pysaml2 has them."""

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, samlp

from idp.saml import names


def test_names_are_those_of_pysaml2() -> None:
    assert names.BINDING_REDIRECT == BINDING_HTTP_REDIRECT
    assert names.BINDING_POST == BINDING_HTTP_POST
    assert names.NAMEID_UNSPECIFIED == saml.NAMEID_FORMAT_UNSPECIFIED
    assert names.NAMEFORMAT_URI == saml.NAME_FORMAT_URI
    assert names.STATUS_NO_PASSIVE == samlp.STATUS_NO_PASSIVE
    assert names.STATUS_NO_AUTHN_CONTEXT == samlp.STATUS_NO_AUTHN_CONTEXT
    assert names.STATUS_INVALID_NAMEID_POLICY == samlp.STATUS_INVALID_NAMEID_POLICY
    assert names.STATUS_REQUEST_DENIED == samlp.STATUS_REQUEST_DENIED
