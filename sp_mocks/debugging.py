"""The error page of a vendor that left on what only its programmers should see."""

import base64
import binascii
import traceback
from html import escape

from starlette.responses import HTMLResponse, Response

from sp_mocks.refusal import Refused

SERVER_ERROR = 500


def debug_page(refused: Refused, encoded: str) -> Response:
    """A stack trace, and beside it the message as it came.

    Args:
        refused: why nobody was logged in.
        encoded: the field SAMLResponse.
    """
    try:
        message = base64.b64decode("".join(encoded.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        message = encoded
    trace = "".join(traceback.format_exception(refused))
    shown = (
        f"<h1>{escape(repr(refused))}</h1><pre>{escape(trace)}</pre><h2>saml_response</h2><pre>{escape(message)}</pre>"
    )
    return HTMLResponse(f'<!doctype html><html lang="en"><title>Error</title>{shown}', SERVER_ERROR)
