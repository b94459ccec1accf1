"""Messages that the school sends by the HTTP-Redirect binding (SAML Bindings 3.4)."""

import base64
import zlib
from typing import Literal, Protocol
from urllib.parse import quote, urlsplit

type MessageField = Literal["SAMLRequest", "SAMLResponse"]
RAW_DEFLATE = -15


class OctetSigner(Protocol):
    """Signs octets by one algorithm."""

    @property
    def algorithm(self) -> str:
        """Its URI."""

    def sign_octets(self, octets: bytes) -> bytes:
        """A signature."""


def redirect_url(
    location: str,
    field: MessageField,
    xml: bytes,
    relay_state: str,
    signer: OctetSigner | None,
    signed: bytes | None = None,
) -> str:
    """The address that a browser is sent to, with the message in its query, compressed and signed.

    The signature covers the octets of the query as they stand here, in the order that the binding names (3.4.4.1).

    Args:
        location: the receiver's endpoint; a query that it has already stays in front.
        field: what the message is.
        xml: the message, without a signature inside.
        relay_state: "" leaves the field out.
        signer: the school's, at the stage that it is in; None leaves the message unsigned.
        signed: the message that the signature is of, where that is another one.
    """
    joint = "&" if urlsplit(location).query else "?"
    query = _query(field, xml, relay_state, signer)
    if signer is None:
        return f"{location}{joint}{query}"
    octets = (query if signed is None else _query(field, signed, relay_state, signer)).encode("ascii")
    signature = base64.b64encode(signer.sign_octets(octets)).decode("ascii")
    return f"{location}{joint}{query}&Signature={quote(signature, safe='')}"


def _query(field: MessageField, xml: bytes, relay_state: str, signer: OctetSigner | None) -> str:
    compressor = zlib.compressobj(wbits=RAW_DEFLATE)
    deflated = compressor.compress(xml) + compressor.flush()
    fields: list[tuple[str, str]] = [(field, base64.b64encode(deflated).decode("ascii"))]
    if relay_state:
        fields.append(("RelayState", relay_state))
    if signer is not None:
        fields.append(("SigAlg", signer.algorithm))
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields)
