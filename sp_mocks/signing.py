"""Sign a message inside its XML (SAML Core 5.4), by xmlsec."""

import base64

import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree

from sp_mocks.keys import VendorKeys
from sp_mocks.xmlnames import DS, ENVELOPED, EXC_C14N, NAMESPACES, RSA_SHA256, XENC

_TEMPLATE = (
    f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXC_C14N}"/>'
    f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/><ds:Reference><ds:Transforms>'
    f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXC_C14N}"/></ds:Transforms>'
    f'<ds:DigestMethod Algorithm="{XENC}sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>'
    "<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>"
)


def signed(message: bytes, keys: VendorKeys) -> etree._Element:
    """The message with a signature after its Issuer; it must have an ID and an Issuer."""
    root = etree.fromstring(message)
    signature = etree.fromstring(_TEMPLATE)
    signature.find("ds:SignedInfo/ds:Reference", NAMESPACES).set("URI", f"#{root.get('ID')}")
    certificate = signature.find("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMESPACES)
    certificate.text = base64.b64encode(keys.certificate_der).decode("ascii")
    root.find("saml:Issuer", NAMESPACES).addnext(signature)
    pem = keys.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.register_id(root, "ID")
    context.sign(signature)
    return root
