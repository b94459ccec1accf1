"""``testbed certify`` against Apache's modules, as Debian packages them: no false alarm."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mellon import Mellon, mellon_lacks

pytestmark = pytest.mark.interop


def certified(
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]], home: Path, out: Path, *arguments: str
) -> dict[str, dict[str, Any]]:
    """Each case by its id."""
    done = run_testbed(home, "certify", *arguments, "--out", str(out))
    assert done.returncode in (0, 1), done.stdout.decode() + done.stderr.decode()
    folder = max(out.iterdir())
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    return {case["case"]["id"]: case for case in map(json.loads, filter(None, lines))}


@pytest.mark.skipif(mellon_lacks(), reason="needs the Debian packages apache2, libapache2-mod-auth-mellon and openssl")
def test_mellon(
    make_apache: Callable[[str], Any],
    free_port: Callable[[], int],
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]],
    tmp_path: Path,
) -> None:
    home, school = tmp_path / "home", f"http://127.0.0.1:{free_port()}"
    mellon = Mellon(make_apache("mellon"))
    mellon.configure(run_testbed(home, "idp", "metadata", "--url", school).stdout)
    cases = certified(
        run_testbed,
        home,
        tmp_path / "runs",
        *("--saml-metadata", f"{mellon.url}/mellon/metadata"),
        *("--login", f"{mellon.url}/private/"),
        *("--probe", f"{mellon.url}/private/"),
        *("--logout", f"{mellon.url}/mellon/logout?ReturnTo={mellon.url}/"),
        *("--idp-url", school),
    )
    assert {name: case["reason"]["en"] for name, case in cases.items() if case["verdict"] == "FAIL"} == {}
