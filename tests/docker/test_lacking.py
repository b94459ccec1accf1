"""What a lab in containers cannot do without: told in a sentence with the mend, and nothing is left running."""

import io
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from testbed.lab.containers.engine import image

pytestmark = pytest.mark.docker


def refused(desk: Desk, *arguments: str, **more: str) -> str:
    """What a command says that ends with an error, in one sentence."""
    status, printed = desk.run(*arguments, **more)
    assert status == 2, printed
    assert "Traceback" not in printed
    assert not (desk.folder / "runs").exists()
    return printed


@pytest.mark.parametrize("command", [("run", "tour", "--lab", "docker"), ("lab", "up", "--lab", "docker")])
def test_no_engine(desk: Desk, command: tuple[str, ...]) -> None:
    said = refused(desk, *command, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert "no container engine answers at unix:///nowhere/docker.sock. To mend it: start one" in said


def test_no_image(desk: Desk) -> None:
    said = refused(desk, "run", "tour", "--lab", "docker", TESTBED_IMAGE="no-such-image")
    assert "there is no image no-such-image. To mend it: make it ('make image')" in said


def test_no_compose(desk: Desk) -> None:
    said = refused(desk, "run", "tour", "--lab", "docker", PATH=str(desk.folder))
    assert "neither 'docker compose' nor 'docker-compose' is installed. To mend it: install one" in said


def test_the_port_is_taken(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused(desk, "lab", "up", "--lab", "docker", "--port", port)
    assert f"port {port} of 127.0.0.1 is taken. To mend it: choose another --port" in said


@pytest.fixture
def broken(desk: Desk, tmp_path: Path) -> Iterator[str]:
    """The image, but its vendors end as soon as they are started."""
    name = f"testbed-broken-{tmp_path.name}".lower()
    lines = [
        f"FROM {image(desk.client)}",
        "USER 0",
        # NOTE: what is compiled in the image is not held against its source.
        "RUN cd $(python -c 'import testbed.lab as lab; print(lab.__path__[0])') && "
        "rm __pycache__/vendors_process.* && echo 'raise SystemExit(\"no vendors today\")' >vendors_process.py",
        "USER 10001",
    ]
    desk.client.images.build(fileobj=folder_of(Dockerfile="\n".join(lines)), custom_context=True, tag=name, rm=True)
    yield name
    desk.client.images.remove(name, force=True)


def folder_of(**files: str) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    packed.seek(0)
    return packed


def test_a_container_that_ends_at_once(desk: Desk, broken: str) -> None:
    status, printed = desk.run("run", "login-reading-service", "--lab", "docker", TESTBED_IMAGE=broken)
    assert status == 2
    told = " ".join(printed.split())
    assert "the container of vendors has ended (status 1); its log ends with: no vendors today" in told
    assert "Traceback" not in printed
    assert desk.left() == []
