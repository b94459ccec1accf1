"""The files that a lab in containers is given: a folder in the lab home, of the user whose processes read it.

The processes are never root's. Where the lab is opened by root they are a user's of their own, and these files, and the
journals while they are written, that user's.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from testbed.interception.config import PROXY_CONFIG
from testbed.interception.journal import Journal
from testbed.lab.containers.topology import LOAD, NAME, PLACES, RESOLVER, Place, Told
from testbed.lab.home import LabHome
from testbed.lab.participant import CONFIG
from testbed.lab.spec import Clock
from testbed.model.load import PROCESS
from testbed.model.private import create_private
from testbed.runner.folder import RunFolder

USER = 10_001
"""Of the image: whose processes they are where root opens the lab."""
CONTAINERS = "containers"
"""In the lab home: a folder for each lab in containers."""
UNDERWAY = "underway.jsonl"
"""In the run's folder: see :mod:`testbed.interception.underway`."""
FOLDER = "folder"
"""Holds the path of the run's folder, for a command that did not open the lab."""
SHARED = ("proxy", "machines", "participants", "tls", "lab-ca.pem")
"""What participants need of the lab home."""
ATTEMPTS = "attempts-{}.jsonl"
"""Of each participant, in the run's folder while the lab stands: what was tried around the proxy."""


def user_and_group() -> tuple[int, int]:
    """Whose processes they are."""
    return (USER, USER) if os.geteuid() == 0 else (os.geteuid(), os.getegid())


@dataclass(frozen=True, slots=True)
class Staging:
    """The files of one lab."""

    home: LabHome
    project: str
    folder: RunFolder

    @classmethod
    def left(cls, home: LabHome, project: str) -> "Staging | None":
        """That of a lab which another command opened; None where there is none."""
        named = home.path / CONTAINERS / project / FOLDER
        return cls(home, project, RunFolder(Path(named.read_text(encoding="utf-8")))) if named.is_file() else None

    @property
    def path(self) -> Path:
        """The folder in the lab home."""
        return self.home.path / CONTAINERS / self.project

    @property
    def attempts(self) -> tuple[Path, ...]:
        """See :data:`ATTEMPTS`; that of whoever makes load is there only where containers do."""
        return tuple(self._attempts(place) for place in (*PLACES, LOAD))

    def _attempts(self, place: Place) -> Path:
        return self.folder.path / ATTEMPTS.format(place.name)

    def lay_out(self, told: Told, now: Clock) -> None:
        """Write everything down; keys that there are already go with it, and the journals are begun."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700)
        own = self.path / "home"
        own.mkdir(mode=0o700)
        for name in SHARED:
            source = self.home.path / name
            if source.is_dir():
                shutil.copytree(source, own / name)
            elif source.exists():
                shutil.copy2(source, own / name)
            else:
                (own / name).mkdir(mode=0o700)
        create_private(self.path / "proxy.json", PROXY_CONFIG.dump_json(told.proxy) + b"\n")
        create_private(self.path / "school.json", CONFIG.dump_json(told.school, by_alias=True) + b"\n")
        create_private(self.path / "vendors.json", CONFIG.dump_json(told.vendors, by_alias=True) + b"\n")
        create_private(self.path / "people.json", self.folder.people.read_bytes())
        create_private(self.path / "resolv.conf", f"nameserver {RESOLVER}\n".encode())
        if told.load:
            create_private(self.path / "load.json", PROCESS.dump_json(told.load) + b"\n")
            create_private(self.path / "load-key", told.load.key.encode() + b"\n")
        journals = (self.folder.journal, *(self._attempts(place) for place in told.walls))
        underway = self.folder.path / UNDERWAY
        create_private(underway, b"")
        create_private(self.path / FOLDER, str(self.folder.path.absolute()).encode())
        for journal in journals:
            # NOTE: begun here, so that there is one to judge where its recorder never came up; which writes it on.
            with Journal(journal, NAME, now):
                pass
        for path in (*_all_of(self.path), *journals, underway):
            _give(path, *user_and_group())

    def renew_certificate(self, name: str, hosts: tuple[str, ...], until: datetime | None) -> int:
        """Give a participant a certificate that is good until then; returns its serial number."""
        fresh = self.home.server_certificate(f"{name}-{self.project}", hosts, until).read_bytes()
        # NOTE: written over and not put in its place: it stays the file of whoever serves by it.
        (self.path / "home" / "tls" / f"{name}.pem").write_bytes(fresh)
        (self.home.path / "tls" / f"{name}-{self.project}.pem").unlink()
        return x509.load_pem_x509_certificate(fresh[fresh.index(b"-----BEGIN CERTIFICATE") :]).serial_number

    def keep(self) -> None:
        """What is to stay: keys that participants have made, and the journals, which are the opener's again."""
        made, own = self.path / "home" / "participants", self.home.path / "participants"
        own.mkdir(mode=0o700, exist_ok=True)
        for file in _all_of(made) if made.is_dir() else ():
            kept = own / file.relative_to(made)
            if file.is_file():
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                create_private(kept, file.read_bytes())
        (self.folder.path / UNDERWAY).unlink(missing_ok=True)
        for journal in (self.folder.journal, *self.attempts):
            if journal.exists():
                _give(journal, os.geteuid(), os.getegid())

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.path, ignore_errors=True)


def _all_of(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _give(path: Path, user: int, group: int) -> None:
    if (path.stat().st_uid, path.stat().st_gid) != (user, group):
        os.chown(path, user, group)
