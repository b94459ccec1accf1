"""A vendor's key: made once, its owner's alone."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from sp_mocks.keys import KEY_FILE, VendorKeys

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def test_a_key_is_made_once_and_stays(tmp_home: Path) -> None:
    first = VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    second = VendorKeys.load_or_make(tmp_home, "lasning.test", NOW + dt.timedelta(days=400))
    assert first.certificate_der == second.certificate_der
    assert first.private_key.private_numbers() == second.private_key.private_numbers()


def test_the_folder_and_the_file_are_the_owner_s_alone(tmp_home: Path) -> None:
    VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    assert tmp_home.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_home.iterdir()} == {KEY_FILE: 0o600}


def test_the_certificate_is_of_the_key_and_says_test(tmp_home: Path) -> None:
    keys = VendorKeys.load_or_make(tmp_home, "x" * 80, NOW)
    certificate = x509.load_der_x509_certificate(keys.certificate_der)
    assert keys.private_key.key_size == 2048
    assert certificate.public_key() == keys.private_key.public_key()
    assert "TEST" in certificate.subject.rfc4514_string()
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    certificate.verify_directly_issued_by(certificate)


def test_a_process_that_comes_second_takes_the_first_one_s_key(tmp_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path, **how: path.name != KEY_FILE and exists(path, **how))
    second = VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    assert second.certificate_der == first.certificate_der
    assert [path.name for path in tmp_home.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize(("which", "mode"), [(".", 0o755), (KEY_FILE, 0o640)])
def test_what_is_open_to_others_is_not_used(tmp_home: Path, which: str, mode: int) -> None:
    VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    (tmp_home / which).chmod(mode)
    with pytest.raises(ValueError, match="To mend it: chmod"):
        VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)


@pytest.mark.parametrize("content", [b"", b"noise", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_file_is_named(tmp_home: Path, content: bytes) -> None:
    VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)
    (tmp_home / KEY_FILE).write_bytes(content)
    with pytest.raises(ValueError, match=f"{KEY_FILE}: is damaged. To mend it"):
        VendorKeys.load_or_make(tmp_home, "lasning.test", NOW)


def test_a_certificate_of_another_key_is_noticed(tmp_path: Path) -> None:
    one = VendorKeys.load_or_make(tmp_path / "one", "one.test", NOW)
    other = VendorKeys.load_or_make(tmp_path / "other", "other.test", NOW)
    pem = one.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    mixed = pem + other.certificate.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "one" / KEY_FILE).write_bytes(mixed)
    with pytest.raises(ValueError, match="do not belong together"):
        VendorKeys.load_or_make(tmp_path / "one", "one.test", NOW)


def test_the_key_is_not_shown(keys: VendorKeys) -> None:
    assert "0x" in repr(keys)
    assert "private_key" not in repr(keys)
