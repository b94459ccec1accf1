"""Both labs open with two schools and a federation that knows everyone in them."""

import asyncio
import base64
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.people import generate
from testbed.interception.recorded import read
from testbed.lab.home import LabHome
from testbed.lab.open import LabName, open_lab
from testbed.lab.places import METADATA_HOST, METADATA_URL, NEIGHBOUR, SCHOOL, SCHOOLS
from testbed.lab.spec import LabSpec
from testbed.model.wire import BROWSER, Exchange
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan
from testbed.wire.signatures import verify

CATALOGUE = load_catalogue()
AGGREGATE = f"{METADATA_URL}/aggregate.xml"
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def single(entity_id: str) -> str:
    return f"{METADATA_URL}/entities/{quote(entity_id, safe='')}"


class Seen:
    """A lab that was open for a while, and what a browser was answered."""

    def __init__(self, spec: LabSpec, exchanges: tuple[Exchange, ...]) -> None:
        self.spec, self.exchanges = spec, exchanges

    def body(self, url: str) -> bytes:
        (found,) = [e for e in self.exchanges if e.sender == BROWSER and e.request.url == url]
        assert found.response
        assert found.response.status == 200
        return found.response.body


@pytest.fixture(scope="module", params=[LabName.INPROCESS, pytest.param(LabName.LOOPBACK, marks=pytest.mark.lab)])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    root: Path = tmp_path_factory.mktemp("federation")
    people = generate(4, 100).everybody
    spec = LabSpec(LabHome.open(root / "home"), people, CATALOGUE.written_vendors, CATALOGUE.agreements)
    folder = RunFolder.make(root / "runs", "federation", datetime.now(UTC))
    folder.keep_plan(Plan(folder.path.name, request.param.value, 4, {}, ()), people, {})

    async def looking() -> None:
        async with open_lab(request.param, spec, folder) as stage, stage.browser() as browser:
            await browser.visit(AGGREGATE)
            await browser.visit(f"{METADATA_URL}/")
            await browser.visit(f"{METADATA_URL}/certificate.pem")
            for place in SCHOOLS:
                await browser.visit(f"{place.url}/")
                await browser.visit(single(place.entity_id))
            await browser.visit("https://ds.federation.test/ds?entityID=https://nobody.test")

    asyncio.run(looking())
    return Seen(spec, read(folder.journal).exchanges)


def test_the_aggregate_has_everyone_and_is_signed_by_the_key_that_vendors_were_handed(seen: Seen) -> None:
    root = etree.fromstring(seen.body(AGGREGATE))
    members = [place.entity_id for place in SCHOOLS] + [
        vendor.party for vendor in seen.spec.simulated if vendor.metadata
    ]
    assert [one.get("entityID") for one in root.findall(f"{MD}EntityDescriptor")] == members
    handed = x509.load_pem_x509_certificate(seen.body(f"{METADATA_URL}/certificate.pem"))
    folder = seen.spec.home.participant_folder(METADATA_HOST)
    kept = x509.load_pem_x509_certificate((folder / "metadata-signing.pem").read_bytes())
    assert handed == kept
    assert (folder.stat().st_mode & 0o777) == 0o700
    for url in (AGGREGATE, single(SCHOOL.entity_id), single(NEIGHBOUR.entity_id)):
        reading = verify(seen.body(url), [kept.public_bytes(Encoding.DER)])
        assert reading.ok, reading.reason


def test_nobody_is_left_out(seen: Seen) -> None:
    page = seen.body(f"{METADATA_URL}/").decode()
    assert page.count("<p>Inga.</p>") == 1
    assert page.index("Utelämnade medlemmar") < page.index("<p>Inga.</p>")


def test_the_operator_fetches_each_member_once_in_its_own_name(seen: Seen) -> None:
    fetched = Counter(e.request.url for e in seen.exchanges if e.sender == METADATA_HOST)
    members = {place.entity_id for place in SCHOOLS} | {
        vendor.metadata for vendor in seen.spec.simulated if vendor.metadata
    }
    assert fetched == dict.fromkeys(members, 1)


@pytest.mark.parametrize(("place", "kind"), [(SCHOOL, rsa.RSAPublicKey), (NEIGHBOUR, ec.EllipticCurvePublicKey)])
def test_each_school_has_its_name_its_scope_and_a_key_of_its_own_kind(seen: Seen, place: Any, kind: type) -> None:
    assert place.name.sv in seen.body(f"{place.url}/").decode()
    descriptor = etree.fromstring(seen.body(single(place.entity_id)))
    assert [scope.text for scope in descriptor.iter("{urn:mace:shibboleth:metadata:1.0}Scope")] == [place.scope]
    certificates = [text.text for text in descriptor.find(f"{MD}IDPSSODescriptor").iter("{*}X509Certificate")]
    keys = [x509.load_der_x509_certificate(base64.b64decode(text)).public_key() for text in certificates]
    assert keys
    assert all(isinstance(key, kind) for key in keys)


def test_an_unknown_service_gets_a_page_at_the_discovery_host(seen: Seen) -> None:
    (asked,) = [e for e in seen.exchanges if e.receiver == "ds.federation.test"]
    assert asked.response
    assert asked.response.status == 400
    assert "känner inte tjänsten" in asked.response.body.decode()
