"""Simulated vendors: SAML relying parties that are compliant but for at most one decision."""

import warnings

from cryptography.utils import CryptographyDeprecationWarning

# NOTE: pysaml2 7.5.5 names a cipher by its old place when it is imported; nothing here uses that cipher.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    import saml2.cryptography.symmetric  # noqa: F401
