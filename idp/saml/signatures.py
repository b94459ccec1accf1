"""Whether a login request was signed by the vendor; any signature that is there must be good."""

import base64
import binascii

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.refused import Refused, malformed
from idp.saml.names import DS
from idp.saml.relying_parties import ServiceProvider
from idp.saml.signing import is_signed_by
from idp.saml.unpacking import Fields
from testbed.model.written import Bilingual

RSA_ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
ECDSA_ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": hashes.SHA512(),
}
MAX_CERTIFICATES = 10
MAX_SIGNATURE = 4096


def check_redirect(fields: Fields, root: etree._Element, provider: ServiceProvider) -> None:
    """Check the signature of a request that came by the Redirect binding, over the octets as they were sent
    (SAML Bindings 3.4.4.1).

    Raises:
        Refused: it is missing where the vendor's metadata promises one, or it is not good.
    """
    if root.find(f".//{{{DS}}}Signature") is not None:
        raise malformed("came by the Redirect binding and has a signature inside")
    if fields.octets("Signature") is None:
        if provider.signs_requests:
            raise _not_signed()
        return
    octets = [(name, fields.octets(name)) for name in ("SAMLRequest", "RelayState", "SigAlg")]
    signed = b"&".join(name.encode("ascii") + b"=" + value for name, value in octets if value is not None)
    signature = _signature(fields.value("Signature"))
    algorithm = fields.value("SigAlg")
    if algorithm not in RSA_ALGORITHMS and algorithm not in ECDSA_ALGORITHMS:
        raise malformed("is signed with an algorithm that is not allowed")
    if not any(_verifies(key, algorithm, signature, signed) for key in _keys(provider)):
        raise _not_good()


def check_post(root: etree._Element, provider: ServiceProvider) -> None:
    """Check the signature inside a request that came by the POST binding (SAML Bindings 3.5.4).

    Raises:
        Refused: it is missing where the vendor's metadata promises one, or it is not good.
    """
    if root.find(f".//{{{DS}}}Signature") is None:
        if provider.signs_requests:
            raise _not_signed()
        return
    if not is_signed_by(root, tuple(c.public_bytes(Encoding.PEM) for c in _certificates(provider))):
        raise _not_good()


def _signature(encoded: str) -> bytes:
    if len(encoded) > MAX_SIGNATURE:
        raise malformed("has a signature that is too large")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise malformed("has a signature that is not base64") from error


def _certificates(provider: ServiceProvider) -> list[x509.Certificate]:
    try:
        return [
            x509.load_der_x509_certificate(base64.b64decode(certificate))
            for certificate in provider.certificates[:MAX_CERTIFICATES]
        ]
    except ValueError as error:
        raise _not_good() from error


def _keys(provider: ServiceProvider) -> list[rsa.RSAPublicKey | ec.EllipticCurvePublicKey]:
    keys = (certificate.public_key() for certificate in _certificates(provider))
    return [key for key in keys if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)]


def _verifies(
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, algorithm: str, signature: bytes, signed: bytes
) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm in RSA_ALGORITHMS:
            key.verify(signature, signed, padding.PKCS1v15(), RSA_ALGORITHMS[algorithm])
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in ECDSA_ALGORITHMS:
            # NOTE: XML signature writes r and s one after the other (RFC 4050), cryptography expects DER.
            half = (key.key_size + 7) // 8
            r, s = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(ECDSA_ALGORITHMS[algorithm]))
            return len(signature) == 2 * half
    except InvalidSignature:
        return False
    return False


def _not_signed() -> Refused:
    return Refused(
        403,
        "the request is not signed though the vendor's metadata says it would be",
        Bilingual(
            sv="Tjänstens inloggningsbegäran saknar den signatur som tjänstens metadata utlovar.",
            en="The service's login request lacks the signature that the service's metadata promises.",
        ),
    )


def _not_good() -> Refused:
    return Refused(
        403,
        "the signature of the request is not good",
        Bilingual(
            sv="Signaturen på tjänstens inloggningsbegäran stämmer inte med nycklarna i tjänstens metadata.",
            en="The signature of the service's login request does not match the keys in the service's metadata.",
        ),
    )
