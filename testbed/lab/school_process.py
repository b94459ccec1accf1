"""``python -m testbed.lab.school_process``: the schools and the federation of the loopback lab."""

from testbed.lab.authorities import make_authorities
from testbed.lab.participant import HostRouter, ParticipantConfig, Server, now, run, server_for
from testbed.lab.spec import Clients, LabSpec


async def serving(config: ParticipantConfig, spec: LabSpec, client: Clients) -> list[tuple[Server, int]]:
    """Their public side, and the control API."""
    authorities = await make_authorities(spec, client, config.control_token, now)
    public, control = config.sockets
    return [
        (server_for(HostRouter(authorities.apps), config.certificate, spec.mutual), public),
        (server_for(authorities.control), control),
    ]


if __name__ == "__main__":
    run(serving)
