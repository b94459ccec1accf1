"""The form that a school's page posts to a vendor (SAML Bindings 3.5.4), read within limits."""

from urllib.parse import parse_qs

from starlette.requests import Request

from sp_mocks.consume import MAX_ENCODED
from sp_mocks.refusal import Refused

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 10
MAX_BODY = 3 * MAX_ENCODED + 1024
"""Octets: every character of the largest message escaped, and a relay state."""


async def saml_response(request: Request) -> str:
    """The field SAMLResponse.

    Raises:
        Refused: it is not there or twice, or what was posted is no form or too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise Refused("not-a-form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused("message-too-large")
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused("not-a-form") from error
    values = fields.get("SAMLResponse", [])
    if len(values) != 1:
        raise Refused("no-message")
    return values[0]
