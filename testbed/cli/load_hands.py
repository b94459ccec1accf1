"""Who makes a load: processes here, and workers that come from other machines."""

from dataclasses import dataclass

from testbed.cli.console import err
from testbed.lab.load_processes import Outside, new_key
from testbed.model.files import ScenarioInvalid

MOST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Hands:
    """Who makes a load."""

    workers: int
    """Processes on this machine."""
    web: int
    """The port of locust's web interface; 0 for none."""
    outside: Outside | None
    """Those who come from other machines."""


def expected(join: int, listen: str) -> Outside | None:
    """Workers from other machines, and the key that they need, which is shown; None where none are expected.

    Raises:
        ScenarioInvalid: nobody could come to such an address.
    """
    if not join:
        return None
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) <= MOST_PORT:
        raise ScenarioInvalid("testbed load", "--listen", f"is {listen!r}", "write ADDRESS:PORT, as in 127.0.0.1:5557")
    outside = Outside(host, int(port), join, new_key())
    err.print(
        f"Waiting for {join} workers from other machines. On each of them:\n"
        f"  export TESTBED_LOAD_KEY={outside.key}\n"
        f"  python -m loadtests.worker --master {listen}",
        highlight=False,
        soft_wrap=True,
    )
    return outside
