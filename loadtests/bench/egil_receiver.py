"""``python -m loadtests.bench.egil_receiver FOLDER``: a receiver of EGIL that keeps ids alone, by mutual TLS.

The folder holds ``server.pem`` and ``issuer.pem``. Prints the port; ends when its standard input does.
"""

import json
import os
import sys
import threading
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send

from idp.scim.resources import MEDIA_TYPE

HEADERS = [(b"content-type", MEDIA_TYPE.encode())]


class Keeping:
    """The app."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; answers a write with what was written, as SCIM wants it."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = self._answer(scope["method"], scope["path"], body)
        await send({"type": "http.response.start", "status": status, "headers": HEADERS if answer else []})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        name = path.rpartition("/")[2]
        if method == "DELETE":
            there = name in self._held
            self._held.discard(name)
            return 204 if there else 404, b""
        told = json.loads(body)
        known = (name if method == "PUT" else told["externalId"]) in self._held
        if known == (method == "POST"):
            return 409 if known else 404, b""
        self._held.add(told["externalId"])
        return 201 if method == "POST" else 200, json.dumps({**told, "id": told["externalId"]}).encode()


def main() -> None:
    """Serve until standard input ends."""
    folder = Path(sys.argv[1])
    config = uvicorn.Config(
        Keeping(),
        port=0,
        log_level="error",
        lifespan="off",
        timeout_keep_alive=60,
        ssl_certfile=folder / "server.pem",
        ssl_ca_certs=str(folder / "issuer.pem"),
        ssl_cert_reqs=2,
    )
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    uvicorn.Server(config).run([listening])


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
