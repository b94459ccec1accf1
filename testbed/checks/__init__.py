"""The rules, a small function each. Importing this package registers every family."""

from testbed.checks import data, metadata, saml, session

__all__ = ["data", "metadata", "saml", "session"]
