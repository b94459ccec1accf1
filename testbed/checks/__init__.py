"""The rules, a small function each. Importing this package registers every family."""

from testbed.checks import data, saml, session

__all__ = ["data", "saml", "session"]
