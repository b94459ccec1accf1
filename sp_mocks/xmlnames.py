"""Names of SAML 2.0 and XML signature, as the specifications write them."""

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
SHIBMD = "urn:mace:shibboleth:metadata:1.0"
DS = "http://www.w3.org/2000/09/xmldsig#"
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
NAMESPACES = {"saml": SAML, "samlp": SAMLP, "md": MD, "shibmd": SHIBMD, "ds": DS, "ec": EC}

BINDING_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
NAMEFORMAT_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

BINDING_SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
IDPDISC = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
XENC_ELEMENT = f"{XENC}Element"
AES_128_GCM, AES_256_GCM = f"{XENC11}aes128-gcm", f"{XENC11}aes256-gcm"
RSA_OAEP_MGF1P, RSA_OAEP = f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"
NAMESPACES |= {"xenc": XENC, "xenc11": XENC11, "soap": SOAP}
