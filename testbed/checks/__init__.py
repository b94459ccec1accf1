"""The rules, a small function each. Importing this package registers every family."""

from testbed.checks import (
    data,
    data_account,
    data_identifiers,
    metadata,
    oidc,
    oidc_answer,
    oidc_logout,
    oidc_request,
    saml,
    saml_context,
    saml_logout,
    session,
    session_elsewhere,
    session_logout,
    session_refused,
)

__all__ = [
    "data",
    "data_account",
    "data_identifiers",
    "metadata",
    "oidc",
    "oidc_answer",
    "oidc_logout",
    "oidc_request",
    "saml",
    "saml_context",
    "saml_logout",
    "session",
    "session_elsewhere",
    "session_logout",
    "session_refused",
]
