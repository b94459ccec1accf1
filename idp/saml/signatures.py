"""Whether a message was signed by the vendor; any signature that is there must be good, needed or not."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from idp.fields import Fields
from idp.refused import Refused, malformed
from idp.saml.certificates import PublicKey, public_keys
from idp.saml.envelope import Binding
from idp.saml.names import DS
from idp.saml.redirect import MessageField
from idp.saml.relying_parties import ServiceProvider
from idp.saml.signing import is_signed_by
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
MAX_SIGNATURE = 4096


def check_signature(
    fields: Fields,
    root: etree._Element,
    provider: ServiceProvider,
    binding: Binding,
    *,
    required: bool,
    field: MessageField,
) -> None:
    """Check the signature of a message that a browser brought, as its binding has it.

    Args:
        fields: the query or the form.
        root: the message in it.
        provider: whose keys count.
        binding: how it came.
        required: whether the message must be signed.
        field: where the message was read from; what else stands beside it, signed or not, counts for nothing.

    Raises:
        Refused: it is missing where it is required, or it is not good.
    """
    if binding == "post":
        check_post(root, provider, required=required)
        return
    check_redirect(fields, root, provider, required=required, field=field)


def is_signed(fields: Fields, root: etree._Element, binding: Binding) -> bool:
    """Whether a message that a browser brought carries a signature, good or not."""
    return (
        fields.octets("Signature") is not None if binding == "redirect" else root.find(f"{{{DS}}}Signature") is not None
    )


def check_redirect(
    fields: Fields,
    root: etree._Element,
    provider: ServiceProvider,
    *,
    required: bool,
    field: MessageField = "SAMLRequest",
) -> None:
    """Check the signature of a message that came by the Redirect binding, over the octets as they were sent
    (SAML Bindings 3.4.4.1).

    Args:
        fields: the query.
        root: the message in it.
        provider: whose keys count.
        required: whether the message must be signed.
        field: the name that the message has in the query.

    Raises:
        Refused: it is missing where it is required, or it is not good.
    """
    if root.find(f".//{{{DS}}}Signature") is not None:
        raise malformed("came by the Redirect binding and has a signature inside")
    if fields.octets("Signature") is None:
        if required:
            raise _not_signed()
        return
    octets = [(name, fields.octets(name)) for name in (field, "RelayState", "SigAlg")]
    signed = b"&".join(name.encode("ascii") + b"=" + value for name, value in octets if value is not None)
    signature = _signature(fields.value("Signature"))
    algorithm = fields.value("SigAlg")
    if algorithm not in RSA_ALGORITHMS and algorithm not in ECDSA_ALGORITHMS:
        raise malformed("is signed with an algorithm that is not allowed")
    if not any(_verifies(key, algorithm, signature, signed) for key in public_keys(provider.certificates)):
        raise _not_good()


def check_post(message: etree._Element, provider: ServiceProvider, *, required: bool) -> None:
    """Check the signature inside a message that came by the POST binding (SAML Bindings 3.5.4) or by SOAP (3.2.2).

    Args:
        message: the protocol message; with SOAP, still in its envelope.
        provider: whose keys count.
        required: whether the message must be signed.

    Raises:
        Refused: it is missing where it is required, or it is not good.
    """
    if message.find(f".//{{{DS}}}Signature") is None:
        if required:
            raise _not_signed()
        return
    if not is_signed_by(message, public_keys(provider.certificates)):
        raise _not_good()


def _signature(encoded: str) -> bytes:
    if len(encoded) > MAX_SIGNATURE:
        raise malformed("has a signature that is too large")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise malformed("has a signature that is not base64") from error


def _verifies(key: PublicKey, algorithm: str, signature: bytes, signed: bytes) -> bool:
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
        "the message is not signed though it must be",
        Bilingual(
            sv="Tjänstens meddelande saknar den signatur som krävs eller som tjänstens metadata utlovar.",
            en="The service's message lacks the signature that is required or that the service's metadata promises.",
        ),
    )


def _not_good() -> Refused:
    return Refused(
        403,
        "the signature of the message is not good",
        Bilingual(
            sv="Signaturen på tjänstens meddelande stämmer inte med nycklarna i tjänstens metadata.",
            en="The signature of the service's message does not match the keys in the service's metadata.",
        ),
    )
