"""Certificates of callers: their own, of an issuer of the lab, and private."""

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from testbed.lab.home import LabHome
from testbed.lab.machines import NO_MUTUAL_TLS, MachineCertificates, certificate_in, is_taken, shown_by
from testbed.model.files import ScenarioInvalid

SENDERS = ("idp.skola.test", "lasning.test")


@pytest.fixture
def machines(tmp_path: Path) -> MachineCertificates:
    return MachineCertificates(LabHome.open(tmp_path / "home"))


def test_each_has_two_keys_of_its_own_that_stay_the_same(machines: MachineCertificates) -> None:
    mutual = machines.mutual_tls(("api.skola.test",), SENDERS)
    files = [file for sender in SENDERS for file in mutual.credentials[sender]]
    keys = {
        certificate_in(file)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        for file in files
    }
    assert len(keys) == 4
    again = MachineCertificates(LabHome.open(machines.home.path)).mutual_tls(("api.skola.test",), SENDERS)
    assert again == mutual
    assert [certificate_in(file) for file in files] == [certificate_in(file) for file in files]
    assert mutual.credential("lasning.test") == machines.credential("lasning.test")
    assert mutual.credential("lasning.test", 1) == machines.credential("lasning.test", "coming")
    assert mutual.credential("lasning.test", 2) is None
    assert mutual.credential("nobody.test") is None
    assert NO_MUTUAL_TLS.credential("lasning.test") is None


def test_they_are_of_the_issuer_and_fit_for_callers(machines: MachineCertificates) -> None:
    certificate = certificate_in(machines.credential("lasning.test"))
    assert is_taken(certificate, machines.issuer_file)
    assert not is_taken(certificate, _lab_ca(machines.home))
    assert "lasning.test" in certificate.subject.rfc4514_string()
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert x509.ExtendedKeyUsageOID.CLIENT_AUTH in usage
    context = ssl.create_default_context()
    context.load_cert_chain(machines.credential("lasning.test"))


def _lab_ca(home: LabHome) -> Path:
    home.certificate_authority()
    return home.ca_file


def test_what_a_server_tells_is_the_certificate_and_its_name(machines: MachineCertificates) -> None:
    certificate = certificate_in(machines.credential("lasning.test"))
    shown = shown_by(certificate)
    assert [x509.load_pem_x509_certificate(pem.encode()) for pem in shown.chain] == [certificate]
    assert shown.name == certificate.subject.rfc4514_string()
    assert shown.extension()["client_cert_chain"] == list(shown.chain)


def test_all_of_it_is_private(machines: MachineCertificates) -> None:
    machines.mutual_tls((), SENDERS)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in machines.folder.rglob("*")}
    assert len(modes) == 6
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(machines.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["issuer-key.pem", "lasning.test.pem"])
def test_what_is_open_to_others_or_damaged_is_told_with_the_mend(machines: MachineCertificates, name: str) -> None:
    machines.credential("lasning.test")
    path = machines.folder / name
    path.chmod(0o644)
    with pytest.raises(ScenarioInvalid, match=r"open to others.*chmod 600"):
        machines.credential("lasning.test")
    path.chmod(0o600)
    path.write_bytes(b"rubbish")
    with pytest.raises(ScenarioInvalid, match="not a key with its certificate"):
        machines.credential("lasning.test")
    assert path.read_bytes() == b"rubbish"


def test_a_certificate_of_an_issuer_that_is_no_more(machines: MachineCertificates) -> None:
    machines.credential("lasning.test")
    (machines.folder / "issuer-key.pem").unlink()
    with pytest.raises(ScenarioInvalid, match="issuer that is no more"):
        machines.credential("lasning.test")
