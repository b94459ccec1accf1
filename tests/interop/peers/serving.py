"""What the small services of both protocols share: pages, and a session that a cookie holds.

It knows nothing of the testbed, and stands beside the services, which start it as scripts.
"""

import json
import secrets
from abc import ABC, abstractmethod
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import parse_qs

MAX_FORM = 1024 * 1024


class Keeper(Protocol):
    """What all requests share."""

    sessions: dict[str, dict[str, Any]]


class Pages[Service: Keeper](BaseHTTPRequestHandler, ABC):
    """One request."""

    cookie: str
    service: Service

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = min(int(self.headers.get("content-length", "0")), MAX_FORM)
        self._answer(first(self.rfile.read(length).decode("utf-8")))

    @abstractmethod
    def _answer(self, posted: dict[str, str]) -> None:
        """Answer by the page that was asked for."""

    def _show_user(self) -> None:
        user = self._session()[1].get("user")
        self._send(200 if user else 401, user or {"error": "nobody is logged in"})

    def _session(self, *, new: bool = False) -> tuple[str, dict[str, Any]]:
        held = SimpleCookie(self.headers.get("cookie", "")).get(self.cookie)
        key = held.value if held and held.value in self.service.sessions else ""
        if not key and not new:
            return "", {}
        key = key or secrets.token_urlsafe(24)
        return key, self.service.sessions.setdefault(key, {})

    def _redirect(self, url: str, key: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Set-Cookie", f"{self.cookie}={key}; Path=/; HttpOnly; SameSite=Lax")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self._send_bytes(status, json.dumps(content, ensure_ascii=False).encode("utf-8"), "application/json")

    def _send_bytes(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def first(query: str) -> dict[str, str]:
    """The first value of each name."""
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
