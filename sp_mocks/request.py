"""The request for a login, by HTTP-Redirect (SAML Core 3.4.1, SAML Bindings 3.4.4)."""

import base64
import zlib
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from saml2 import saml, samlp

from sp_mocks.behaviour import Behaviour
from sp_mocks.keys import VendorKeys
from sp_mocks.trust import School
from sp_mocks.xmlnames import BINDING_POST, NAMEID_TRANSIENT, RSA_SHA256


def authn_request(entity_id: str, acs: str, identifier: str, school: School, now: datetime, *, force: bool) -> bytes:
    """The AuthnRequest, built by pysaml2."""
    request = samlp.AuthnRequest(
        id=identifier,
        version="2.0",
        issue_instant=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        destination=school.sign_on,
        assertion_consumer_service_url=acs,
        protocol_binding=BINDING_POST,
        force_authn="true" if force else None,
        issuer=saml.Issuer(text=entity_id),
        name_id_policy=samlp.NameIDPolicy(format=NAMEID_TRANSIENT, allow_create="true"),
    )
    return str(request).encode("utf-8")


def redirect_to(school: School, message: bytes, relay_state: str, behaviour: Behaviour, keys: VendorKeys) -> str:
    """The URL that carries a request to the school, signed where the vendor signs."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = base64.b64encode(deflater.compress(message) + deflater.flush()).decode("ascii")
    fields = [("SAMLRequest", packed), ("RelayState", relay_state)]
    if behaviour.signs_requests:
        fields.append(("SigAlg", RSA_SHA256))
        # NOTE: the signature covers these very octets, in this order (SAML Bindings 3.4.4.1).
        signed = urlencode(fields, quote_via=quote)
        signature = keys.private_key.sign(signed.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
        fields.append(("Signature", base64.b64encode(signature).decode("ascii")))
    joint = "&" if "?" in school.sign_on else "?"
    return f"{school.sign_on}{joint}{urlencode(fields, quote_via=quote)}"
