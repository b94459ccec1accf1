"""The vendor as a client of the school: how it says who it is, and what it is registered as."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from sp_mocks.jose import Signer
from testbed.model.written import ClientAuthentication, OidcClient

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS = timedelta(minutes=1)
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client proves itself with."""

    registered: OidcClient
    secret: str = field(repr=False)
    """"" where the registration needs none."""
    signer: Signer = field(repr=False)
    issuer: str
    """Of the school that it proves itself to."""

    @property
    def client_id(self) -> str:
        """Its name at the school."""
        return self.registered.client_id

    def proof(
        self, method: ClientAuthentication, now: datetime
    ) -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
        """Fields of the form and headers by which the client says who it is (OpenID Connect Core 9)."""
        named = {"client_id": self.client_id}
        match method:
            case "client_secret_basic":
                # NOTE: each half is written as in a form before they are joined (RFC 6749, 2.3.1).
                pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}".encode("ascii")
                return {}, (("Authorization", f"Basic {base64.b64encode(pair).decode('ascii')}"),)
            case "client_secret_post":
                return named | {"client_secret": self.secret}, ()
            case "private_key_jwt":
                return named | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion(now)}, ()
            case "none":
                return named, ()

    def _assertion(self, now: datetime) -> str:
        """A statement signed with the client's own key (RFC 7523, 3).

        Its audience is the issuer and nothing else: one that names the address of an endpoint can be passed on by
        another provider that claims the same address.
        """
        issued = int(now.timestamp())
        return self.signer.sign(
            {
                "iss": self.client_id,
                "sub": self.client_id,
                "aud": self.issuer,
                "jti": secrets.token_urlsafe(TOKEN_BYTES),
                "iat": issued,
                "exp": issued + int(ASSERTION_LASTS.total_seconds()),
            }
        )
