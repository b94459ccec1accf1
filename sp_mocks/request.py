"""The request for a login, by HTTP-Redirect (SAML Core 3.4.1, SAML Bindings 3.4.4)."""

import base64
import zlib
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from saml2 import saml, samlp

from sp_mocks.consume import ServiceProvider
from sp_mocks.keys import VendorKeys
from sp_mocks.schools import School
from sp_mocks.xmlnames import BINDING_POST, RSA_SHA256
from testbed.model.messages import NAMEID_TRANSIENT

RAW_DEFLATE = -zlib.MAX_WBITS


def authn_request(me: ServiceProvider, identifier: str, school: School, now: datetime, *, force: bool) -> bytes:
    """The AuthnRequest, as UTF-8 XML.

    Args:
        me: who asks, and where the answer is to go.
        identifier: an ID that was never used before.
        school: who is asked.
        now: the time to stamp it with.
        force: ask for a fresh login even of someone who is logged in to the school.
    """
    request = samlp.AuthnRequest(
        id=identifier,
        version="2.0",
        issue_instant=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        destination=school.sign_on,
        assertion_consumer_service_url=me.acs_url,
        protocol_binding=BINDING_POST,
        force_authn="true" if force else None,
        issuer=saml.Issuer(text=me.entity_id),
        name_id_policy=samlp.NameIDPolicy(format=NAMEID_TRANSIENT, allow_create="true"),
    )
    document: bytes = request.to_string(nspair={"samlp": samlp.NAMESPACE, "saml": saml.NAMESPACE})
    return document


def redirect_to(school: School, message: bytes, relay_state: str, signer: VendorKeys | None) -> str:
    """The URL that carries a request to the school, signed with RSA-SHA256 where a signer is given."""
    deflater = zlib.compressobj(wbits=RAW_DEFLATE)
    packed = base64.b64encode(deflater.compress(message) + deflater.flush()).decode("ascii")
    fields = [("SAMLRequest", packed), ("RelayState", relay_state)]
    if signer is not None:
        fields.append(("SigAlg", RSA_SHA256))
        # NOTE: the signature covers these very octets, in this order (SAML Bindings 3.4.4.1).
        octets = urlencode(fields, quote_via=quote).encode("ascii")
        signature = signer.private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        fields.append(("Signature", base64.b64encode(signature).decode("ascii")))
    joint = "&" if "?" in school.sign_on else "?"
    return f"{school.sign_on}{joint}{urlencode(fields, quote_via=quote)}"
