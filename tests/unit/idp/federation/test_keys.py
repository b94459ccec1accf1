import datetime as dt
from pathlib import Path

import pytest

from idp.federation.keys import KEY_FILE, federation_key

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def test_the_key_stays_the_same_and_is_the_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "participants" / "md.federation.test"
    first = federation_key(folder, "md.federation.test", NOW)
    again = federation_key(folder, "md.federation.test", NOW)
    assert first.certificate_der == again.certificate_der
    assert first.kind == "rsa"
    assert (folder.stat().st_mode | (folder / KEY_FILE).stat().st_mode) & 0o077 == 0


def test_a_folder_that_is_open_to_others_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "md"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(ValueError, match="chmod 700"):
        federation_key(folder, "md.federation.test", NOW)
