"""Vendors of OpenID Connect that a person registers by hand: their addresses are on loopback, their secrets private."""

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from testbed.lab.guardrail import must_be_loopback
from testbed.lab.home import LabHome
from testbed.lab.outside_parts import SCHOOL_FOLDER, own_folder
from testbed.model.files import ScenarioInvalid
from testbed.model.private import create_private, read_private
from testbed.model.written import OidcClient

WITHOUT_SECRET = ("none", "private_key_jwt")
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class WantedClient:
    """A client, and the secret that its vendor already has."""

    client: OidcClient
    secret: str = field(default="", repr=False)
    """"": none is needed, or one is made and kept in the lab home."""

    @property
    def needs_secret(self) -> bool:
        """Whether it proves who it is by a secret."""
        return self.client.token_endpoint_auth_method not in WITHOUT_SECRET


def merged(from_files: dict[Path, OidcClient], by_hand: WantedClient | None) -> tuple[WantedClient, ...]:
    """All clients; the one of the command line takes the place of one with the same ID.

    Raises:
        ScenarioInvalid: two files register one client, or an address is not on loopback.
    """
    clients: dict[str, WantedClient] = {}
    for file, client in from_files.items():
        if client.client_id in clients:
            raise ScenarioInvalid(file, "client_id", f"{client.client_id} stands in another file too", "name it once")
        must_stay_on_loopback(client, str(file))
        clients[client.client_id] = WantedClient(client)
    if by_hand:
        must_stay_on_loopback(by_hand.client, "")
        clients[by_hand.client.client_id] = by_hand
    return tuple(clients.values())


def must_stay_on_loopback(client: OidcClient, file: str) -> None:
    """Hold every address of the client against the guardrail: the school sends people and messages to all of them.

    Args:
        client: to be registered.
        file: where it was written; "" where options of the command line said it.

    Raises:
        ScenarioInvalid: one leads elsewhere.
    """
    addresses = {
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "backchannel_logout_uri": (client.backchannel_logout_uri,),
        "frontchannel_logout_uri": (client.frontchannel_logout_uri,),
        "jwks_uri": (client.jwks_uri,),
    }
    for name, values in addresses.items():
        option = f"--{name.removesuffix('s').replace('_', '-')}"
        for url in filter(None, values):
            must_be_loopback(url, f"{file}: {name}" if file else option)


def secret_file(client: OidcClient, home: LabHome) -> Path:
    """Where a secret is kept that nobody named: by a digest, for a client ID may be longer than a file's name."""
    digest = hashlib.sha256(client.client_id.encode()).hexdigest()[:16]
    return own_folder(home, SCHOOL_FOLDER) / f"client-{digest}.secret"


def own_secret(client: OidcClient, home: LabHome) -> str:
    """The secret that the school made for this client at first use; "" where it needs none.

    Raises:
        ScenarioInvalid: its file is open to others, or holds nothing that can be a secret.
    """
    if client.token_endpoint_auth_method in WITHOUT_SECRET:
        return ""
    path = secret_file(client, home)
    create_private(path, secrets.token_urlsafe(SECRET_BYTES).encode("ascii"))
    try:
        secret = read_private(path).decode("ascii").strip()
    except ValueError as error:
        raise ScenarioInvalid(path, "", "is open to others or not ASCII", "remove it, and a new one is made") from error
    if not secret:
        raise ScenarioInvalid(path, "", "is empty", "remove it, and a new secret is made")
    return secret
