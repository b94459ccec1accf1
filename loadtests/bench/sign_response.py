"""Signed SAML responses from the school's own code, per CPU second.

Beside two peers in the same run: stock pysaml2 with the xmlsec1 program, which is what most Python identity providers
run on, and the bare RSA-2048 signatures that no implementation can do without.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from idp.config import SchoolConfig
from idp.keys import SchoolKeys, SigningKey
from idp.saml.identifiers import NameId
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.server import make_server
from idp.saml.signing import Signers
from loadtests.bench.measure import LeftOut, Outcome, compared, per_cpu_second
from testbed.model.messages import NAMEID_TRANSIENT
from testbed.model.written import Bilingual

ENTITY = "https://bench.test/saml/metadata"
ACS = "https://bench.test/saml/acs"
PEER = Path(__file__).parent / "peers" / "stock_pysaml2.py"
PEER_PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
PEER_RESPONSES = 60
ATTRIBUTES = {
    "eduPersonPrincipalName": ("movip-eiral@skola.test",),
    "givenName": ("Åsa",),
    "sn": ("Öberg",),
    "displayName": ("Åsa Öberg",),
    "mail": ("asa.oberg@elev.skola.test",),
    "sisSchoolUnitCode": ("00001101",),
}
SP_METADATA = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService index="1" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ACS}"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""


def sign_response() -> Iterator[Outcome]:
    """Both comparisons."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        now = datetime.now(UTC)
        keys = SchoolKeys.load_or_make(folder / "keys", "idp.skola.test", now)
        ours = _ours(keys, now)
        bare = per_cpu_second(lambda: _bare(keys.current))
        yield compared("sign-response", ours, "responses/CPU s", ("bare RSA-2048 signatures", bare), "more")
        yield from _beside_stock(ours, keys, folder)


def _bare(key: SigningKey) -> bytes:
    if not isinstance(key.private_key, rsa.RSAPrivateKey):
        raise TypeError("the bare signatures are RSA's")
    return key.private_key.sign(b"x" * 512, padding.PKCS1v15(), hashes.SHA256())


def _ours(keys: SchoolKeys, now: datetime) -> float:
    config = SchoolConfig(
        base_url="https://idp.skola.test",
        name=Bilingual(sv="Skola", en="School"),
        people={},
        scope="skola.test",
        relying_parties=(),
        control_token="",
    )
    server = make_server(config)
    server.add_metadata(ENTITY, SP_METADATA.encode())
    issuer = ResponseIssuer(server, Signers(keys))
    to = Addressee(ENTITY, ACS, "_request")
    login = Login(NameId(NAMEID_TRANSIENT, "someone"), ATTRIBUTES, now)
    protection = Protection("before")
    return per_cpu_second(lambda: issuer.issue(to, login, now, protection))


def _beside_stock(ours: float, keys: SchoolKeys, folder: Path) -> Iterator[Outcome]:
    missing = next((what for what, there in needs() if not there), "")
    if missing:
        yield LeftOut("sign-response", f"stock pysaml2 needs {missing}")
        return
    (folder / "key.pem").write_bytes(keys.current.pem)
    (folder / "key.pem").chmod(0o600)
    (folder / "cert.pem").write_bytes(keys.current.certificate_pem)
    (folder / "sp.xml").write_text(SP_METADATA, encoding="utf-8")
    printed = subprocess.run(
        [str(PEER_PYTHON), str(PEER), "sign", str(PEER_RESPONSES), str(folder)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    answer = json.loads(printed)
    stock = answer["done"] / answer["cpu_s"]
    yield compared("sign-response", ours, "responses/CPU s", ("stock pysaml2 with xmlsec1", stock), "more")


def needs() -> Iterator[tuple[str, bool]]:
    """What stock pysaml2 needs, and whether it is there."""
    yield "the program xmlsec1 (Debian: apt-get install xmlsec1)", shutil.which("xmlsec1") is not None
    yield "the peers' environment ('make bench' makes it)", PEER_PYTHON.exists()
