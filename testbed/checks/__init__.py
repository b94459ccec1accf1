"""The rules, a small function each. Importing this package registers every family."""

from testbed.checks import (
    data,
    metadata,
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
    "metadata",
    "saml",
    "saml_context",
    "saml_logout",
    "session",
    "session_elsewhere",
    "session_logout",
    "session_refused",
]
