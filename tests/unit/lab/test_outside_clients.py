"""Clients that a person registers by hand: one of each name, on this machine, with a secret that stays private."""

from pathlib import Path

import pytest

from testbed.lab.home import LabHome
from testbed.lab.outside_clients import WantedClient, merged, own_secret, secret_file
from testbed.model.files import ScenarioInvalid
from testbed.model.written import OidcClient

HERE, AWAY = "http://127.0.0.1:9000/x", "https://app.example/x"


def client(**changes: object) -> OidcClient:
    return OidcClient.model_validate({"client_id": "app", "redirect_uris": [HERE], **changes})


def test_the_command_line_takes_the_place_of_a_file() -> None:
    by_hand = WantedClient(client(scopes=["openid", "email"]), "secret")
    other = client(client_id="other")
    assert merged({Path("a.yaml"): client(), Path("b.yaml"): other}, by_hand) == (by_hand, WantedClient(other))


def test_two_files_with_one_client_are_refused() -> None:
    with pytest.raises(ScenarioInvalid, match=r"b\.yaml: client_id: app stands in another file too"):
        merged({Path("a.yaml"): client(), Path("b.yaml"): client()}, None)


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"redirect_uris": [HERE, AWAY]}, "--redirect-uri"),
        ({"post_logout_redirect_uris": [AWAY]}, "--post-logout-redirect-uri"),
        ({"backchannel_logout_uri": AWAY}, "--backchannel-logout-uri"),
        ({"frontchannel_logout_uri": AWAY}, "--frontchannel-logout-uri"),
        ({"jwks_uri": AWAY}, "--jwks-uri"),
    ],
)
def test_no_address_leads_away_from_this_machine(changes: dict[str, object], option: str) -> None:
    with pytest.raises(ScenarioInvalid, match=f"{option}: {AWAY}: is not on loopback"):
        merged({}, WantedClient(client(**changes)))
    [name] = changes
    with pytest.raises(ScenarioInvalid, match=rf"c\.yaml: {name}: {AWAY}: is not on loopback"):
        merged({Path("c.yaml"): client(**changes)}, None)


def test_clients_do_not_share_a_secret_file(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    long = client(client_id="x" * 200)
    assert secret_file(client(), home) != secret_file(long, home)
    assert own_secret(client(), home) != own_secret(long, home)


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"  \n", "is empty"), (b"\xff", "not ASCII")])
def test_a_damaged_secret_is_told_with_the_mend(tmp_path: Path, content: bytes, said: str) -> None:
    home = LabHome.open(tmp_path / "home")
    own_secret(client(), home)
    secret_file(client(), home).write_bytes(content)
    with pytest.raises(ScenarioInvalid, match=rf"{said}\. To mend it: remove it"):
        own_secret(client(), home)


def test_a_secret_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    home = LabHome.open(tmp_path / "home")
    own_secret(client(), home)
    secret_file(client(), home).chmod(0o644)
    with pytest.raises(ScenarioInvalid, match="is open to others"):
        own_secret(client(), home)
