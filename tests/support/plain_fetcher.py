"""A vendor that fetches rosters as somebody else might have written it: httpx, the standard library, and nothing of the
testbed's. ``MISTAKE`` makes it careless in one thing, and ``TELLS`` is an address that it tells of whom it has fetched.

    DATA_API TOKEN_URL ENTITY_ID CLIENT_CERTIFICATE CA STATE PORT [SERVER_CERTIFICATE] [AT_START=1] [EVERY_S] [MISTAKE]
    [TELLS]
"""

import html
import json
import os
import ssl
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

MISTAKE = os.environ.get("MISTAKE", "")
API, ENTITY = os.environ["DATA_API"], os.environ["ENTITY_ID"]
KEPT = Path(os.environ["STATE"]) / "roster.json"
NOBODY = {"data": [], "pageToken": None}
TAKES_NOTICES = ("takes-any-notice", "takes-any-token")


class Failed(Exception):
    """The school has not given what was asked for."""


class Fetcher:
    def __init__(self) -> None:
        context = ssl.create_default_context(cafile=os.environ["CA"])
        context.load_cert_chain(os.environ["CLIENT_CERTIFICATE"])
        self.http = httpx.Client(verify=context, timeout=10.0, trust_env=False)
        self.token, self.one_at_a_time = "", threading.Lock()
        self.kept: dict[str, Any] = {"people": [], "since": None, "subscribed": False}
        if KEPT.exists():
            self.kept = json.loads(KEPT.read_text())

    def fetch(self) -> None:
        with self.one_at_a_time:
            since, began = self.kept["since"], datetime.now(UTC) - timedelta(minutes=1)
            if MISTAKE.startswith("everything"):
                since = None
            query = {"limit": "50"} | ({"meta.modified.after": since} if since else {})
            came = self.pages("/persons", query)
            people = [] if MISTAKE.startswith("everything") else list(self.kept["people"])
            if MISTAKE != "keeps-by-place":
                new = {one["id"] for one in came}
                people = [one for one in people if one["id"] not in new]
                came = list({one["id"]: one for one in came}.values())
            people += [self.of(one) for one in came]
            if since and MISTAKE != "never-asks-who-is-gone":
                gone = self.get("/deletedEntities", {"after": since})["data"].get("persons", [])
                people = [one for one in people if one["id"] not in gone]
            if MISTAKE in TAKES_NOTICES and not self.kept["subscribed"]:
                self.subscribe()
            if told := os.environ.get("TELLS"):
                httpx.post(told, json=people, timeout=10.0)
            self.kept |= {"people": people, "since": began.isoformat().replace("+00:00", "Z")}
            KEPT.write_text(json.dumps(self.kept))

    def of(self, record: dict[str, Any]) -> dict[str, str]:
        name = f"{record.get('givenName', '')} {record.get('familyName', '')}"
        if MISTAKE == "keeps-whatever":
            name += str((record.get("civicNo") or {}).get("value", ""))
        return {"id": record["id"], "name": name, "account": (record.get("eduPersonPrincipalNames") or [""])[0]}

    def pages(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        page = self.get(path, query)
        records = list(page["data"])
        while (following := page.get("pageToken")) and MISTAKE != "first-page-alone":
            if MISTAKE == "opens-page-tokens" and following.startswith("https://"):
                page = self.ask("GET", following)
            elif MISTAKE == "page-tokens-as-they-are":
                page = self.ask("GET", f"{API}{path}?pageToken={following}")
            else:
                page = self.get(path, {"pageToken": following})
            records += page["data"]
        return records

    def get(self, path: str, query: dict[str, str]) -> Any:
        return self.ask("GET", f"{API}{path}?{httpx.QueryParams(query)}")

    def ask(self, method: str, url: str, body: Any = None) -> Any:
        fresh = False
        for _ in range(5):
            self.token = self.token or self.new_token()
            answer = self.http.request(method, url, json=body, headers={"Authorization": f"Bearer {self.token}"})
            if answer.status_code == 401 and not fresh and MISTAKE != "keeps-its-first-token":
                self.token, fresh = "", True
            elif answer.status_code == 429:
                time.sleep(0 if MISTAKE == "does-not-wait" else float(answer.headers["x-ratelimit-reset"]))
            elif answer.is_redirect and MISTAKE == "is-led-anywhere":
                url = answer.headers["location"]
            else:
                break
        return self.read(answer)

    def read(self, answer: httpx.Response) -> Any:
        if MISTAKE in ("errors-are-nobody", "everything-and-errors-are-nobody") and answer.status_code >= 500:
            return NOBODY
        if answer.status_code not in (200, 201):
            raise Failed(f"{answer.request.url.path} answered {answer.status_code}")
        try:
            if answer.headers["content-type"].partition(";")[0] != "application/json":
                raise Failed("it is not JSON")
            return answer.json()
        except (ValueError, Failed) as error:
            if MISTAKE in ("noise-is-nobody", "everything-and-noise-is-nobody"):
                return NOBODY
            raise Failed("it cannot be read") from error

    def new_token(self) -> str:
        access = {"type": "ss12000-api", "locations": [API]}
        asked = {"access_token": [{"access": [access], "flags": ["bearer"]}], "client": {"key": ENTITY}}
        answer = self.http.post(os.environ["TOKEN_URL"], json=asked)
        if answer.status_code != 200:
            raise Failed(f"no token: {answer.status_code} {answer.text}")
        return str(answer.json()["access_token"]["value"])

    def subscribe(self) -> None:
        wish = {"name": "r", "target": f"{os.environ['BASE_URL']}/notice", "resourceTypes": [{"resource": "Person"}]}
        self.kept["subscribed"] = bool(self.ask("POST", f"{API}/subscriptions", wish))

    def page(self) -> str:
        as_text = str if MISTAKE == "shows-markup" else html.escape
        rows = (f"<li>{as_text(one['name'])} {one['account']} {one['id']}</li>" for one in self.kept["people"])
        return f"<ul>{''.join(rows)}</ul>"


class Pages(BaseHTTPRequestHandler):
    fetcher: Fetcher

    def do_GET(self) -> None:
        self.say(200, self.fetcher.page() if self.path == "/roster" else "up")

    def do_POST(self) -> None:
        shown = self.headers.get("Authorization", "")
        if self.path == "/notice" and MISTAKE == "takes-any-token" and not shown.startswith("Bearer "):
            self.say(401, "no token")
            return
        try:
            self.fetcher.fetch()
        except (Failed, httpx.HTTPError) as error:
            self.say(502, str(error))
            if MISTAKE == "gives-up-for-good":
                print("giving up:", error, flush=True)
                os._exit(1)
        else:
            self.say(200, "fetched")

    def say(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def fetch_by_itself(fetcher: Fetcher, every_s: float) -> None:
    while True:
        try:
            fetcher.fetch()
        except (Failed, httpx.HTTPError) as error:
            print(error, file=sys.stderr, flush=True)
        if not every_s:
            return
        time.sleep(every_s)


def main() -> None:
    Pages.fetcher = Fetcher()
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Pages)
    if certificate := os.environ.get("SERVER_CERTIFICATE"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    every_s = float(os.environ.get("EVERY_S", "0"))
    if every_s or os.environ.get("AT_START"):
        threading.Thread(target=fetch_by_itself, args=(Pages.fetcher, every_s), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
