"""Messages that the school sends by the HTTP-Redirect binding (SAML Bindings 3.4)."""

import base64
import zlib
from typing import Literal
from urllib.parse import quote, urlsplit

from idp.saml.signing import Signer

type MessageField = Literal["SAMLRequest", "SAMLResponse"]
RAW_DEFLATE = -15


def redirect_url(location: str, field: MessageField, xml: bytes, relay_state: str, signer: Signer) -> str:
    """The address that a browser is sent to, with the message in its query, compressed and signed.

    The signature covers the octets of the query as they stand here, in the order that the binding names (3.4.4.1).

    Args:
        location: the receiver's endpoint; a query that it has already stays in front.
        field: what the message is.
        xml: the message, without a signature inside.
        relay_state: "" leaves the field out.
        signer: the school's, at the stage that it is in.
    """
    compressor = zlib.compressobj(wbits=RAW_DEFLATE)
    deflated = compressor.compress(xml) + compressor.flush()
    fields: list[tuple[str, str]] = [(field, base64.b64encode(deflated).decode("ascii"))]
    if relay_state:
        fields.append(("RelayState", relay_state))
    fields.append(("SigAlg", signer.algorithm))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields)
    signature = base64.b64encode(signer.sign_octets(query.encode("ascii"))).decode("ascii")
    joint = "&" if urlsplit(location).query else "?"
    return f"{location}{joint}{query}&Signature={quote(signature, safe='')}"
