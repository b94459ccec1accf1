"""The lab home keeps keys, to itself."""

import ssl
import stat
from pathlib import Path

import pytest
import trustme

from testbed.lab.home import LabHome, trusting
from testbed.model.files import ScenarioInvalid


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_the_authority_stays_the_same_between_commands(tmp_path: Path) -> None:
    first = LabHome.open(tmp_path / "home").certificate_authority()
    second = LabHome.open(tmp_path / "home").certificate_authority()
    assert first.cert_pem.bytes() == second.cert_pem.bytes()


def test_nothing_in_it_is_open_to_others(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    home.server_certificate("school", ("idp.skola.test",))
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert modes(home.path)
    assert not {name: mode for name, mode in modes(home.path).items() if mode & 0o077}


def test_a_home_that_is_open_to_others_is_refused_with_the_mend(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(ScenarioInvalid, match=r"open to others \(mode 755\)\. To mend it: run 'chmod 700"):
        LabHome.open(folder)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(ScenarioInvalid, match="cannot be the lab home"):
        LabHome.open(tmp_path / "home")


def test_the_variable_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "elsewhere"))
    assert LabHome.open().path == tmp_path / "elsewhere"


def test_a_damaged_authority_is_told_and_not_replaced(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    home.proxy_folder.mkdir()
    damaged = home.proxy_folder / "mitmproxy-ca.pem"
    damaged.write_text("rubbish")
    with pytest.raises(ScenarioInvalid, match="not a key with its certificate"):
        home.certificate_authority()
    assert damaged.read_text() == "rubbish"


def test_of_two_commands_at_once_the_first_one_s_authority_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = LabHome.open(tmp_path / "home")
    other = trustme.CA()

    def made_meanwhile(**_: str) -> trustme.CA:
        target = home.proxy_folder / "mitmproxy-ca.pem"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(other.private_key_pem.bytes() + other.cert_pem.bytes())
        return real()

    real = trustme.CA
    monkeypatch.setattr(trustme, "CA", type("Racing", (), {"__new__": lambda _, **kw: made_meanwhile(**kw)}))
    monkeypatch.setattr(trustme.CA, "from_pem", real.from_pem, raising=False)
    assert home.certificate_authority().cert_pem.bytes() == other.cert_pem.bytes()


def test_clients_trust_the_lab_and_nobody_else(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    home.certificate_authority()
    context = trusting(home.ca_file)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1
