"""Outside vendors are found by their metadata and matched with their agreements, or refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from testbed.lab.guardrail import NamedFiles
from testbed.lab.home import LabHome
from testbed.lab.outside_clients import WantedClient
from testbed.lab.outside_vendors import Parties, WantedVendors, parties
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Agreement, OidcClient
from testbed.wire.xml import MAX_BYTES

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:9000/saml/metadata"
ENTITY = "urn:example:reading-app"
METADATA = f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}"/>'.encode()
AGREEMENT = Agreement.model_validate(
    {
        "id": "reading-2026",
        "controller": {"name": "K", "hosts": ["127.0.0.1:8400"]},
        "processor": {"name": "V", "entity_ids": [ENTITY], "hosts": ["127.0.0.1:9000"]},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "data": [{"subjects": ["pupil"], "required": ["eduPersonPrincipalName"]}],
        "protected_identity": "withhold",
    }
)
AGREED = {Path("agreement.yaml"): AGREEMENT}

type Answer = Callable[[httpx.Request], httpx.Response]


def serving(document: bytes, status: int = 200) -> Answer:
    return lambda _: httpx.Response(status, content=document)


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody listens", request=request)


async def found(wanted: WantedVendors, answer: Answer = silent) -> list[tuple[str, str, str | None, str]]:
    """Each vendor: name, address of its metadata, agreement, policy."""
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer), mounts={"file://": NamedFiles(wanted.files)}
    ) as http:
        known = await parties(wanted, LabHome(Path("no-home-is-needed")), http)
    return [
        (party.entity_id, party.metadata_url, party.agreement.id if party.agreement else None, party.release)
        for party in known.relying_parties
    ]


async def test_a_vendor_is_called_as_its_metadata_calls_it() -> None:
    assert await found(WantedVendors((URL,)), serving(METADATA)) == [(ENTITY, URL, None, "requested")]


@pytest.mark.parametrize("answer", [silent, serving(b"not yet", 503)])
async def test_a_vendor_that_is_not_up_yet_is_called_by_its_url(answer: Answer) -> None:
    assert await found(WantedVendors((URL,)), answer) == [(URL, URL, None, "requested")]


async def test_a_vendor_from_a_file_whose_name_has_spaces(tmp_path: Path) -> None:
    file = tmp_path / "vår tjänst.xml"
    file.write_bytes(METADATA)
    wanted = WantedVendors((str(file),))
    [(entity_id, url, _, _)] = await found(wanted)
    assert entity_id == ENTITY
    async with httpx.AsyncClient(mounts={"file://": NamedFiles(wanted.files)}) as http:
        assert (await http.get(url)).content == METADATA


async def test_an_agreement_holds_for_the_vendors_that_it_names() -> None:
    assert await found(WantedVendors((URL,), AGREED), serving(METADATA)) == [(ENTITY, URL, "reading-2026", "agreement")]


async def test_a_policy_holds_for_every_vendor() -> None:
    wanted = WantedVendors((URL,), AGREED, "refeds-anonymous")
    assert await found(wanted, serving(METADATA)) == [(ENTITY, URL, "reading-2026", "refeds-anonymous")]


@pytest.mark.parametrize(
    ("wanted", "answer", "said"),
    [
        (WantedVendors(("http://example.com/metadata",)), silent, "is not on loopback"),
        (WantedVendors(("nowhere.xml",)), silent, "no such file"),
        (WantedVendors((URL,)), serving(b"<html/>"), "is no EntityDescriptor"),
        (WantedVendors((URL,)), serving(METADATA.replace(ENTITY.encode(), b"")), "is no EntityDescriptor"),
        (WantedVendors((URL,)), serving(b"{}"), "is not well-formed XML"),
        (WantedVendors((URL,)), serving(b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + METADATA), "document type declaration"),
        (WantedVendors((URL,)), serving(b" " * (MAX_BYTES + 1)), "is larger than"),
        (WantedVendors((URL, URL + "?again")), serving(METADATA), "again"),
        (WantedVendors((URL,), AGREED), silent, "names none of the vendors served"),
        (WantedVendors((), AGREED), silent, "no --vendor and no client at all"),
        (WantedVendors((URL,), {**AGREED, Path("b.yaml"): AGREEMENT}), serving(METADATA), "a second agreement with"),
        (WantedVendors((URL,), {}, "agreement"), serving(METADATA), "has no agreement"),
    ],
)
async def test_what_cannot_be_served_is_refused_with_the_mend(wanted: WantedVendors, answer: Answer, said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said) as refused:
        await found(wanted, answer)
    assert "To mend it: " in str(refused.value)


# --- clients of OpenID Connect -----------------------------------------------------------------------------------

CALLBACK = "http://127.0.0.1:9000/callback"
CLIENT = OidcClient(client_id="reading-app", redirect_uris=(CALLBACK,))
WITH_CLIENT = AGREEMENT.model_copy(
    update={"processor": AGREEMENT.processor.model_copy(update={"entity_ids": (), "client_ids": ("reading-app",)})}
)


async def known(wanted: WantedVendors, folder: Path) -> Parties:
    async with httpx.AsyncClient(transport=httpx.MockTransport(silent)) as http:
        return await parties(wanted, LabHome.open(folder / "home"), http)


async def test_a_client_keeps_the_secret_that_it_brought(tmp_path: Path) -> None:
    found = await known(WantedVendors(clients=(WantedClient(CLIENT, "its own"),)), tmp_path)
    [party] = found.clients
    assert (party.client, party.secret, party.release, party.agreement) == (CLIENT, "its own", "requested", None)
    assert found.secret_files == ()
    assert found.names == ("reading-app",)


async def test_a_client_without_a_secret_gets_one_that_stays(tmp_path: Path) -> None:
    first, second = [await known(WantedVendors(clients=(WantedClient(CLIENT),)), tmp_path) for _ in range(2)]
    [(client_id, file)] = first.secret_files
    assert client_id == "reading-app"
    assert file.read_text(encoding="ascii") == first.clients[0].secret == second.clients[0].secret
    assert len(first.clients[0].secret) >= 32
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("method", ["none", "private_key_jwt"])
async def test_a_client_that_needs_no_secret_gets_none(tmp_path: Path, method: str) -> None:
    client = OidcClient.model_validate({**CLIENT.model_dump(), "token_endpoint_auth_method": method})
    found = await known(WantedVendors(clients=(WantedClient(client),)), tmp_path)
    assert [party.secret for party in found.clients] == [""]
    assert found.secret_files == ()


async def test_an_agreement_holds_for_the_clients_that_it_names(tmp_path: Path) -> None:
    wanted = WantedVendors(agreements={Path("a.yaml"): WITH_CLIENT}, clients=(WantedClient(CLIENT, "s"),))
    [party] = (await known(wanted, tmp_path)).clients
    assert (party.agreement, party.release) == (WITH_CLIENT, "agreement")


async def test_an_agreement_with_another_client_is_refused(tmp_path: Path) -> None:
    other = OidcClient(client_id="other-app", redirect_uris=(CALLBACK,))
    wanted = WantedVendors(agreements={Path("a.yaml"): WITH_CLIENT}, clients=(WantedClient(other, "s"),))
    with pytest.raises(ScenarioInvalid, match=r"a\.yaml: processor\.client_ids: names none of .*other-app"):
        await known(wanted, tmp_path)
