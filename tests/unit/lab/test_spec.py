"""Which school knows whom, and lets its people in where."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from idp.people import generate
from testbed.lab.authorities import make_authorities, make_school
from testbed.lab.home import LabHome
from testbed.lab.places import HOSTS, NEIGHBOUR, OF_EXCHANGE, SCHOOL, SCHOOLS, SENDERS
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import LabSpec, works_with
from testbed.model.written import Agreement
from testbed.runner.catalogue import load_catalogue

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KNOWN = load_catalogue()
OPEN, CLOSED = KNOWN.vendors["reading-service"], KNOWN.vendors["national-tests"]


def with_hosts(agreement: Agreement, *hosts: str) -> Agreement:
    controller = agreement.controller.model_copy(update={"hosts": hosts})
    return agreement.model_copy(update={"controller": controller})


@pytest.fixture
def spec(tmp_path: Path) -> LabSpec:
    agreements = {
        vendor.agreement: with_hosts(KNOWN.agreements[vendor.agreement], *hosts)
        for vendor, hosts in ((OPEN, (SCHOOL.host, NEIGHBOUR.host)), (CLOSED, (SCHOOL.host,)))
        if vendor.agreement
    }
    return LabSpec(LabHome.open(tmp_path / "home"), generate(1, 100).everybody, (OPEN, CLOSED), agreements)


@pytest.fixture
def nowhere() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404)))


def test_the_neighbour_works_with_vendors_whose_agreement_names_it(spec: LabSpec) -> None:
    assert [works_with(spec, OPEN, place) for place in SCHOOLS] == [True, True]
    assert [works_with(spec, CLOSED, place) for place in SCHOOLS] == [True, False]
    without = CLOSED.model_copy(update={"agreement": None})
    assert [works_with(spec, without, place) for place in SCHOOLS] == [True, False]


async def test_each_school_publishes_its_own_name_and_scope(spec: LabSpec, nowhere: httpx.AsyncClient) -> None:
    for place in SCHOOLS:
        school = make_school(spec, place, nowhere, "token", lambda: NOW)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(school.app), base_url=place.url) as browser:
            metadata = (await browser.get("/saml/metadata")).text
        assert f'entityID="{place.entity_id}"' in metadata
        assert f">{place.scope}</" in metadata


async def test_schools_and_federation_answer_for_their_hosts_and_ask_in_their_names(
    spec: LabSpec, nowhere: httpx.AsyncClient
) -> None:
    asked: list[str] = []

    async def client(sender: str) -> httpx.AsyncClient:
        asked.append(sender)
        return nowhere

    authorities = await make_authorities(spec, client, "token", lambda: NOW)
    assert set(authorities.apps) == set(HOSTS) - set(OF_EXCHANGE)
    assert asked == [one for one in SENDERS if one not in OF_EXCHANGE]


async def test_a_vendor_is_told_of_the_schools_that_it_has_an_agreement_with(
    spec: LabSpec, nowhere: httpx.AsyncClient
) -> None:
    async def client(_: str, number: int = 0) -> httpx.AsyncClient:
        return nowhere

    services = [await make_vendor(vendor, spec, client, lambda: NOW) for vendor in spec.simulated]
    told = {one.config.vendor_id: one.config.federation for one in services}
    both, one = told[OPEN.id], told[CLOSED.id]
    assert both
    assert one
    assert both.schools == (SCHOOL.entity_id, NEIGHBOUR.entity_id)
    assert one.schools == (SCHOOL.entity_id,)
    assert both.aggregate_url == "https://md.federation.test/aggregate.xml"
    assert both.mdq_url == "https://md.federation.test"
    assert both.discovery_url == "https://ds.federation.test/ds"
    assert both.certificate_der == one.certificate_der != b""
