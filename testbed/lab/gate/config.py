"""What the lab tells the gate, or in a lab in containers the walls and the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class GateConfig:
    """One line on the gate's standard input."""

    command: tuple[str, ...]
    """Empty where the vendor is started by others, in the name space of ``holder``."""
    environment: Mapping[str, str] = field(repr=False)
    """All that the program finds in its environment, but for what only a program without walls needs."""
    unwalled: Mapping[str, str]
    """Added where it runs without walls: by these variables it is asked to use the proxy."""
    sender: str
    """The vendor, as the journal names it."""
    port: int
    """Of loopback, where others find it."""
    inner: int
    """Of its own loopback, where it serves."""
    proxy: int
    """The port where it calls the proxy."""
    local: tuple[int, ...]
    """Ports of this machine's loopback that it may call: the school's, and those of its own that its file names."""
    walled: bool
    """Whether to have a name space, if that can be."""
    folder: Path
    """For files of the gate's own."""
    journal: Path
    log: Path
    """Where the program writes what it has to say."""
    ca_file: Path
    holder: int | None = None
    """The process whose network name space it is, where there is one already."""


GATE_CONFIG: TypeAdapter[GateConfig] = TypeAdapter(GateConfig)


@dataclass(frozen=True, slots=True)
class WallConfig:
    """What the wall around one participant in a container is told."""

    sender: str
    """The participant, as the journal names it where it goes around the listeners that are its own."""
    gateway: str
    """The gateway's name, by which participants ask for it too."""
    listeners: tuple[int, int]
    """Its ports that the participant may call, first and last: the proxy's listeners that are its own."""
    rest: int
    """That one of them where all else is led to."""
    hosts: tuple[str, ...]
    """Of the lab."""
    journal: Path
    lab: str
    user: int
    """Whose process it is, once it has laid down its leave to change the name space."""
    group: int


WALL_CONFIG: TypeAdapter[WallConfig] = TypeAdapter(WallConfig)


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What the gateway of a lab in containers is told."""

    listeners: Mapping[str, tuple[int, int]]
    """Each participant, by the engine's name for it, with the ports that it may call, first and last."""
    inward: tuple[tuple[int, str, int], ...]
    """Ports that this machine may call, each with the participant and its port that it leads to."""
    user: int
    """See :class:`WallConfig`."""
    group: int


GATEWAY_CONFIG: TypeAdapter[GatewayConfig] = TypeAdapter(GatewayConfig)
