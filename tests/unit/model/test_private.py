from pathlib import Path

import pytest

from testbed.model.private import create_private, must_be_private, read_private, write_private


def test_what_is_made_is_the_owner_s_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_private(path, b"first")
    create_private(path, b"second")
    assert read_private(path) == b"first"
    write_private(path, b"third")
    assert read_private(path) == b"third"
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize(("folder", "mend"), [(True, "700"), (False, "600")])
def test_what_is_open_to_others_is_refused_with_its_mend(tmp_path: Path, folder: bool, mend: str) -> None:
    path = tmp_path / "open"
    path.mkdir() if folder else path.write_bytes(b"x")
    path.chmod(0o755)
    with pytest.raises(ValueError, match=f"chmod {mend}"):
        must_be_private(path)
