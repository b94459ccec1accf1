"""The school's SAML 2.0 side, on pysaml2 for messages and metadata and on xmlsec for signatures."""

import warnings

from cryptography.utils import CryptographyDeprecationWarning

# NOTE: pysaml2 7.5.5 names a cipher by its old place when it is imported; the school never uses that cipher.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    import saml2.cryptography.symmetric  # noqa: F401
