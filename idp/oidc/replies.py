"""Answers that the browser carries back to a vendor.

OpenID Connect Core 3.1.2.5 and 3.1.2.6, OAuth 2.0 Form Post Response Mode, RFC 9207.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.oidc.clients import Client
from idp.oidc.forging import Forger
from idp.oidc.grants import Code
from idp.oidc.names import ResponseMode
from idp.pages import Delivery, Pages
from idp.spoiling import fitting


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an answer goes: a registered place, and no other is ever put here."""

    redirect_uri: str
    state: str = ""
    mode: ResponseMode = "query"


class Replies:
    """Sends them.

    Args:
        pages: for the form that posts itself.
        issuer: the school, which every answer names (RFC 9207).
        forger: makes those that the lab wants otherwise.
    """

    def __init__(self, pages: Pages, issuer: str, forger: Forger) -> None:
        self._pages, self._issuer, self._forger = pages, issuer, forger

    def send(
        self, request: Request, to: ReturnAddress, client: Client, content: Mapping[str, str], code: Code | None
    ) -> Response:
        """An answer with these parameters, and with state and iss.

        Args:
            request: the one that is being answered.
            to: where it goes.
            client: the vendor.
            content: a code, or an error.
            code: what the code in it stands for; None for an error.
        """
        honest = {**content, **({"state": to.state} if to.state else {}), "iss": self._issuer}
        fields = self._told(to, client, honest, code)
        if to.mode == "form_post":
            return self._pages.delivery(request, Delivery(to.redirect_uri, client.party.name, dict(fields)))
        return away(with_query(to.redirect_uri, fields))

    def _told(
        self, to: ReturnAddress, client: Client, honest: Mapping[str, str], code: Code | None
    ) -> Sequence[tuple[str, str]]:
        with fitting():
            forged = self._forger.asked(client, "authorization", code.grant if code else None)
            if forged is None:
                return tuple(honest.items())
            fields = self._forger.fields(forged, client, honest, code)
        self._forger.sent(forged, urlencode(fields))
        return fields


def with_query(url: str, fields: Sequence[tuple[str, str]]) -> str:
    """The address with more parameters; those that it has stay as they are (RFC 6749, 3.1.2)."""
    if not fields:
        return url
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode(fields)}"


def away(url: str) -> Response:
    """A redirect to a vendor. Always 303: a form that was sent to the school is not sent on (RFC 9700, 4.12)."""
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
