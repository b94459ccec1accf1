"""scim2-tester against a server of SCIM, as its documentation has it; every result as a line of JSON.

It runs in an environment of its own (``.venv-interop``) and knows nothing of the testbed. Its one argument is a JSON
file: ``url`` (of the endpoints), ``authority`` (a PEM file with the issuer of the server's certificate),
``credential`` (a PEM file with the key and the certificate to show) and ``types`` (names of resource types, none for
all).
"""

import json
import ssl
import sys
from pathlib import Path
from typing import Any

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

TIMEOUT_S = 30


def main(told: dict[str, Any]) -> None:
    """Try everything that it tries."""
    context = ssl.create_default_context(cafile=told["authority"])
    context.load_cert_chain(told["credential"])
    with Client(base_url=told["url"], verify=context, timeout=TIMEOUT_S, trust_env=False) as client:
        for result in check_server(SyncSCIMClient(client), resource_types=told["types"] or None):
            said = {
                "title": result.title,
                "status": result.status.name,
                "reason": result.reason,
                "resource_type": result.resource_type,
            }
            print(json.dumps(said))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
