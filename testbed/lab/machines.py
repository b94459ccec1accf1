"""Certificates that participants show as callers: issued by an issuer of the lab's own, the same between commands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from testbed.lab.home import LabHome
from testbed.model.federated_tls import Shown
from testbed.model.files import ScenarioInvalid
from testbed.model.private import create_private, must_be_private, read_private, write_private

type Slot = Literal["current", "coming"]
"""A machine has two keys, so that it can change from one to the other."""


@dataclass(frozen=True, slots=True)
class MutualTls:
    """Who is asked for a certificate, whose certificates are taken, and who has which."""

    hosts: frozenset[str]
    """Those that ask their callers."""
    issuers: Path
    """Certificates of the issuers that they take, PEM."""
    credentials: Mapping[str, tuple[Path, ...]]
    """Sender to the files that hold a key and its certificate each; the first is shown unless another is chosen."""

    def credential(self, sender: str, number: int = 0) -> Path | None:
        """What this sender shows; None when it has none."""
        files = self.credentials.get(sender, ())
        return files[number] if number < len(files) else None


NOBODY_PRETENDS: Mapping[str, str] = MappingProxyType({})
NO_MUTUAL_TLS = MutualTls(frozenset(), Path(), {})


@dataclass(frozen=True, slots=True)
class MachineCertificates:
    """Makes and keeps them in the lab home, readable by its owner alone."""

    home: LabHome

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.home.path / "machines"

    @property
    def issuer_file(self) -> Path:
        """The issuer's certificate, for whoever takes its machines and for the federation's metadata."""
        return self.folder / "issuer.pem"

    def issuer(self) -> trustme.CA:
        """The issuer, made at first use.

        NOTE: not the lab's CA, by which the proxy makes up certificates of servers while it runs.

        Raises:
            ScenarioInvalid: its file is damaged, or open to others.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        combined = self.folder / "issuer-key.pem"
        if not combined.exists():
            fresh = trustme.CA(
                organization_name="School federation testbed",
                organization_unit_name="TEST issuer of machines, trust nowhere else",
            )
            create_private(combined, fresh.private_key_pem.bytes() + fresh.cert_pem.bytes())
        pem = _read(combined)
        try:
            issuer = trustme.CA.from_pem(pem, pem)
        except ValueError as error:
            raise ScenarioInvalid(combined, "", "is not a key with its certificate", "remove it") from error
        write_private(self.issuer_file, issuer.cert_pem.bytes())
        return issuer

    def credential(self, host: str, slot: Slot = "current", name: str = "") -> Path:
        """The file with a participant's key and certificate, made at first use.

        Args:
            host: of the participant.
            slot: which of its keys.
            name: whose the certificate says that it is; the participant's own where it is left out.

        Raises:
            ScenarioInvalid: it is damaged, open to others, or of an issuer that is no more.
        """
        issuer = self.issuer()
        path = self.folder / (f"{host}.pem" if slot == "current" else f"{host}-{slot}.pem")
        if not path.exists():
            named = name or host
            leaf = issuer.issue_cert(
                named, common_name=named, organization_unit_name="TEST machine, trust nowhere else"
            )
            create_private(path, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
        pem = _read(path)
        try:
            certificate = x509.load_pem_x509_certificate(pem)
        except ValueError as error:
            raise ScenarioInvalid(path, "", "is not a key with its certificate", "remove it") from error
        if not _issued(certificate, [x509.load_pem_x509_certificate(issuer.cert_pem.bytes())]):
            raise ScenarioInvalid(path, "", "is of an issuer that is no more", "remove it")
        return path

    def mutual_tls(
        self, hosts: Iterable[str], senders: Iterable[str], pretenders: Mapping[str, str] = NOBODY_PRETENDS
    ) -> MutualTls:
        """Mutual TLS between these hosts and these senders, each of which gets both its keys.

        Args:
            hosts: those that ask their callers.
            senders: those that call them.
            pretenders: senders with a certificate in the name of another, by which whom.

        Raises:
            ScenarioInvalid: see :meth:`credential`.
        """
        shown = {one: (self.credential(one), self.credential(one, "coming")) for one in senders}
        forged = {one: (self.credential(one, name=name),) for one, name in pretenders.items()}
        self.issuer()
        return MutualTls(frozenset(hosts), self.issuer_file, {**shown, **forged})


def certificate_in(credential: Path) -> x509.Certificate:
    """The certificate of a file with a key and its certificate.

    Raises:
        ValueError: it is open to others, or holds none.
    """
    return x509.load_pem_x509_certificate(read_private(credential))


def shown_by(certificate: x509.Certificate) -> Shown:
    """What a server tells its app of a caller with this certificate."""
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    return Shown((pem,), certificate.subject.rfc4514_string())


def is_taken(certificate: x509.Certificate, issuers: Path) -> bool:
    """Whether one of these issuers has issued it."""
    return _issued(certificate, x509.load_pem_x509_certificates(issuers.read_bytes()))


def _issued(certificate: x509.Certificate, issuers: Iterable[x509.Certificate]) -> bool:
    for issuer in issuers:
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            continue
        return True
    return False


def _read(path: Path) -> bytes:
    try:
        must_be_private(path)
    except ValueError as error:
        raise ScenarioInvalid(path, "", "holds a key but is open to others", "run 'chmod 600' on it") from error
    return path.read_bytes()
