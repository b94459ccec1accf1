"""The keys that the proxy is handed, and whom it asks for a certificate."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from machines import API, CALLERS, mutual_tls, sees

from testbed.interception import ParticipantUnavailable
from testbed.interception.client_certificates import Credential
from testbed.lab.home import LabHome, trusting

BROWSER, VENDOR = CALLERS


def test_a_file_holds_a_key_and_its_certificate(proxy_home: LabHome) -> None:
    file = mutual_tls(proxy_home).credentials[VENDOR][0]
    credential = Credential.load(file)
    assert credential.certificate == x509.load_pem_x509_certificate(file.read_bytes())
    assert credential.certificate.public_key() == credential.key.public_key()
    assert "PRIVATE" not in repr(credential)


def test_a_file_that_is_open_damaged_or_of_another_kind_is_not_taken(proxy_home: LabHome, tmp_path: Path) -> None:
    path = tmp_path / "credential.pem"
    path.write_bytes(mutual_tls(proxy_home).credentials[VENDOR][0].read_bytes())
    path.chmod(0o644)
    with pytest.raises(ValueError, match="open to others"):
        Credential.load(path)
    path.chmod(0o600)
    certificate = path.read_bytes().partition(b"-----END PRIVATE KEY-----")[2]
    path.write_bytes(b"rubbish")
    with pytest.raises(ValueError, match="PEM"):
        Credential.load(path)
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(ed25519.Ed25519PrivateKey.generate().private_bytes(*kinds) + certificate)
    with pytest.raises(ValueError, match="kind that shows no certificates"):
        Credential.load(path)


@pytest.mark.lab
@pytest.mark.anyio
async def test_a_proxy_that_cannot_read_a_key_does_not_start(tmp_path: Path, start_proxy: Any) -> None:
    damaged = tmp_path / "damaged.pem"
    damaged.touch(0o600)
    with pytest.raises(ParticipantUnavailable):
        async with start_proxy({}, tmp_path, asking=(API,), credentials={VENDOR: (damaged,)}):
            pytest.fail("it started")


@pytest.mark.lab
@pytest.mark.anyio
async def test_whoever_has_no_certificate_is_not_asked_for_one(
    tmp_path: Path, proxy_home: LabHome, start_proxy: Any, serve_app: Any
) -> None:
    """A browser would ask the person in front of it; whatever it is set up to show, the server sees none."""
    mutual = mutual_tls(proxy_home)
    more = {"asking": (API,), "credentials": {VENDOR: mutual.credentials[VENDOR]}}
    async with (
        serve_app(sees, (API,)) as address,
        start_proxy({API: address}, tmp_path, **more) as proxy,
    ):
        trust = trusting(proxy.ca_file, mutual.credentials[BROWSER][0])
        async with httpx.AsyncClient(proxy=proxy.url(BROWSER), verify=trust, trust_env=False) as http:
            assert (await http.get(f"https://{API}/")).json() == {"pin": None, "told": False}
        assert await proxy.quiet()
        (exchange,) = proxy.recorded().exchanges
    assert exchange.error == ""
