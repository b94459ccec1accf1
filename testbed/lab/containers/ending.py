"""Take a lab in containers down, however far it came: what it leaves is its log and its journals."""

import docker
from docker.models.containers import Container

from testbed.interception.recorded import read
from testbed.lab.containers.engine import Project, remove, service_of
from testbed.lab.containers.staging import Staging
from testbed.lab.journals_joined import joined


def take_down(client: docker.DockerClient, name: str, staging: Staging | None) -> None:
    """Take away all of it, and keep what it has to say.

    Args:
        client: the engine.
        name: of the project.
        staging: its files; None where they are gone.

    Raises:
        DockerException: the engine does not let go of something.
    """
    project = Project(client, name)
    log = b"".join(_log_of(one) for one in project.containers())
    remove(project)
    if staging is None:
        return
    if staging.folder.path.is_dir():
        with staging.folder.create(staging.folder.log.name) as file:
            file.write(log)
    staging.keep()
    staging.remove()
    keep_attempts(staging)


def _log_of(container: Container) -> bytes:
    name = service_of(container).encode()
    return b"".join(b"%b: %b\n" % (name, line) for line in container.logs().splitlines())


def keep_attempts(staging: Staging) -> None:
    """What was tried around the proxy belongs to what was played; where nothing was, it stands beside it."""
    written = [path for path in staging.attempts if path.exists()]
    if not written or not staging.folder.journal.exists():
        return
    main, beside = read(staging.folder.journal), [read(path) for path in written]
    if main.plays and any(one.exchanges for one in beside):
        staging.folder.replace_journal(joined(main, beside))
    if main.plays or not any(one.exchanges for one in beside):
        for path in written:
            path.unlink()
