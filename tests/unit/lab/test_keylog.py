"""The key log opens what was encrypted to the lab's own vendors, and holds no private key."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree

from sp_mocks.keys import VendorKeys
from testbed.interception.journal import Journal
from testbed.interception.recorded import read
from testbed.lab.home import LabHome
from testbed.lab.keylog import keep_content_keys
from testbed.lab.spec import LabSpec
from testbed.model.messages import SamlResponse
from testbed.model.wire import BROWSER, Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.wire.saml import messages

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
NAMES = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'


def spec(folder: Path) -> LabSpec:
    known = load_catalogue()
    vendors = tuple(known.vendors[name] for name in ("national-tests", "reading-service"))
    return LabSpec(LabHome.open(folder / "home"), {}, vendors, known.agreements)


def encrypted_to(keys: VendorKeys) -> bytes:
    pem = keys.certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.constants.KeyDataAes, 128, xmlsec.constants.KeyDataTypeSession)
    root = etree.fromstring(f'<samlp:Response {NAMES} ID="_r"><saml:EncryptedAssertion/></samlp:Response>')
    template = xmlsec.template.encrypted_data_create(root, xmlsec.constants.TransformAes128Gcm)
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    information = xmlsec.template.encrypted_data_ensure_key_info(template)
    wrapped = xmlsec.template.add_encrypted_key(information, xmlsec.constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    sealed = context.encrypt_binary(template, f'<saml:Assertion {NAMES} ID="_a"/>'.encode())
    root[0].append(sealed)
    return etree.tostring(root)


def recorded(folder: RunFolder, *documents: bytes) -> None:
    with Journal(folder.journal, "inprocess", lambda: NOW) as journal:
        for document in documents:
            body = urlencode({"SAMLResponse": base64.b64encode(document).decode()}).encode()
            number = journal.open(BROWSER, Request("POST", "https://lasning.test/saml/acs", FORM, body))
            journal.close(number, Response(200))


def test_what_was_encrypted_to_a_vendor_of_the_lab_can_be_read_afterwards(tmp_path: Path) -> None:
    lab, folder = spec(tmp_path), RunFolder.make(tmp_path, "x", NOW)
    hosts = ("prov.test", "lasning.test")
    keys = [VendorKeys.load_or_make(lab.home.participant_folder(host), host, NOW) for host in hosts]
    recorded(folder, *(encrypted_to(one) for one in keys))
    keep_content_keys(lab, folder, lambda: NOW)
    assert folder.key_log.stat().st_mode & 0o777 == 0o600
    text = folder.key_log.read_text(encoding="utf-8")
    assert "PRIVATE" not in text
    content_keys = {name: base64.b64decode(key) for name, key in json.loads(text).items()}
    assert [len(key) for key in content_keys.values()] == [16, 16]
    for exchange in read(folder.journal).exchanges:
        (message,) = messages(exchange, content_keys)
        assert isinstance(message, SamlResponse)
        assert ([one.id for one in message.assertions], message.encrypted) == (["_a"], 0)


def test_what_was_encrypted_to_somebody_else_stays_closed(tmp_path: Path) -> None:
    lab, folder = spec(tmp_path), RunFolder.make(tmp_path, "x", NOW)
    stranger = VendorKeys.load_or_make(tmp_path / "stranger", "stranger.test", NOW)
    VendorKeys.load_or_make(lab.home.participant_folder("lasning.test"), "lasning.test", NOW)
    recorded(folder, encrypted_to(stranger))
    keep_content_keys(lab, folder, lambda: NOW)
    assert json.loads(folder.key_log.read_text(encoding="utf-8")) == {}


def test_no_key_log_is_written_where_nothing_was_encrypted_or_recorded(tmp_path: Path) -> None:
    lab, folder = spec(tmp_path), RunFolder.make(tmp_path, "x", NOW)
    keep_content_keys(lab, folder, lambda: NOW)
    recorded(folder, f"<samlp:Response {NAMES}/>".encode(), b"EncryptedAssertion", b"\x00")
    keep_content_keys(lab, folder, lambda: NOW)
    assert not folder.key_log.exists()
