"""A small service that lets python3-saml do all SAML, as that library's documentation shows.

It runs in an environment of its own (``.venv-interop``) and knows nothing of the testbed. Its one argument is a JSON
file: ``port``, ``settings`` (python3-saml's own, without "idp") and ``idp_metadata`` (a file, read for every request).
"""

import json
import sys
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from serving import Pages, first


@dataclass
class Service:
    """What all requests share."""

    port: int
    settings: dict[str, Any]
    idp_metadata: Path
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def current_settings(self) -> dict[str, Any]:
        """The service's own settings with those of the school's metadata as it is now."""
        remote = OneLogin_Saml2_IdPMetadataParser.parse(self.idp_metadata.read_bytes())
        # NOTE: the parser puts the school's first NameIDFormat in the place of the service's own wish.
        merged: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.merge_settings(self.settings, {"idp": remote["idp"]})
        return merged


class Handler(Pages[Service]):
    """One request."""

    cookie = "python3-saml-session"

    def _answer(self, posted: dict[str, str]) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        pages = {
            "/metadata": self._metadata,
            "/login": self._login,
            "/acs": self._consume,
            "/logout": self._logout,
            "/sls": self._single_logout,
            "/me": self._me,
        }
        page = pages.get(path)
        if page is None:
            self._send(404, {"error": "no such page"})
            return
        request = {
            "https": "off",
            "http_host": f"127.0.0.1:{self.service.port}",
            "script_name": path,
            "get_data": first(query),
            "post_data": posted,
            "query_string": query,
        }
        try:
            page(
                OneLogin_Saml2_Auth(request, old_settings=self.service.current_settings()), request["get_data"], posted
            )
        except OneLogin_Saml2_Error as error:
            self._send(400, {"errors": [str(error)]})

    def _metadata(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        settings = OneLogin_Saml2_Settings(settings=self.service.current_settings(), sp_validation_only=True)
        document = settings.get_sp_metadata()
        errors = settings.validate_metadata(document)
        if errors:
            self._send(500, {"errors": errors})
            return
        body = document if isinstance(document, bytes) else document.encode("utf-8")
        self._send_bytes(200, body, "application/samlmetadata+xml")

    def _login(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        url = auth.login(
            return_to=query.get("next", f"http://127.0.0.1:{self.service.port}/me"),
            force_authn="force" in query,
            is_passive="passive" in query,
        )
        key, session = self._session(new=True)
        session["request"] = auth.get_last_request_id()
        self._redirect(url, key)

    def _consume(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        key, session = self._session(new=True)
        auth.process_response(request_id=session.get("request"))
        if auth.get_errors():
            self._send(403, {"errors": auth.get_errors(), "reason": auth.get_last_error_reason()})
            return
        session.pop("request", None)
        session["user"] = {
            "attributes": auth.get_attributes(),
            "friendly": auth.get_friendlyname_attributes(),
            "name_id": auth.get_nameid(),
            "name_id_format": auth.get_nameid_format(),
            "name_qualifier": auth.get_nameid_nq(),
            "sp_name_qualifier": auth.get_nameid_spnq(),
            "session_index": auth.get_session_index(),
            "contexts": auth.get_last_authn_contexts(),
        }
        self._redirect(auth.redirect_to(posted.get("RelayState", "/me")), key)

    def _logout(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        key, session = self._session()
        user = session.get("user", {})
        url = auth.logout(
            return_to=f"http://127.0.0.1:{self.service.port}/me",
            name_id=user.get("name_id"),
            session_index=user.get("session_index"),
            nq=user.get("name_qualifier"),
            name_id_format=user.get("name_id_format"),
            spnq=user.get("sp_name_qualifier"),
        )
        session["logout"] = auth.get_last_request_id()
        self._redirect(url, key)

    def _single_logout(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        key, session = self._session()
        url = auth.process_slo(
            request_id=session.get("logout"), delete_session_cb=lambda: self.service.sessions.pop(key, None)
        )
        if auth.get_errors():
            self._send(403, {"errors": auth.get_errors(), "reason": auth.get_last_error_reason()})
            return
        self._redirect(url or f"http://127.0.0.1:{self.service.port}/me", key)

    def _me(self, auth: Any, query: dict[str, str], posted: dict[str, str]) -> None:
        self._show_user()


def main() -> None:
    """Serve until ended."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Handler.service = Service(told["port"], told["settings"], Path(told["idp_metadata"]))
    ThreadingHTTPServer(("127.0.0.1", told["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
