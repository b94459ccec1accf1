"""Peer: stock pysaml2 with the xmlsec1 program. Runs in .venv-peers; prints one JSON line.

stock_pysaml2.py sign|login COUNT FOLDER

``sign`` makes signed responses; ``login`` reads a signed request by Redirect first. FOLDER holds key.pem, cert.pem and
sp.xml, and for ``login`` requests.json: COUNT + 1 query strings.
"""

import json
import resource
import sys
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_TRANSIENT, NameID
from saml2.server import Server

IDENTITY = {
    "eduPersonPrincipalName": ["movip-eiral@skola.test"],
    "givenName": ["Åsa"],
    "sn": ["Öberg"],
    "displayName": ["Åsa Öberg"],
    "mail": ["asa.oberg@elev.skola.test"],
    "o": ["Exempelkommun"],
}
ACS = "https://bench.test/saml/acs"


def cpu_seconds() -> float:
    """CPU time of this process and its finished children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def make_server(folder: Path, *, signed_requests: bool) -> Server:
    """An identity provider as the documentation sets it up."""
    return Server(
        config=IdPConfig().load(
            {
                "entityid": "https://idp.skola.test/saml/metadata",
                "key_file": str(folder / "key.pem"),
                "cert_file": str(folder / "cert.pem"),
                "metadata": {"inline": [(folder / "sp.xml").read_text(encoding="utf-8")]},
                "service": {
                    "idp": {
                        "want_authn_requests_signed": signed_requests,
                        "endpoints": {
                            "single_sign_on_service": [
                                ("https://idp.skola.test/saml/sso", BINDING_HTTP_REDIRECT),
                                ("https://idp.skola.test/saml/sso", BINDING_HTTP_POST),
                            ]
                        },
                        "policy": {"default": {"fail_on_missing_requested": False}},
                    }
                },
            }
        )
    )


def respond(server: Server, in_response_to: str) -> None:
    """One signed response."""
    server.create_authn_response(
        IDENTITY,
        in_response_to=in_response_to,
        destination=ACS,
        sp_entity_id="https://bench.test/saml/metadata",
        name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text="someone"),
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": "https://idp.skola.test/"},
        sign_response=False,
        sign_assertion=True,
        sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
    )


def login(server: Server, query: str) -> None:
    """Read one signed request and answer it."""
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    request = server.parse_authn_request(
        fields["SAMLRequest"],
        BINDING_HTTP_REDIRECT,
        relay_state=fields["RelayState"],
        sigalg=fields["SigAlg"],
        signature=fields["Signature"],
    )
    respond(server, request.message.id)


def main() -> None:
    """COUNT of them after one unmeasured."""
    what, number, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    server = make_server(folder, signed_requests=what == "login")
    if what == "login":
        queries = json.loads((folder / "requests.json").read_text(encoding="utf-8"))
        works = [partial(login, server, query) for query in queries]
    else:
        works = [partial(respond, server, "_request")] * (number + 1)
    works[0]()
    start = cpu_seconds()
    for work in works[1:]:
        work()
    print(json.dumps({"done": number, "cpu_s": cpu_seconds() - start}))


if __name__ == "__main__":
    main()
