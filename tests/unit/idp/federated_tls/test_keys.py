"""The keys of federation and token service stay the same, and private."""

import stat
from pathlib import Path
from typing import Any

import pytest

from idp.federated_tls.keys import METADATA_KEY, TOKEN_KEY, machine_signer


def test_each_is_made_once_and_is_its_owner_s_alone(tmp_path: Path, now: Any) -> None:
    folder = tmp_path / "federation"
    first = machine_signer(folder, METADATA_KEY, "machines.federation.test", now)
    assert first.algorithm == "ES256"
    assert machine_signer(folder, METADATA_KEY, "machines.federation.test", now).public == first.public
    assert machine_signer(folder, TOKEN_KEY, "auth.skola.test", now).kid != first.kid
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in (METADATA_KEY, TOKEN_KEY)] == [0o600, 0o600]


def test_what_is_open_to_others_is_refused(tmp_path: Path, now: Any) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(ValueError, match="open to others"):
        machine_signer(tmp_path, METADATA_KEY, "x", now)
