"""What the lab asks of the container engine: by the SDK for inspection and faults; compose makes what is asked about.

Everything is found by its labels, so that what a command that was killed left behind is found too. The SDK waits for
its answers: call it from a thread where an event loop runs.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from requests import RequestException

from testbed.interception import ParticipantUnavailable
from testbed.lab.containers.topology import (
    IMAGE,
    IMAGE_VARIABLE,
    LAB_LABEL,
    LOAD_IMAGE,
    LOAD_IMAGE_VARIABLE,
    NETWORK_LABEL,
    OWNER_LABEL,
    PROJECT_LABEL,
    SERVICE_LABEL,
    Place,
)
from testbed.model.files import ScenarioInvalid

OPTION = "--lab docker"
AT_ONCE = 16
"""So many questions are put to the engine side by side."""
TIMEOUT_S = 60
"""For one answer of the engine."""
READY = b'{"ready": true}'
ENDED = ("exited", "dead")
"""What :func:`health_of` says of those that run no more."""
WELL = ("healthy", "running")
"""Of those that are as they are to be: by what was looked at, or running where nobody looks at more."""
SHOWN = 15
"""How many of its last lines an error shows of a container."""


@contextmanager
def engine() -> Iterator[docker.DockerClient]:
    """The container engine.

    Raises:
        ScenarioInvalid: there is none, or it is not for this user.
        ParticipantUnavailable: it has gone, or refused something, while it was used.
    """
    where = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        client = docker.from_env(timeout=TIMEOUT_S)
        client.ping()
    except (DockerException, OSError) as error:
        if _is_forbidden(error):
            raise ScenarioInvalid(
                OPTION,
                "",
                f"this user may not use the container engine at {where}",
                "become a member of its group ('sudo usermod -aG docker $USER') and log in anew",
            ) from error
        raise ScenarioInvalid(
            OPTION,
            "",
            f"no container engine answers at {where}",
            "start one (Debian: apt-get install docker.io, systemctl start docker), or set DOCKER_HOST",
        ) from error
    try:
        yield client
    except (DockerException, RequestException) as error:
        raise ParticipantUnavailable(
            f"the container engine did not do as it was asked: {error}; when it is well again, take down what is left "
            "with 'testbed lab down --lab docker'"
        ) from error
    finally:
        client.close()


def _is_forbidden(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, PermissionError) or any(isinstance(one, PermissionError) for one in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False


@dataclass(frozen=True, slots=True)
class Images:
    """The names of the images that a lab is made of."""

    lab: str
    load: str
    """Of the workers of a load."""


def images(client: docker.DockerClient, workers: int) -> Images:
    """What a lab is made of.

    Args:
        client: the engine.
        workers: so many containers make load; without them their image need not be there.

    Raises:
        ScenarioInvalid: one is not there.
    """
    if workers:
        return Images(image(client), _image(client, LOAD_IMAGE, LOAD_IMAGE_VARIABLE, "make load-image"))
    return Images(image(client), LOAD_IMAGE)


def image(client: docker.DockerClient) -> str:
    """The name of the image that the lab is made of.

    Raises:
        ScenarioInvalid: it is not there.
    """
    return _image(client, IMAGE, IMAGE_VARIABLE, "make image")


def _image(client: docker.DockerClient, usual: str, variable: str, made_by: str) -> str:
    name = os.environ.get(variable, usual)
    try:
        client.images.get(name)
    except ImageNotFound as error:
        raise ScenarioInvalid(
            OPTION, "", f"there is no image {name}", f"make it ('{made_by}'), or name another in {variable}"
        ) from error
    return name


@dataclass(frozen=True, slots=True)
class Project:
    """One lab in containers: what compose made under one name."""

    client: docker.DockerClient
    name: str

    def container(self, service: str) -> Container:
        """The container of this service, whether it runs or not; of a participant its own program's.

        Raises:
            LookupError: there is none.
        """
        found = self._containers(f"{SERVICE_LABEL}={service}")
        if not found:
            raise LookupError(f"the lab {self.name} has no container of {service}")
        return found[0]

    def network(self, place: Place) -> Network:
        """A participant's network. Whoever is to be cut off is :attr:`Place.wall`'s container.

        Raises:
            LookupError: there is none.
        """
        labels = [f"{PROJECT_LABEL}={self.name}", f"{NETWORK_LABEL}={place.network}"]
        found = self.client.networks.list(filters={"label": labels})
        if not found:
            raise LookupError(f"the lab {self.name} has no network of {place.name}")
        network: Network = found[0]
        return network

    def containers(self) -> tuple[Container, ...]:
        """All of them, by the names of their services."""
        return tuple(sorted(self._containers(), key=service_of))

    def ended(self) -> tuple[Container, ...]:
        """Those that run no more."""
        wanted = {"label": [f"{PROJECT_LABEL}={self.name}"], "status": list(ENDED)}
        return tuple(self.client.containers.list(all=True, filters=wanted, ignore_removed=True))

    def ports(self, service: str, ports: Sequence[int]) -> tuple[int, ...]:
        """This machine's ports of loopback where these ports of the service are published.

        Raises:
            KeyError: one is not.
        """
        published = self.container(service).attrs["NetworkSettings"]["Ports"]
        return tuple(int(published[f"{port}/tcp"][0]["HostPort"]) for port in ports)

    def address(self, service: str, place: Place) -> str:
        """Of this service in a participant's network.

        Raises:
            LookupError: there is no such service, or no such network.
        """
        networks = self.container(service).attrs["NetworkSettings"]["Networks"]
        return str(networks[self.network(place).name]["IPAddress"])

    def _containers(self, *labels: str) -> list[Container]:
        wanted = [f"{PROJECT_LABEL}={self.name}", *labels]
        return list(self.client.containers.list(all=True, filters={"label": wanted}, ignore_removed=True))


def projects(client: docker.DockerClient, lab: str) -> dict[str, str]:
    """Name of each lab in containers of this lab home, whole or not, with what its owner's label says."""
    wanted = {"label": [f"{LAB_LABEL}={lab}"]}
    made = [one.labels for one in client.containers.list(all=True, filters=wanted, ignore_removed=True)]
    others = [*client.networks.list(filters=wanted), *client.volumes.list(filters=wanted)]
    made += [one.attrs.get("Labels") or {} for one in others]
    return {labels.get(PROJECT_LABEL, ""): labels.get(OWNER_LABEL, "") for labels in made}


def remove(project: Project) -> None:
    """Take away all of it: containers with their volumes, and networks.

    Raises:
        DockerException: the engine does not let go of something.
    """
    label = {"label": [f"{PROJECT_LABEL}={project.name}"]}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        # NOTE: a list, so that what one could not do is told.
        list(threads.map(_remove, project.containers()))
    for network in project.client.networks.list(filters=label):
        with suppress(NotFound):
            network.remove()
    for volume in project.client.volumes.list(filters=label):
        with suppress(NotFound):
            volume.remove(force=True)


def _remove(container: Container) -> None:
    # NOTE: another command may be taking it away too.
    with suppress(NotFound):
        container.remove(force=True, v=True)


def service_of(container: Container) -> str:
    """The name of the service that a container is."""
    return str(container.labels.get(SERVICE_LABEL, container.name))


def health_of(container: Container) -> str:
    """healthy, unhealthy, starting, or where it does not run what it does."""
    state = container.attrs["State"]
    if state["Status"] != "running":
        return str(state["Status"])
    return str(state.get("Health", {}).get("Status", "running"))


def says_ready(container: Container) -> bool:
    """Whether it runs and has said of itself that it serves; of which its engine may not have convinced itself yet."""
    return health_of(container) == "starting" and READY in container.logs(stderr=False).splitlines()


def last_lines(container: Container) -> str:
    """What it said last, for an error."""
    try:
        said = container.logs(tail=SHOWN).decode("utf-8", "replace").splitlines()
    except APIError:
        said = []
    return "; its log ends with:\n  " + "\n  ".join(said) if said else "; it said nothing"


def why_not(container: Container) -> str:
    """Why a container that ought to be healthy is not, for an error."""
    health, name = health_of(container), service_of(container)
    if health in ENDED:
        status = container.attrs["State"]["ExitCode"]
        return f"the container of {name} has ended (status {status}){last_lines(container)}"
    return f"the container of {name} did not get healthy{last_lines(container)}"
