"""The neighbour's people log in at their own school, which signs with its own key."""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from lxml import etree

from idp.people import generate
from testbed.interception.recorded import read
from testbed.lab.home import LabHome
from testbed.lab.inprocess import inprocess_lab
from testbed.lab.places import NEIGHBOUR, SCHOOL
from testbed.lab.spec import LabSpec
from testbed.model.pages import LOGIN_FORM
from testbed.model.wire import Exchange
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.wire.signatures import algorithms, verify

KNOWN = load_catalogue()
VENDOR = KNOWN.vendors["reading-service"]
PERSON = "granne-elev-0040"


def certificates(exchanges: tuple[Exchange, ...], url: str) -> list[bytes]:
    published = next(e.response.body for e in exchanges if e.request.url == url and e.response)
    texts = etree.fromstring(published).iterfind(".//{*}IDPSSODescriptor//{*}X509Certificate")
    return [base64.b64decode(text.text) for text in texts]


def test_the_neighbour_logs_its_own_people_in(tmp_path: Path) -> None:
    agreement = KNOWN.agreements[VENDOR.agreement or ""]
    controller = agreement.controller.model_copy(update={"hosts": (SCHOOL.host, NEIGHBOUR.host)})
    agreements = {agreement.id: agreement.model_copy(update={"controller": controller})}
    people = generate(1, 100).everybody
    spec = LabSpec(LabHome.open(tmp_path / "home"), people, (VENDOR,), agreements)
    folder = RunFolder.make(tmp_path, "second-school", datetime.now(UTC))

    async def logging_in() -> None:
        async with inprocess_lab(spec, folder, lambda: datetime.now(UTC)) as lab, lab.browser() as browser:
            for place in (SCHOOL, NEIGHBOUR):
                await browser.visit(place.entity_id)
            asked = urlencode({"providerId": VENDOR.party, "target": "x"})
            page = await browser.visit(f"{NEIGHBOUR.url}/saml/unsolicited?{asked}")
            form = page.form(LOGIN_FORM)
            assert form, page.text
            stranger = await browser.submit(form, (("person", "elev-0001"),))
            assert stranger.status == 400
            await browser.submit(form, (("person", PERSON),))

    asyncio.run(logging_in())
    exchanges = read(folder.journal).exchanges
    (posted,) = [e for e in exchanges if e.request.method == "POST" and b"SAMLResponse=" in e.request.body]
    response = base64.b64decode(parse_qs(posted.request.body.decode())["SAMLResponse"][0])
    assert people[PERSON].values("eduPersonPrincipalName")[0].encode() in response
    assert "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" in algorithms(response)
    assert verify(response, certificates(exchanges, NEIGHBOUR.entity_id)).ok
    assert not verify(response, certificates(exchanges, SCHOOL.entity_id)).ok
