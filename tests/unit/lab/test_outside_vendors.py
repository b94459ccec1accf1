"""Outside vendors are found by their metadata and matched with their agreements, or refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from testbed.lab.guardrail import NamedFiles
from testbed.lab.outside_vendors import WantedVendors, relying_parties
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Agreement
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
        parties = await relying_parties(wanted, http)
    return [
        (party.entity_id, party.metadata_url, party.agreement.id if party.agreement else None, party.release)
        for party in parties
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
        (WantedVendors((), AGREED), silent, "no --vendor at all"),
        (WantedVendors((URL,), {**AGREED, Path("b.yaml"): AGREEMENT}), serving(METADATA), "a second agreement with"),
        (WantedVendors((URL,), {}, "agreement"), serving(METADATA), "has no agreement"),
    ],
)
async def test_what_cannot_be_served_is_refused_with_the_mend(wanted: WantedVendors, answer: Answer, said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said) as refused:
        await found(wanted, answer)
    assert "To mend it: " in str(refused.value)
