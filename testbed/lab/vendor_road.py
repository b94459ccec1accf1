"""What stands between a vendor that the testbed starts and everybody else: its gate, and the proxy behind that."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.lab.certify_outside import NAME
from testbed.lab.child import ChildProcess
from testbed.lab.gate.config import GATE_CONFIG, GateConfig
from testbed.lab.home import LabHome
from testbed.lab.vendor_program import ORDER_S, Given
from testbed.model.wire import host_of

QUIET_S = 15.0


@dataclass(frozen=True, slots=True)
class Road:
    """The only one that a vendor has, and what was written down of what went there."""

    gate: ChildProcess
    proxy: ChildProcess
    journals: tuple[Path, ...]

    async def settled(self) -> None:
        """Wait until nothing is under way on it, or for long enough."""
        await self.proxy.ask(json.dumps({"quiet": QUIET_S}), QUIET_S + ORDER_S)


async def started_proxy(
    home: LabHome, login: str, port: int, served: Sequence[int], journal: Path, log_file: Path
) -> ChildProcess:
    """What the vendor's server sends to others ends here.

    Args:
        home: the lab's.
        login: the vendor's own address.
        port: where the proxy listens.
        served: ports of this machine's loopback to which it passes calls on, for a vendor that is only asked to come.
        journal: where it writes them down.
        log_file: where that goes which it has to say.

    Raises:
        ParticipantUnavailable: it did not come up.
    """
    config = ProxyConfig(
        journal=journal,
        lab=NAME,
        listeners={host_of(login): port},
        hosts={f"{host}:{one}": ("127.0.0.1", one) for one in served for host in ("127.0.0.1", "localhost")},
        confdir=home.proxy_folder.absolute(),
        ca_file=home.ca_file.absolute(),
    )
    return await ChildProcess.start(
        "the vendor's proxy", "testbed.interception.proxy", PROXY_CONFIG.dump_json(config).decode(), log_file
    )


def gate_config(login: str, proxy: int, local: Sequence[int], given: Given, journal: Path) -> GateConfig:
    """That of a gate which runs nothing.

    Args:
        login: the vendor's own address, where others find it.
        proxy: the port where the proxy listens.
        local: ports of this machine's loopback that the vendor may call.
        given: what it is handed.
        journal: where that is written which the proxy does not read.
    """
    port = urlsplit(login).port or 80
    return GateConfig(
        command=(),
        environment={},
        unwalled={},
        sender=host_of(login),
        port=port,
        inner=port,
        proxy=proxy,
        local=tuple(local),
        walled=True,
        folder=given.folder,
        journal=journal,
        log=given.log,
        ca_file=given.ca_file,
    )


def around_container(config: GateConfig, holder: int, port: int) -> GateConfig:
    """The same in the name space that this process holds, where the vendor serves at this port."""
    return replace(config, holder=holder, inner=port)


async def started_gate(config: GateConfig, log_file: Path) -> ChildProcess:
    """The gate.

    Raises:
        ParticipantUnavailable: it did not come up.
    """
    return await ChildProcess.start(
        "the vendor's gate", "testbed.lab.gate", GATE_CONFIG.dump_json(config).decode(), log_file
    )
