"""An app that says whose certificate it saw, and who calls it."""

from pathlib import Path

import trustme
from cryptography import x509
from starlette.requests import Request
from starlette.responses import JSONResponse

from idp.federated_tls.pins import peer_of, pin_of
from testbed.lab.home import LabHome
from testbed.lab.machines import MachineCertificates, MutualTls, certificate_in
from testbed.model.private import write_private

API, OPEN = "api.test", "open.test"
"""A host that asks its callers for certificates, and one that does not."""
CALLERS = ("browser.test", "vendor.test")
NOBODY = "school.test"


async def sees(scope: object, receive: object, send: object) -> None:
    """Answers with the pin of the certificate that it saw, or with 401 and none."""
    request = Request(scope, receive)  # type: ignore[arg-type]
    peer = peer_of(request.scope)
    told = "tls" in request.scope.get("extensions", {})
    answer = JSONResponse({"pin": peer.digest if peer else None, "told": told}, 200 if peer or not told else 401)
    await answer(scope, receive, send)  # type: ignore[arg-type]


def mutual_tls(home: LabHome) -> MutualTls:
    return MachineCertificates(home).mutual_tls((API,), CALLERS)


def digest(file: Path) -> str:
    return pin_of(certificate_in(file))


def foreign(folder: Path, name: str) -> Path:
    """A credential of an issuer that nobody in the lab takes."""
    leaf = trustme.CA().issue_cert(name, common_name=name)
    path = folder / f"foreign-{name}.pem"
    write_private(path, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    x509.load_pem_x509_certificate(path.read_bytes())
    return path
