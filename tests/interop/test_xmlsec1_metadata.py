"""The program xmlsec1 accepts what the federation publishes of a whole lab, and notices when it was changed."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from saml2.attribute_converter import ac_factory
from saml2.mdstore import InMemoryMetaData

from testbed.interception.recorded import read
from testbed.lab.home import LabHome
from testbed.lab.inprocess import inprocess_lab
from testbed.lab.places import METADATA_URL, NEIGHBOUR, SCHOOL, SCHOOLS
from testbed.lab.spec import LabSpec
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

PROGRAM = shutil.which("xmlsec1")
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(PROGRAM is None, reason="the program xmlsec1 is not installed (Debian package xmlsec1)"),
]
KNOWN = load_catalogue()
ALL = f"{METADATA_URL}/aggregate.xml"
ONE = f"{METADATA_URL}/entities/{quote(NEIGHBOUR.entity_id, safe='')}"
CERTIFICATE = f"{METADATA_URL}/certificate.pem"
ROOTS = {ALL: "EntitiesDescriptor", ONE: "EntityDescriptor"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """By URL."""
    folder = tmp_path_factory.mktemp("federation")
    spec = LabSpec(LabHome.open(folder / "home"), {}, tuple(KNOWN.vendors.values()), KNOWN.agreements)

    run = RunFolder.make(folder, "federation", datetime.now(UTC))

    async def looking() -> None:
        async with inprocess_lab(spec, run, lambda: datetime.now(UTC)) as lab, lab.browser() as browser:
            for url in (ALL, ONE, CERTIFICATE):
                await browser.visit(url)

    asyncio.run(looking())
    return {e.request.url: e.response.body for e in read(run.journal).exchanges if e.response}


@pytest.fixture
def accepts(published: dict[str, bytes], tmp_path: Path) -> Callable[[str, bytes], bool]:
    certificate = tmp_path / "federation.pem"
    certificate.write_bytes(published[CERTIFICATE])

    def run(root: str, xml: bytes) -> bool:
        message = tmp_path / "metadata.xml"
        message.write_bytes(xml)
        options = [
            "--id-attr:ID",
            f"urn:oasis:names:tc:SAML:2.0:metadata:{root}",
            "--enabled-key-data",
            "raw-x509-cert",
        ]
        command = [str(PROGRAM), "--verify", *options, "--pubkey-cert-pem", str(certificate), str(message)]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0

    return run


@pytest.mark.parametrize("url", ROOTS)
def test_xmlsec1_accepts_it_and_refuses_it_once_it_is_changed(
    published: dict[str, bytes], accepts: Callable[[str, bytes], bool], url: str
) -> None:
    xml = published[url]
    assert accepts(ROOTS[url], xml)
    for old, new in ((b"granne.test", b"evil.test"), (b'cacheDuration="PT1H"', b'cacheDuration="PT9H"')):
        changed = xml.replace(old, new)
        assert changed != xml
        assert not accepts(ROOTS[url], changed)


def test_pysaml2_reads_every_member_out_of_the_aggregate(published: dict[str, bytes]) -> None:
    store = InMemoryMetaData(ac_factory(), published[ALL].decode())
    store.load()
    vendors = [vendor.party for vendor in KNOWN.vendors.values() if vendor.simulated and vendor.protocol == "saml"]
    assert sorted(store.keys()) == sorted([*(place.entity_id for place in SCHOOLS), *vendors])
    assert list(store.with_descriptor("idpsso")) == [SCHOOL.entity_id, NEIGHBOUR.entity_id]
