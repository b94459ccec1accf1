"""``python -m testbed.lab.vendors_process``: the simulated vendors of the loopback lab."""

from starlette.types import ASGIApp

from testbed.lab.participant import Clients, HostRouter, ParticipantConfig, Server, now, run, server_for
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import LabSpec
from testbed.model.wire import host_of


async def serving(config: ParticipantConfig, spec: LabSpec, client: Clients) -> list[tuple[Server, int]]:
    """All of them behind one socket."""
    apps: dict[str, ASGIApp] = {}
    for vendor in spec.simulated:
        service = make_vendor(vendor, spec, await client(host_of(vendor.login)), now)
        apps.update(dict.fromkeys(service.config.hosts, service.app))
    (public,) = config.sockets
    return [(server_for(HostRouter(apps), config.certificate), public)]


if __name__ == "__main__":
    run(serving)
