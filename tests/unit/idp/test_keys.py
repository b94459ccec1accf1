"""Keys: made once, private, and the same ever after."""

import datetime as dt
import itertools
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp import keys as module
from idp.keys import KEY_FILES, SECRET_FILE, KeyKind, KeyStage, SchoolKeys, SigningKey, published, signer

KEY_FILE = KEY_FILES["rsa", "current"]
STAGES: tuple[KeyStage, ...] = ("before", "announced", "switched", "retired")
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def test_keys_stay_the_same(tmp_path: Path) -> None:
    made = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)
    loaded = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW + dt.timedelta(days=1))
    assert loaded.current.certificate_der == made.current.certificate_der
    assert loaded.pairwise_secret == made.pairwise_secret
    assert loaded.current.pem == made.current.pem


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {KEY_FILE, SECRET_FILE}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


def test_the_certificate_lasts_ten_years_and_says_test(keys: SchoolKeys) -> None:
    assert keys.current.certificate.not_valid_after_utc - NOW > dt.timedelta(days=3650)
    assert "TEST" in keys.current.certificate.subject.rfc4514_string()
    assert keys.current.private_key.key_size == 2048


def test_secrets_do_not_show_in_a_repr(keys: SchoolKeys) -> None:
    assert "PRIVATE" not in repr(keys) + repr(keys.current)
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
        SchoolKeys.load_or_make(tmp_path / "keys", "x", NOW).current.pem + keys.current.certificate_pem
    )
    with pytest.raises(ValueError, match="do not belong together"):
        SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW)


def test_of_two_that_start_at_once_the_first_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    first = SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    second = SchoolKeys.load_or_make(folder, "idp.skola.test", NOW)
    assert second.current.certificate_der == first.current.certificate_der
    assert second.pairwise_secret == first.pairwise_secret
    assert len(list(folder.iterdir())) == 2


def test_the_file_of_the_current_rsa_key_keeps_its_name() -> None:
    assert KEY_FILE == "saml-signing.pem"
    assert len(set(KEY_FILES.values())) == 4


@pytest.mark.parametrize(("kind", "kept_as"), [("rsa", rsa.RSAPrivateKey), ("ec", ec.EllipticCurvePrivateKey)])
def test_both_keys_are_of_the_kind_that_is_asked_for(tmp_path: Path, kind: KeyKind, kept_as: type) -> None:
    keys = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, kind)
    assert [key.kind for key in (keys.current, keys.coming)] == [kind, kind]
    assert isinstance(keys.coming.private_key, kept_as)
    assert keys.current.certificate_der != keys.coming.certificate_der
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {
        KEY_FILES[kind, "current"],
        KEY_FILES[kind, "coming"],
        SECRET_FILE,
    }


def test_the_coming_key_is_made_once_and_only_when_it_is_needed(tmp_path: Path) -> None:
    first = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, "ec")
    second = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, "ec")
    assert first.published("before") == (first.current,)
    assert not (tmp_path / "keys" / KEY_FILES["ec", "coming"]).exists()
    assert first.coming is first.coming
    assert first.coming.pem == second.coming.pem
    assert stat.S_IMODE((tmp_path / "keys" / KEY_FILES["ec", "coming"]).stat().st_mode) == 0o600


def test_a_key_of_another_kind_in_the_file_is_refused(tmp_path: Path) -> None:
    SigningKey.load_or_make(tmp_path / "key.pem", "x", NOW, "ec")
    with pytest.raises(ValueError, match="of kind ec, not rsa"):
        SigningKey.load_or_make(tmp_path / "key.pem", "x", NOW)


def test_a_long_host_name_still_gets_a_certificate(tmp_path: Path) -> None:
    key = SigningKey.load_or_make(tmp_path / "key.pem", "x" * 200, NOW, "ec")
    assert f"CN={'x' * module.MAX_COMMON_NAME}" in key.certificate.subject.rfc4514_string()


def test_whoever_read_the_metadata_one_stage_ago_knows_the_key_that_signs() -> None:
    for earlier, later in itertools.pairwise(STAGES):
        assert signer(later) in published(earlier)
        assert signer(earlier) in published(later) or later == "retired"


def test_the_key_that_signs_stands_first_among_those_published(tmp_path: Path) -> None:
    keys = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, "ec")
    found = {stage: keys.published(stage) for stage in STAGES}
    assert found == {
        "before": (keys.current,),
        "announced": (keys.current, keys.coming),
        "switched": (keys.coming, keys.current),
        "retired": (keys.coming,),
    }
    assert all(keys.key(signer(stage)) is found[stage][0] for stage in STAGES)
