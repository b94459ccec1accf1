"""``python -m testbed.lab.vendors_process``: the simulated vendors of the loopback lab."""

from starlette.types import ASGIApp

from testbed.lab.participant import HostRouter, ParticipantConfig, Server, now, run, server_for
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import Clients, LabSpec


async def serving(config: ParticipantConfig, spec: LabSpec, client: Clients) -> list[tuple[Server, int]]:
    """All of them behind one socket."""
    apps: dict[str, ASGIApp] = {}
    for vendor in spec.simulated:
        service = await make_vendor(vendor, spec, client, now)
        apps.update(dict.fromkeys(service.config.hosts, service.app))
    (public,) = config.sockets
    return [(server_for(HostRouter(apps), config.certificate, spec.mutual), public)]


if __name__ == "__main__":
    run(serving)
