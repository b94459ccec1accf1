"""Keys that vendors publish: hostile until they are read, and used only when they are strong enough."""

import base64
import binascii
import logging
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

type PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

MAX_CERTIFICATES = 10
"""Of one vendor; whoever needs more is not served better by trying them all."""
MAX_CHARACTERS = 64 * 1024
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
MAX_EXPONENT_BITS = 64
"""A longer exponent is allowed by the format and makes every use slow."""
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

log = logging.getLogger("idp")


def public_keys(certificates: Iterable[str]) -> tuple[PublicKey, ...]:
    """The usable keys, in order: a certificate is a container for a key, so its dates and its issuer say nothing.

    One bad certificate must not make a vendor's good one useless, so what cannot be used is left out and logged.

    Args:
        certificates: each as base64 of DER, as metadata holds it.
    """
    found = (public_key(certificate) for certificate in islice(certificates, MAX_CERTIFICATES))
    return tuple(key for key in found if key is not None)


@lru_cache(maxsize=256)
def public_key(certificate: str) -> PublicKey | None:
    """The key of one certificate; None when it cannot be read or is too weak (Sweden Connect's deployment profile:
    RSA with 2048 bits and more, the curves P-256, P-384 and P-521)."""
    try:
        key = _read(certificate)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        # NOTE: the key in a certificate that is well-formed may still be of a kind or a shape that OpenSSL refuses.
        log.warning("a certificate in a vendor's metadata cannot be used: %s", type(error).__name__)
        return None
    if key is None:
        log.warning("a certificate in a vendor's metadata cannot be used: its key is weak, huge or of another kind")
    return key


def _read(certificate: str) -> PublicKey | None:
    if len(certificate) > MAX_CHARACTERS:
        raise ValueError("is too large")
    try:
        der = base64.b64decode("".join(certificate.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    key = x509.load_der_x509_certificate(der).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        sound = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
        return key if sound and key.public_numbers().e.bit_length() <= MAX_EXPONENT_BITS else None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES):
        return key
    return None
