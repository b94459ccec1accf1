"""What a vendor's container is told of where things are."""

from pathlib import Path

from testbed.lab.tried_container import inside


def test_files_stand_in_the_container_and_not_where_this_machine_has_them(tmp_path: Path) -> None:
    places = {"server_certificate": f"{tmp_path}/tried.pem", "machines_key": f"{tmp_path}/key.json", "state": "/x"}
    named, files = inside(places | {"data_api": "https://127.0.0.1:8401"})
    assert named == {
        "server_certificate": "/testbed/server-certificate.pem",
        "machines_key": "/testbed/machines-key.json",
        "ca": "/testbed/ca.pem",
        "state": "/testbed/state",
    }
    assert files == {
        "/testbed/server-certificate.pem": tmp_path / "tried.pem",
        "/testbed/machines-key.json": tmp_path / "key.json",
    }
