"""XML signatures by the xmlsec library in this process, and signatures over octets for the Redirect binding."""

import copy
from collections.abc import Sequence

import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from idp.keys import KeySlot, KeyStage, SchoolKeys, SigningKey, signer
from idp.saml.certificates import MAX_CERTIFICATES, PublicKey
from idp.saml.names import DS, SAML

SIGNING_TRANSFORMS = {
    "rsa": xmlsec.constants.TransformRsaSha256,
    "ec": xmlsec.constants.TransformEcdsaSha256,
}
"""Of the kinds of key that a school has."""
ALGORITHMS = (
    xmlsec.constants.TransformRsaSha256,
    xmlsec.constants.TransformRsaSha384,
    xmlsec.constants.TransformRsaSha512,
    xmlsec.constants.TransformEcdsaSha256,
    xmlsec.constants.TransformEcdsaSha384,
    xmlsec.constants.TransformEcdsaSha512,
)
"""That a vendor may sign with."""
REFERENCE_TRANSFORMS = (
    xmlsec.constants.TransformEnveloped,
    xmlsec.constants.TransformExclC14N,
    xmlsec.constants.TransformExclC14NWithComments,
    xmlsec.constants.TransformSha256,
    xmlsec.constants.TransformSha384,
    xmlsec.constants.TransformSha512,
)
SIGNED_INFO_TRANSFORMS = (xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformExclC14NWithComments)


class Signer:
    """Signs with one key: RSA-SHA256 or ECDSA-SHA256, as the key is."""

    algorithm: str
    """The URI of the signature algorithm."""

    def __init__(self, key: SigningKey) -> None:
        self.algorithm = SIGNING_TRANSFORMS[key.kind].href
        self._private_key = key.private_key
        self._key = xmlsec.Key.from_memory(key.pem, xmlsec.constants.KeyDataFormatPem)
        self._template = template(self.algorithm, key.certificate_base64)

    def sign(self, element: etree._Element) -> None:
        """Put an enveloped signature into an assertion, a protocol message or an element of metadata.

        It covers the element whole, by exclusive C14N (SAML Core 5.4).

        Raises:
            ValueError: see :func:`place`.
        """
        signature = place(element, copy.deepcopy(self._template))
        context = xmlsec.SignatureContext()
        context.key = self._key
        try:
            context.register_id(element, "ID")
            context.sign(signature)
        except xmlsec.Error as error:
            raise ValueError("the message cannot be signed") from error

    def sign_octets(self, octets: bytes) -> bytes:
        """A signature over octets as they are sent (SAML Bindings 3.4.4.1); of ECDSA r and s one after the other, as
        XML signature writes them (RFC 9231, 2.3.6)."""
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        half = (self._private_key.key_size + 7) // 8
        parts = decode_dss_signature(self._private_key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return b"".join(part.to_bytes(half) for part in parts)


class Signers:
    """One signer for each key of a school, each made when it is first needed."""

    def __init__(self, keys: SchoolKeys) -> None:
        self._keys = keys
        self._made: dict[KeySlot, Signer] = {}

    def at(self, stage: KeyStage) -> Signer:
        """The one that signs at this stage of a rollover."""
        slot = signer(stage)
        made = self._made.get(slot)
        if made is None:
            made = self._made[slot] = Signer(self._keys.key(slot))
        return made


def template(algorithm: str, certificate: str) -> etree._Element:
    """A signature without digest and value, by exclusive C14N and SHA-256.

    Args:
        algorithm: the URI of the signature algorithm.
        certificate: of the key, in base64, for its KeyInfo.
    """
    first = SIGNING_TRANSFORMS["rsa"]
    made = xmlsec.template.create(etree.Element("parent"), xmlsec.constants.TransformExclC14N, first, ns="ds")
    made.find(f".//{{{DS}}}SignatureMethod").set("Algorithm", algorithm)
    reference = xmlsec.template.add_reference(made, xmlsec.constants.TransformSha256)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    data = etree.SubElement(etree.SubElement(made, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = certificate
    # NOTE: the layout that xmlsec puts in is text that would be signed and sent with every message.
    for element in made.iter():
        element.tail = None
        if len(element):
            element.text = None
    # NOTE: lxml finds names by where they are stored, and xmlsec stores them elsewhere than a parser does.
    return etree.fromstring(etree.tostring(made))


def place(element: etree._Element, signature: etree._Element) -> etree._Element:
    """Put a signature where the schemas want it: right after the Issuer (SAML Core 2.3.3, 3.2.1), or first where there
    is none (SAML Metadata 2.3); and let it refer to the element.

    Raises:
        ValueError: the element has no ID that a signature could point at, or is signed already.
    """
    identifier = element.get("ID")
    if not identifier:
        raise ValueError("what has no ID cannot be signed")
    if element.find(f"{{{DS}}}Signature") is not None:
        raise ValueError("what is signed already cannot be signed again")
    signature.find(f".//{{{DS}}}Reference").set("URI", f"#{identifier}")
    issuer = element.find(f"{{{SAML}}}Issuer")
    if issuer is None:
        element.insert(0, signature)
    else:
        issuer.addnext(signature)
    return signature


def is_signed_by(element: etree._Element, keys: Sequence[PublicKey]) -> bool:
    """Whether the message's own signature is good under one of the keys.

    The signature must be a child of the message, cover exactly the message and use no algorithm weaker than SHA-256
    (SAML Core 5.4.2), so that what was verified is what is read. The message may stand inside another document, as in
    a SOAP envelope.
    """
    signatures = element.findall(f"{{{DS}}}Signature")
    identifier = element.get("ID")
    if len(signatures) != 1 or not identifier:
        return False
    signature = signatures[0]
    references = signature.findall(f".//{{{DS}}}Reference")
    if len(references) != 1 or references[0].get("URI") != f"#{identifier}":
        return False
    if len(element.xpath("//@ID[. = $id]", id=identifier)) != 1 or signature.find(f"{{{DS}}}Object") is not None:
        return False
    return any(_verifies(element, signature, key) for key in keys[:MAX_CERTIFICATES])


def _verifies(element: etree._Element, signature: etree._Element, key: PublicKey) -> bool:
    context = xmlsec.SignatureContext()
    for transform in (*ALGORITHMS, *SIGNED_INFO_TRANSFORMS):
        context.enable_signature_transform(transform)
    for transform in REFERENCE_TRANSFORMS:
        context.enable_reference_transform(transform)
    # NOTE: the key goes in without the certificate that it came in, which nobody but OpenSSL's parser has vetted.
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        context.register_id(element, "ID")
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True
