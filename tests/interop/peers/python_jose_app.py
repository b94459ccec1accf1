"""A small relying party that lets python-jose validate the ID token, as that library's documentation shows.

It runs in an environment of its own (``.venv-jose-VERSION``) and knows nothing of the testbed. Its one argument is a
JSON file: ``port``, ``issuer``, ``client_id``, ``client_secret`` and ``keys``. python-jose knows tokens and keys alone;
the authorization code flow with state, nonce and PKCE is this service's own.

``keys`` says how the school's keys reach ``jwt.decode``, of whose documented parameters all are given but
``algorithms``, which is optional:

* ``jwks``: the school's JWK Set as it is published.
* ``texts``: each key as one text, found by the token's kid: an RSA key as PEM, an EC key as its OpenSSH line. So a
  vendor keeps keys that it was handed out of band. python-jose verifies RS256 with such a PEM and ES256 with no OpenSSH
  line; but 3.3.0 takes the line for the secret of an HS256 token (CVE-2024-33663), where 3.4.0 and later know it for a
  public key.
"""

import base64
import hashlib
import json
import secrets
import sys
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jose import jwk, jwt
from jose.exceptions import JOSEError
from serving import Pages, first

TIMEOUT_S = 15
SHOWN = ("name", "given_name", "family_name")
"""Asked for in the ID token, which alone says who is logged in."""
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}


class Refused(Exception):
    """Something that the service itself looks at was not right."""


@dataclass
class Service:
    """What all requests share."""

    port: int
    issuer: str
    client_id: str
    client_secret: str
    keys: Literal["jwks", "texts"]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovered(self) -> dict[str, Any]:
        metadata = fetched(f"{self.issuer}/.well-known/openid-configuration")
        if metadata["issuer"] != self.issuer:
            raise Refused("the discovery document is another issuer's")
        return metadata

    def fetch_token(self, metadata: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.url}/callback",
            "code_verifier": verifier,
        }
        own = (self.client_id, self.client_secret)
        answer = requests.post(metadata["token_endpoint"], data=form, auth=own, timeout=TIMEOUT_S)
        if not answer.ok:
            raise Refused(f"the token endpoint answers {answer.status_code} {answer.text}")
        token: dict[str, Any] = answer.json()
        return token

    def claims(self, token: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
        """The claims of the ID token, as far as python-jose validates them."""
        published = fetched(metadata["jwks_uri"])
        key = published if self.keys == "jwks" else text_for(token["id_token"], published)
        claims: dict[str, Any] = jwt.decode(
            token["id_token"],
            key,
            audience=self.client_id,
            issuer=self.issuer,
            access_token=token.get("access_token"),
        )
        return claims


def fetched(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=TIMEOUT_S)
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document


def text_for(token: str, published: dict[str, Any]) -> str:
    """The key that the token names."""
    kid = jwt.get_unverified_header(token).get("kid")
    texts = {one.get("kid"): as_text(one) for one in published["keys"]}
    if kid not in texts:
        raise Refused("the token names no key that is known")
    return texts[kid]


def as_text(published: dict[str, Any]) -> str:
    """A published key as PEM, one of an elliptic curve as its OpenSSH line."""
    pem: bytes = jwk.construct(published, ALGORITHMS[published["kty"]]).to_pem()
    if published["kty"] != "EC":
        return pem.decode("ascii")
    return load_pem_public_key(pem).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


class Handler(Pages[Service]):
    """One request."""

    cookie = "python-jose-session"

    def _answer(self, posted: dict[str, str]) -> None:
        pages = {"/login": self._login, "/callback": self._callback, "/me": self._me, "/logout": self._logout}
        page = pages.get(urlsplit(self.path).path)
        if page is None:
            self._send(404, {"error": "no such page"})
            return
        try:
            page(first(urlsplit(self.path).query))
        except (Refused, JOSEError, requests.RequestException) as error:
            self._send(403, {"error": str(error)})
        except Exception as error:
            # NOTE: whatever nobody thought of, as a framework would answer it.
            self._send(500, {"error": repr(error)})

    def _login(self, query: dict[str, str]) -> None:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        key = self._new_session({"login": {"state": state, "nonce": nonce, "verifier": verifier}})
        asked = {
            "response_type": "code",
            "client_id": self.service.client_id,
            "redirect_uri": f"{self.service.url}/callback",
            "scope": "openid",
            "claims": json.dumps({"id_token": dict.fromkeys(SHOWN)}),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        self._redirect(f"{self.service.discovered()['authorization_endpoint']}?{urlencode(asked)}", key)

    def _callback(self, query: dict[str, str]) -> None:
        metadata = self.service.discovered()
        login = self._session()[1].pop("login", None)
        if login is None or query.get("state") != login["state"]:
            raise Refused("nobody here asked for this login")
        if query.get("iss", self.service.issuer) != self.service.issuer:
            raise Refused("the answer names another issuer")
        if "code" not in query:
            raise Refused(f"{query.get('error')}: {query.get('error_description', '')}")
        token = self.service.fetch_token(metadata, query["code"], login["verifier"])
        claims = self.service.claims(token, metadata)
        if claims.get("nonce") != login["nonce"]:
            raise Refused("the nonce is that of another login")
        self._redirect(f"{self.service.url}/me", self._new_session({"user": claims}))

    def _me(self, query: dict[str, str]) -> None:
        """The probe: who is logged in, by the ID token."""
        self._send(200, {"user": self._session()[1].get("user")})

    def _logout(self, query: dict[str, str]) -> None:
        """Ends this service's own session."""
        self.service.sessions.pop(self._session()[0], None)
        self._redirect(f"{self.service.url}/me", "")

    def _new_session(self, content: dict[str, Any]) -> str:
        """In the place of the browser's session so far."""
        self.service.sessions.pop(self._session()[0], None)
        key = secrets.token_urlsafe(24)
        self.service.sessions[key] = content
        return key


def main() -> None:
    """Serve until ended."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Handler.service = Service(**told)
    ThreadingHTTPServer(("127.0.0.1", told["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
