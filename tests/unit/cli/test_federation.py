"""``testbed federation``: published as files, verified as a vendor should."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from testbed.cli.federation import publish, verify
from testbed.model.files import ScenarioInvalid


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("federation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTBED_HOME", str(root / "home"))
        publish(root / "out")
    return root / "out"


@pytest.fixture
def status(published: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(document: Path | None = None, certificate: Path | None = None, at: object = None) -> tuple[int, str]:
        with pytest.raises(typer.Exit) as ended:
            verify(document or published / "aggregate.xml", certificate or published / "certificate.pem", at)
        return ended.value.exit_code, capsys.readouterr().out

    return run


def test_what_is_published_is_good(status: Callable[..., tuple[int, str]]) -> None:
    code, said = status()
    assert code == 0
    assert "The signature is good." in said
    assert "https://idp.granne.test/saml/metadata" in said
    assert "for 6 days, 23:" in said or "for 7 days" in said


def test_a_document_that_has_expired_is_not_good(status: Callable[..., tuple[int, str]]) -> None:
    code, said = status(at=datetime(2099, 1, 1, tzinfo=UTC))
    assert code == 1
    assert "EXPIRED" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"idp.granne.test", b"idp.fiende.test", "signature is NOT good"),
        (b" validUntil=", b" x=", "does NOT say until when"),
    ],
)
def test_a_changed_document_is_not_good(
    published: Path, tmp_path: Path, status: Callable[..., tuple[int, str]], old: bytes, new: bytes, said: str
) -> None:
    changed = tmp_path / "changed.xml"
    changed.write_bytes((published / "aggregate.xml").read_bytes().replace(old, new))
    code, told = status(changed)
    assert code == 1
    assert said in told


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "well-formed"),
        (b"<a/>", "neither an EntitiesDescriptor"),
        (b"<!DOCTYPE a []><a/>", "document type"),
        (b"x" * (1024 * 1024 + 1), "larger than"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_no_metadata_is_told(published: Path, tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "file.xml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioInvalid, match=cause):
        verify(path, published / "certificate.pem")


def test_a_certificate_that_is_none_is_told(published: Path) -> None:
    with pytest.raises(ScenarioInvalid, match="is no certificate"):
        verify(published / "aggregate.xml", published / "aggregate.xml")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(ScenarioInvalid, match="choose another --out"):
        publish(taken / "under")


def test_the_command_line_knows_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "testbed.cli", "federation", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert "publish" in done.stdout
    assert "verify" in done.stdout
