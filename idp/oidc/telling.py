"""Tells vendors of OpenID Connect that a session is over.

By their servers (Back-Channel Logout 1.0) where they have an address for it, else by a frame in the person's browser
(Front-Channel Logout 1.0).
"""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import Response

from idp.body import FORM_TYPE
from idp.config import Clock
from idp.fetching import fetch
from idp.logout_run import LogoutRun, Named
from idp.oidc.clients import Client, Clients
from idp.oidc.forging import Forger, of_logout
from idp.oidc.grants import Grants
from idp.oidc.jose import Claims, sign
from idp.oidc.keys import TokenKeys
from idp.oidc.names import BACK_CHANNEL_LOGOUT, LOGOUT_TOKEN_TYPE
from idp.oidc.replies import away, with_query
from idp.rollover import Rollover
from idp.state import TOKEN_BYTES
from idp.together import tell_together
from testbed.model.written import Bilingual

ANSWER_S = 5.0
MAX_ANSWER = 64 * 1024
AT_ONCE, ALL_S = 10, 20.0
"""As for SAML."""
TOKEN_FOR_S = 120
"""At most two minutes are recommended (Back-Channel Logout 1.0, 2.4)."""
DONE = (HTTPStatus.OK, HTTPStatus.NO_CONTENT)

log = logging.getLogger("idp")


@dataclass(frozen=True)
class OidcTelling:
    """See :class:`idp.telling.Telling`."""

    issuer: str
    http: httpx.AsyncClient
    clients: Clients
    grants: Grants
    keys: TokenKeys
    rollover: Rollover
    forger: Forger
    now: Clock

    async def name(self, party: str) -> Bilingual:
        """As it is registered."""
        client = self.clients.find(party)
        return client.party.name if client else Bilingual(sv=party, en=party)

    async def tell(self, whom: Sequence[Named]) -> Mapping[Named, bool]:
        """By a logout token for each session, some vendors at a time. Their access tokens end in any case."""
        for named in whom:
            for sid in named.session_indexes:
                self.grants.end_session(sid)
        return await tell_together(whom, self._tell, AT_ONCE, ALL_S)

    async def ask(self, _: Request, __: Named, ___: Callable[[str], str]) -> Response | None:
        """OpenID Connect knows no logout that is answered by way of the browser."""
        return None

    async def frame(self, whom: Named) -> str:
        """With issuer and session, so that no other site can log people out by it (Front-Channel Logout 1.0, 3)."""
        client = self.clients.find(whom.who.party)
        if client is None or client.settings.frontchannel_logout_uri is None:
            return ""
        # NOTE: of several, the newest is the one that the vendor's cookie in this browser stands for.
        sid = whom.session_indexes[-1]
        return with_query(client.settings.frontchannel_logout_uri, (("iss", self.issuer), ("sid", sid)))

    async def home(self, _: Request, run: LogoutRun) -> Response | None:
        """To the address that the vendor has asked for and registered (RP-Initiated Logout 1.0, 3)."""
        return away(run.return_to) if run.return_to else None

    async def _tell(self, named: Named) -> bool | None:
        client = self.clients.find(named.who.party)
        if client is None or client.settings.backchannel_logout_uri is None:
            return None
        outcomes = [await self._post(client, self.logout_token(client, named, sid)) for sid in named.session_indexes]
        return all(outcomes)

    async def _post(self, client: Client, token: str) -> bool:
        body = urlencode({"logout_token": token}).encode()
        address, headers = client.settings.backchannel_logout_uri or "", {"Content-Type": FORM_TYPE}
        try:
            await fetch(self.http, address, MAX_ANSWER, ANSWER_S, (body, headers), DONE)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("logout at %s failed: %s", client.id, str(error).replace("\n", " ")[:200])
            return False
        return True

    def logout_token(self, client: Client, named: Named, sid: str) -> str:
        """Back-Channel Logout 1.0, 2.4."""
        now = int(self.now().timestamp())
        claims: Claims = {
            "iss": self.issuer,
            "sub": named.name_id,
            "aud": client.id,
            "iat": now,
            "exp": now + TOKEN_FOR_S,
            "jti": secrets.token_urlsafe(TOKEN_BYTES),
            "events": {BACK_CHANNEL_LOGOUT: {}},
            "sid": sid,
        }
        forged = self.forger.asked(client, "logout-token", of_logout(client, named.name_id, sid))
        if forged:
            claims = {**claims, "sub": forged.of_token(forged.own_grant).sub}
            return self.forger.token(forged, client, claims, LOGOUT_TOKEN_TYPE)
        signer = self.keys.signer(client.settings.id_token_signed_response_alg, self.rollover.stage)
        return sign(claims, signer, LOGOUT_TOKEN_TYPE)
