"""Peer: stock pysaml2 signing with the xmlsec1 program. Runs in .venv-peers; prints one JSON line.

stock_pysaml2.py COUNT FOLDER      FOLDER holds key.pem, cert.pem and sp.xml
"""

import json
import resource
import sys
from pathlib import Path

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


def cpu_seconds() -> float:
    """CPU time of this process and its finished children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Sign COUNT responses after one unmeasured."""
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    acs = "https://bench.test/saml/acs"
    config = IdPConfig().load(
        {
            "entityid": "https://idp.skola.test/saml/metadata",
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "cert.pem"),
            "metadata": {"inline": [(folder / "sp.xml").read_text(encoding="utf-8")]},
            "service": {
                "idp": {
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
    server = Server(config=config)

    def sign() -> None:
        server.create_authn_response(
            IDENTITY,
            in_response_to="_request",
            destination=acs,
            sp_entity_id="https://bench.test/saml/metadata",
            name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text="someone"),
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": "https://idp.skola.test/"},
            sign_response=False,
            sign_assertion=True,
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
        )

    sign()
    start = cpu_seconds()
    for _ in range(count):
        sign()
    print(json.dumps({"responses": count, "cpu_s": cpu_seconds() - start}))


if __name__ == "__main__":
    main()
