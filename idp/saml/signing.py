"""XML signatures by the xmlsec library in this process; the only module that imports it."""

import copy

import xmlsec
from lxml import etree

from idp.keys import SchoolKeys
from idp.saml.names import DS, SAML

MAX_CERTIFICATES = 10
ALGORITHMS = (
    xmlsec.constants.TransformRsaSha256,
    xmlsec.constants.TransformRsaSha384,
    xmlsec.constants.TransformRsaSha512,
    xmlsec.constants.TransformEcdsaSha256,
    xmlsec.constants.TransformEcdsaSha384,
    xmlsec.constants.TransformEcdsaSha512,
)
REFERENCE_TRANSFORMS = (
    xmlsec.constants.TransformEnveloped,
    xmlsec.constants.TransformExclC14N,
    xmlsec.constants.TransformExclC14NWithComments,
    xmlsec.constants.TransformSha256,
    xmlsec.constants.TransformSha384,
    xmlsec.constants.TransformSha512,
)
SIGNED_INFO_TRANSFORMS = (xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformExclC14NWithComments)


class AssertionSigner:
    """Signs assertions: enveloped, exclusive C14N, RSA-SHA256 (SAML Core 5.4)."""

    def __init__(self, keys: SchoolKeys) -> None:
        self._key = xmlsec.Key.from_memory(keys.current.pem, xmlsec.constants.KeyDataFormatPem)
        self._template = _template(keys.current.certificate_base64)

    def sign(self, assertion: etree._Element) -> None:
        """Put a signature into the assertion, right after its Issuer (SAML Core 2.3.3).

        Raises:
            ValueError: it has no ID that a signature could point at, or no Issuer.
        """
        identifier = assertion.get("ID")
        issuer = assertion.find(f"{{{SAML}}}Issuer")
        if not identifier or issuer is None:
            raise ValueError("an assertion without ID or Issuer cannot be signed")
        signature = copy.deepcopy(self._template)
        signature.find(f".//{{{DS}}}Reference").set("URI", f"#{identifier}")
        issuer.addnext(signature)
        context = xmlsec.SignatureContext()
        context.key = self._key
        context.register_id(assertion, "ID")
        try:
            context.sign(signature)
        except xmlsec.Error as error:
            raise ValueError("the message cannot be signed") from error


def _template(certificate: str) -> etree._Element:
    template = xmlsec.template.create(
        etree.Element("parent"), xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    data = etree.SubElement(etree.SubElement(template, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = certificate
    # NOTE: the layout that xmlsec puts in is text that would be signed and sent with every message.
    for element in template.iter():
        element.tail = None
        if len(element):
            element.text = None
    return template


def is_signed_by(root: etree._Element, certificates_pem: tuple[bytes, ...]) -> bool:
    """Whether the message's own signature is good under one of the certificates.

    The signature must be a child of the root, cover exactly the root and use no algorithm weaker than SHA-256
    (SAML Core 5.4.2), so that what was verified is what is read.
    """
    signatures = root.findall(f"{{{DS}}}Signature")
    if len(signatures) != 1 or not root.get("ID"):
        return False
    signature = signatures[0]
    references = signature.findall(f".//{{{DS}}}Reference")
    if len(references) != 1 or references[0].get("URI") != f"#{root.get('ID')}":
        return False
    if len(root.xpath("//@ID[. = $id]", id=root.get("ID"))) != 1 or signature.find(f"{{{DS}}}Object") is not None:
        return False
    return any(_verifies(root, signature, pem) for pem in certificates_pem[:MAX_CERTIFICATES])


def _verifies(root: etree._Element, signature: etree._Element, certificate_pem: bytes) -> bool:
    context = xmlsec.SignatureContext()
    for transform in (*ALGORITHMS, *SIGNED_INFO_TRANSFORMS):
        context.enable_signature_transform(transform)
    for transform in REFERENCE_TRANSFORMS:
        context.enable_reference_transform(transform)
    try:
        context.register_id(root, "ID")
        context.key = xmlsec.Key.from_memory(certificate_pem, xmlsec.constants.KeyDataFormatCertPem)
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True
