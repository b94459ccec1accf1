"""A small service that lets Authlib do all OpenID Connect, as that library's documentation shows.

It runs in an environment of its own (``.venv-interop``) and knows nothing of the testbed. Its one argument is a JSON
file: ``port``, ``issuer``, ``key`` (a PEM, for private_key_jwt and the service's own JWKS) and, unless it is to
register itself, ``client`` (``client_id``, ``client_secret``, ``token_endpoint_auth_method``, ``algorithm``).

ID tokens are read by Authlib's own JOSE (``authlib.jose``) and held against ``CodeIDToken``.
"""

import json
import secrets
import sys
import threading
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2 import rfc7591
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from authlib.oidc.registration import ClientMetadataClaims
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from serving import Pages, first

TIMEOUT_S = 15
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Refused(Exception):
    """Something that the documentation tells the service to look at was not right."""


@dataclass
class Service:
    """What all requests share."""

    port: int
    issuer: str
    key: Any
    client: dict[str, str]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovered(self) -> OpenIDProviderMetadata:
        answer = requests.get(get_well_known_url(self.issuer, external=True), timeout=TIMEOUT_S)
        answer.raise_for_status()
        metadata = OpenIDProviderMetadata(answer.json())
        metadata.validate()
        if metadata["issuer"] != self.issuer:
            raise Refused("the discovery document is another issuer's")
        return metadata

    def session(self, metadata: OpenIDProviderMetadata, token: Any = None, scope: str | None = None) -> OAuth2Session:
        method = self.client["token_endpoint_auth_method"]
        session = OAuth2Session(
            self.client["client_id"],
            self.key if method == "private_key_jwt" else self.client.get("client_secret"),
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            redirect_uri=f"{self.url}/callback",
            code_challenge_method="S256",
            scope=scope,
            token=token,
            default_timeout=TIMEOUT_S,
        )
        session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"]))
        return session

    def claims(self, token: str, metadata: OpenIDProviderMetadata, kind: Any = None, **params: str) -> Any:
        """A token of the school's, with its signature verified."""
        keys = requests.get(metadata["jwks_uri"], timeout=TIMEOUT_S).json()
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client["client_id"]},
        }
        return JsonWebToken([self.client["algorithm"]]).decode(
            token,
            JsonWebKey.import_key_set(keys),
            claims_cls=kind,
            claims_options=options,
            claims_params={"client_id": self.client["client_id"], **params},
        )

    def register(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Dynamic registration; what the school answers is held against RFC 7591 by Authlib."""
        endpoint = self.discovered()["registration_endpoint"]
        answer = requests.post(endpoint, json=wanted, timeout=TIMEOUT_S)
        if answer.status_code != 201:
            raise Refused(f"registration: {answer.status_code} {answer.text}")
        told: dict[str, Any] = answer.json()
        for kind in (rfc7591.ClientMetadataClaims, ClientMetadataClaims):
            kind(told, {}).validate()
        self.client = {
            "client_id": told["client_id"],
            "client_secret": told.get("client_secret", ""),
            "token_endpoint_auth_method": told["token_endpoint_auth_method"],
            "algorithm": told.get("id_token_signed_response_alg", "RS256"),
        }
        return told


class Handler(Pages[Service]):
    """One request."""

    cookie = "authlib-session"

    def _answer(self, posted: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        pages = {
            "/login": self._login,
            "/callback": self._callback,
            "/refresh": self._refresh,
            "/introspect": self._introspect,
            "/revoke": self._revoke,
            "/userinfo": self._userinfo,
            "/logout": self._logout,
            "/logged-out": self._logged_out,
            "/backchannel-logout": self._backchannel_logout,
            "/register": self._register,
            "/jwks.json": self._jwks,
            "/me": self._me,
        }
        page = pages.get(parts.path)
        if page is None:
            self._send(404, {"error": "no such page"})
            return
        try:
            page(first(parts.query), posted)
        except (AuthlibBaseError, JoseError, Refused, ValueError, requests.HTTPError) as error:
            told = {"error": getattr(error, "error", None) or type(error).__name__, "reason": str(error)}
            self._send(403, told)

    def _login(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        key, session = self._session(new=True)
        login = {"nonce": secrets.token_urlsafe(16), "verifier": secrets.token_urlsafe(48)}
        scope = query.pop("scope", "openid")
        client = self.service.session(metadata, scope=scope)
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], nonce=login["nonce"], code_verifier=login["verifier"], **query
        )
        session.setdefault("logins", {})[state] = login
        self._redirect(url, key)

    def _callback(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        key, session = self._session()
        if metadata.get("authorization_response_iss_parameter_supported") and query.get("iss") != self.service.issuer:
            raise Refused("the answer names another issuer, or none")
        login = session.get("logins", {}).pop(query.get("state", ""), None)
        if login is None:
            raise Refused("nobody here asked for this login")
        if "error" in query:
            raise Refused(f"{query['error']}: {query.get('error_description', '')}")
        client = self.service.session(metadata)
        token = client.fetch_token(
            metadata["token_endpoint"],
            authorization_response=f"{self.service.url}{self.path}",
            state=query["state"],
            code_verifier=login["verifier"],
        )
        claims = self.service.claims(
            token["id_token"], metadata, CodeIDToken, nonce=login["nonce"], access_token=token["access_token"]
        )
        claims.validate(leeway=0)
        info = client.get(metadata["userinfo_endpoint"]).json()
        if info["sub"] != claims["sub"]:
            raise Refused("userinfo is about another person")
        session["user"] = {"id_token": dict(claims), "header": dict(claims.header), "userinfo": info}
        session["token"] = dict(token)
        self._redirect(f"{self.service.url}/me", key)

    def _refresh(self, query: dict[str, str], posted: dict[str, str]) -> None:
        """With ``old``: once more with the first token, as a thief would."""
        metadata = self.service.discovered()
        _, session = self._session()
        held = session["token"]
        old = session.setdefault("first_refresh_token", held["refresh_token"])
        client = self.service.session(metadata, token=held)
        fresh = client.refresh_token(metadata["token_endpoint"], old if "old" in query else held["refresh_token"])
        if "id_token" in fresh:
            claims = self.service.claims(fresh["id_token"], metadata, CodeIDToken, access_token=fresh["access_token"])
            claims.validate(leeway=0)
            if claims["sub"] != session["user"]["id_token"]["sub"]:
                raise Refused("the fresh ID token is about another person")
        rotated = fresh["refresh_token"] != held["refresh_token"]
        renewed = fresh["access_token"] != held["access_token"]
        session["token"] = dict(fresh)
        self._send(200, {"rotated": rotated, "renewed": renewed})

    def _introspect(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        token = query.get("token") or self._session()[1]["token"][query["which"]]
        answer = self.service.session(metadata).introspect_token(metadata["introspection_endpoint"], token=token)
        self._send(answer.status_code, answer.json())

    def _revoke(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        token = self._session()[1]["token"][query["which"]]
        answer = self.service.session(metadata).revoke_token(metadata["revocation_endpoint"], token=token)
        self._send(answer.status_code, {})

    def _userinfo(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        client = self.service.session(metadata, token=self._session()[1]["token"])
        answer = client.get(metadata["userinfo_endpoint"])
        said = answer.json() if answer.content else {}
        self._send(answer.status_code, {"said": said, "challenge": answer.headers.get("www-authenticate", "")})

    def _logout(self, query: dict[str, str], posted: dict[str, str]) -> None:
        metadata = self.service.discovered()
        key, session = self._session()
        state = session["logout_state"] = secrets.token_urlsafe(16)
        asked = [
            ("id_token_hint", session["token"]["id_token"]),
            ("post_logout_redirect_uri", query.get("back", f"{self.service.url}/logged-out")),
            ("state", state),
        ]
        session.pop("user")
        self._redirect(add_params_to_uri(metadata["end_session_endpoint"], asked), key)

    def _logged_out(self, query: dict[str, str], posted: dict[str, str]) -> None:
        _, session = self._session()
        self._send(200, {"same_state": query.get("state") == session.get("logout_state")})

    def _backchannel_logout(self, query: dict[str, str], posted: dict[str, str]) -> None:
        """OpenID Connect Back-Channel Logout 2.6, step by step."""
        claims = self.service.claims(posted["logout_token"], self.service.discovered())
        claims.validate(leeway=0)
        if claims.header.get("typ", "logout+jwt").lower() != "logout+jwt":
            raise Refused("this is another kind of token")
        if LOGOUT_EVENT not in claims["events"] or "nonce" in claims or not ("sub" in claims or "sid" in claims):
            raise Refused("this is no logout token")
        with self.service.lock:
            if claims["jti"] in self.service.used:
                raise Refused("this token was used before")
            self.service.used.add(claims["jti"])
        for session in self.service.sessions.values():
            known = session.get("user", {}).get("id_token", {})
            if all(known.get(name) == claims[name] for name in ("sub", "sid") if name in claims):
                session.pop("user", None)
        self._send(200, {})

    def _register(self, query: dict[str, str], posted: dict[str, str]) -> None:
        self._send(200, self.service.register(json.loads(posted["metadata"])))

    def _jwks(self, query: dict[str, str], posted: dict[str, str]) -> None:
        self._send(200, {"keys": [self.service.key.as_dict(private=False, use="sig")]})

    def _me(self, query: dict[str, str], posted: dict[str, str]) -> None:
        self._show_user()


def main() -> None:
    """Serve until ended."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    key = RSAKey.import_key(told["key"], {"kid": "authlib", "alg": "RS256"})
    Handler.service = Service(told["port"], told["issuer"], key, told.get("client", {}))
    ThreadingHTTPServer(("127.0.0.1", told["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
