"""Keys: made once, private, and the same ever after."""

import datetime as dt
import stat
from pathlib import Path

import pytest

from idp.keys import KEY_FILE, SECRET_FILE, SchoolKeys

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def test_keys_stay_the_same(tmp_path: Path) -> None:
    made = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)
    loaded = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW + dt.timedelta(days=1))
    assert loaded.certificate_der == made.certificate_der
    assert loaded.pairwise_secret == made.pairwise_secret
    assert loaded.signing_key_pem == made.signing_key_pem


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {KEY_FILE, SECRET_FILE}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


def test_the_certificate_lasts_ten_years_and_says_test(keys: SchoolKeys) -> None:
    assert keys.certificate.not_valid_after_utc - NOW > dt.timedelta(days=3650)
    assert "TEST" in keys.certificate.subject.rfc4514_string()
    assert keys.signing_key.key_size == 2048


def test_secrets_do_not_show_in_a_repr(keys: SchoolKeys) -> None:
    assert "PRIVATE" not in repr(keys)
    assert repr(keys.pairwise_secret) not in repr(keys)


@pytest.mark.parametrize("name", [KEY_FILE, SECRET_FILE])
def test_a_file_open_to_others_is_refused(tmp_path: Path, name: str) -> None:
    SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)
    (tmp_path / "keys" / name).chmod(0o644)
    with pytest.raises(ValueError, match="open to others"):
        SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    with pytest.raises(ValueError, match="open to others"):
        SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)


@pytest.mark.parametrize("name", [KEY_FILE, SECRET_FILE])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)
    (tmp_path / "keys" / name).write_bytes(b"x")
    with pytest.raises(ValueError, match=name):
        SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)


def test_a_key_with_another_keys_certificate_is_refused(tmp_path: Path, keys: SchoolKeys) -> None:
    SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)
    (tmp_path / "keys" / KEY_FILE).write_bytes(
        SchoolKeys.load_or_make(tmp_path / "keys", "x", NOW).signing_key_pem + keys.certificate_pem
    )
    with pytest.raises(ValueError, match="do not belong together"):
        SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)


def test_of_two_that_start_at_once_the_first_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    first = SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    second = SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    assert second.certificate_der == first.certificate_der
    assert second.pairwise_secret == first.pairwise_secret
    assert len(list(folder.iterdir())) == 2
