"""What the lab tells the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class GateConfig:
    """One line on the gate's standard input."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    """All that the program finds in its environment, but for what only a program without walls needs."""
    unwalled: Mapping[str, str]
    """Added where it runs without walls: by these variables it is asked to use the proxy."""
    sender: str
    """The vendor, as the journal names it."""
    port: int
    """Of loopback, where it serves."""
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


GATE_CONFIG: TypeAdapter[GateConfig] = TypeAdapter(GateConfig)
