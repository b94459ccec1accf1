"""The run's key log: by which the judge reads what the school encrypted to a simulated vendor.

As with the key logs of TLS, one key opens one message. The vendors' private keys stay in the lab home; nobody can
make a message by what stands in a run's folder.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sp_mocks.keys import KEY_FILE, VendorKeys
from testbed.interception.journals import exchanges_in
from testbed.lab.home import LabHome
from testbed.lab.spec import Clock, LabSpec
from testbed.model.private import write_private
from testbed.model.wire import Exchange, host_of
from testbed.model.written import Vendor
from testbed.runner.folder import RunFolder
from testbed.wire.encryption import EncryptedData, encrypted_assertions, unwrap
from testbed.wire.saml import documents
from testbed.wire.xml import Unreadable

MARK = b"EncryptedAssertion"


def keep_content_keys(spec: LabSpec, folder: RunFolder, now: Clock) -> None:
    """Write ``keylog.json`` for what the journal holds so far; nothing where no assertion came encrypted.

    Raises:
        JournalCorrupt: the journal is damaged in the middle.
        ValueError: a vendor's key file is open to others, or damaged.
    """
    if not folder.journal.is_file():
        return
    sealed = list(_sealed(exchanges_in(folder.journal)))
    if not sealed:
        return
    private_keys = {host_of(v.login): key for v in spec.simulated for key in _keys(v, spec.home, now)}
    found: dict[str, str] = {}
    for exchange, data in sealed:
        own = [private_keys[exchange.receiver]] if exchange.receiver in private_keys else []
        key = _unwrapped(data, [*own, *private_keys.values()])
        if key:
            found[data.fingerprint] = base64.b64encode(key).decode("ascii")
    write_private(folder.key_log, json.dumps(found, indent=1).encode())


def _sealed(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, EncryptedData]]:
    for exchange in exchanges:
        for document in documents(exchange):
            if MARK in document:
                yield from ((exchange, data) for data in encrypted_assertions(document))


def _keys(vendor: Vendor, home: LabHome, now: Clock) -> Iterator[RSAPrivateKey]:
    """A vendor that has not made its key has read nothing by it."""
    folder: Path = home.participant_folder(host_of(vendor.login))
    if (folder / KEY_FILE).is_file():
        yield VendorKeys.load_or_make(folder, host_of(vendor.login), now()).private_key


def _unwrapped(data: EncryptedData, private_keys: Sequence[RSAPrivateKey]) -> bytes:
    """The content-encryption key by the first private key that unlocks it, b"" when none does."""
    for private in private_keys:
        for wrapped in data.keys:
            try:
                return unwrap(wrapped, private)
            except Unreadable:
                continue
    return b""
