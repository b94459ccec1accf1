"""The lab home: keys that stay the same between commands, readable by their owner alone."""

import os
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme

from testbed.model.files import ScenarioInvalid
from testbed.model.private import create_private, write_private

VARIABLE = "TESTBED_HOME"


@dataclass(frozen=True, slots=True)
class LabHome:
    """The folder ``TESTBED_HOME``, by default ``.testbed`` in the working folder; mode 0700."""

    path: Path

    @classmethod
    def open(cls, path: Path | None = None) -> "LabHome":
        """The lab home, made when it is not there.

        Raises:
            ScenarioInvalid: it cannot be made, or others than its owner may look into it.
        """
        folder = path or Path(os.environ.get(VARIABLE) or ".testbed").absolute()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode & 0o777
        except OSError as error:
            reason = (error.strerror or "no").lower()
            raise ScenarioInvalid(
                folder, "", f"cannot be the lab home ({reason})", f"set {VARIABLE} to a folder of your own"
            ) from error
        if mode & 0o077:
            raise ScenarioInvalid(
                folder, "", f"holds keys but is open to others (mode {mode:o})", f"run 'chmod 700 {folder}'"
            )
        return cls(folder)

    @property
    def proxy_folder(self) -> Path:
        """The proxy's configuration folder; its certificate authority is the lab's."""
        return self.path / "proxy"

    @property
    def ca_file(self) -> Path:
        """The lab CA's certificate, for whoever must trust the lab."""
        return self.path / "lab-ca.pem"

    def participant_folder(self, name: str) -> Path:
        """Where one participant keeps the keys that it makes itself."""
        return self.path / "participants" / name

    def certificate_authority(self) -> trustme.CA:
        """The lab's own CA, made at first use.

        One CA signs the participants' certificates and, in the proxy's folder, those that the proxy makes up, so a
        client has one thing to trust.

        Raises:
            ScenarioInvalid: its file is damaged.
        """
        combined = self.proxy_folder / "mitmproxy-ca.pem"
        if not combined.is_file():
            fresh = trustme.CA(
                organization_name="School federation testbed", organization_unit_name="TEST lab CA, trust nowhere else"
            )
            self.proxy_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_private(combined, fresh.private_key_pem.bytes() + fresh.cert_pem.bytes())
        pem = combined.read_bytes()
        try:
            authority = trustme.CA.from_pem(pem, pem)
        except ValueError as error:
            raise ScenarioInvalid(combined, "", "is not a key with its certificate", "remove it") from error
        write_private(self.ca_file, authority.cert_pem.bytes())
        return authority

    def server_certificate(self, name: str, hosts: tuple[str, ...], until: datetime | None = None) -> Path:
        """A file with key and certificate for a participant that answers for these hosts, made anew each time.

        Args:
            name: of the file.
            hosts: as the certificate names them.
            until: its last moment; None is a long time from now.
        """
        leaf = self.certificate_authority().issue_cert(*hosts, not_after=until)
        folder = self.path / "tls"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{name}.pem"
        write_private(path, leaf.private_key_and_cert_chain_pem.bytes())
        return path


def trusting(ca_file: Path, credential: Path | None = None) -> ssl.SSLContext:
    """A client's TLS settings: trust the lab CA and nothing else, and show the certificate in this file where asked."""
    context = ssl.create_default_context(cafile=str(ca_file))
    if credential is not None:
        context.load_cert_chain(credential)
    return context
