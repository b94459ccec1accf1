"""Schools by what a federation publishes: signed by its key, with an end, and no older than it says."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import etree

from sp_mocks.app import FederationPlace, VendorService
from sp_mocks.config import VendorConfig
from sp_mocks.federation import Aggregate, MetadataQuery, duration, published
from sp_mocks.refusal import Refused
from sp_mocks.trust import Source, Trust
from sp_mocks.xmlnames import MD

from .conftest import BASE, FEDERATION, NOW, SCHOOL, MockSchool, OpenVendor, instant, self_signed, sent

pytestmark = pytest.mark.anyio
OTHER_SCHOOL = "https://idp.granne.test/saml/metadata"
DISCOVERY = "https://ds.federation.test/ds"
ENTITIES = "md:EntitiesDescriptor"


def place(school: MockSchool, *schools: str) -> FederationPlace:
    return FederationPlace(
        f"{FEDERATION}/aggregate.xml", FEDERATION, DISCOVERY, school.certificate, schools or (SCHOOL,)
    )


class Published:
    """What the federation answers, and what it was asked."""

    def __init__(self, document: bytes) -> None:
        self.document, self.now = document, NOW
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return httpx.Response(200, content=self.document)

    def source(self, kind: Callable[..., Source], where: FederationPlace) -> Source:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return kind(where, http, lambda: self.now)

    def trust(self, kind: Callable[..., Source], where: FederationPlace) -> Trust:
        return Trust(self.source(kind, where), lambda: self.now)


async def test_a_school_is_found_in_the_aggregate(school: Any) -> None:
    federation = Published(school.published(ENTITIES))
    known = await federation.trust(Aggregate, place(school)).school(SCHOOL)
    assert (known.entity_id, known.certificates) == (SCHOOL, (school.certificate,))
    assert known.valid_until == NOW + dt.timedelta(days=1)
    assert federation.asked == [f"{FEDERATION}/aggregate.xml"]


async def test_a_school_is_asked_for_by_its_name(school: Any) -> None:
    federation = Published(school.published())
    known = await federation.trust(MetadataQuery, place(school)).school()
    assert known.entity_id == SCHOOL
    assert federation.asked == [f"{FEDERATION}/entities/https%3A%2F%2Fidp.skola.test%2Fsaml%2Fmetadata"]


async def test_the_aggregate_brings_all_its_schools_at_once_and_leaves_out_none_but_the_bad(school: Any) -> None:
    both = etree.fromstring(school.published(ENTITIES))
    both.remove(both.find("{*}Signature"))
    other = etree.fromstring(school.metadata().replace(SCHOOL.encode(), OTHER_SCHOOL.encode()))
    both.append(other)
    school.sign(both)
    federation = Published(etree.tostring(both))
    where = place(school, SCHOOL, OTHER_SCHOOL, "https://gone.test")
    known = federation.trust(Aggregate, where)
    assert (await known.school(OTHER_SCHOOL)).entity_id == OTHER_SCHOOL
    assert (await known.school(SCHOOL)).entity_id == SCHOOL
    assert len(federation.asked) == 1
    with pytest.raises(Refused, match="school-metadata-of-someone-else"):
        await known.school("https://gone.test")


async def test_a_query_answered_with_another_school_is_refused(school: Any) -> None:
    federation = Published(school.published())
    with pytest.raises(Refused, match="of-someone-else"):
        await federation.trust(MetadataQuery, place(school, SCHOOL, OTHER_SCHOOL)).school(OTHER_SCHOOL)


def changed(school: MockSchool, change: Callable[[etree._Element], object]) -> bytes:
    root = etree.fromstring(school.published())
    change(root)
    return etree.tostring(root)


def by_a_stranger(school: MockSchool) -> bytes:
    root = etree.fromstring(school.published())
    root.remove(root.find("{*}Signature"))
    school.sign(root, key=school.stranger, certificate=self_signed(school.stranger))
    return etree.tostring(root)


def around(school: MockSchool) -> bytes:
    """What is signed stands within something that is not."""
    outside = etree.Element(f"{{{MD}}}EntitiesDescriptor", validUntil=instant(86_400), ID="_outside")
    outside.append(etree.fromstring(school.published()))
    return etree.tostring(outside)


def without_end(school: MockSchool) -> bytes:
    root = etree.fromstring(school.metadata())
    root.set("ID", "_published")
    school.sign(root)
    return etree.tostring(root)


BAD: dict[str, tuple[Callable[[MockSchool], bytes], str]] = {
    "not signed": (lambda school: school.metadata(), "not-signed"),
    "signed by a stranger": (by_a_stranger, "not-signed"),
    "changed": (lambda school: changed(school, lambda root: root.set("validUntil", instant(90_000))), "not-signed"),
    "signed within": (around, "not-signed"),
    "no metadata": (lambda _: b"<html>", "not-signed"),
    "without an end": (without_end, "without-end"),
    "good for too long": (lambda school: school.published(validUntil=instant(32 * 86_400)), "without-end"),
    "over": (lambda school: school.published(validUntil=instant(0)), "expired"),
    "an end that is none": (lambda school: school.published(validUntil="soon"), "not-usable"),
}


@pytest.mark.parametrize(("make", "code"), BAD.values(), ids=BAD)
def test_what_the_federation_did_not_publish_today_is_refused(school: Any, make: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        published(make(school), school.certificate, NOW)
    assert refused.value.code == f"school-metadata-{code}"


async def test_an_aggregate_is_no_answer_to_a_query_nor_the_other_way_round(school: Any) -> None:
    for kind, document in ((Aggregate, school.published()), (MetadataQuery, school.published(ENTITIES))):
        with pytest.raises(Refused, match="not-readable"):
            await Published(document).trust(kind, place(school)).school()


async def test_it_is_fetched_anew_when_it_is_no_longer_fresh_and_used_on_when_it_cannot_be_had(school: Any) -> None:
    federation = Published(school.published(cacheDuration="PT1H"))
    known = federation.trust(MetadataQuery, place(school))
    await known.school()
    federation.now += dt.timedelta(minutes=59)
    await known.school()
    assert len(federation.asked) == 1
    federation.now += dt.timedelta(minutes=1)
    await known.school()
    assert len(federation.asked) == 2
    federation.document, federation.now = b"", federation.now + dt.timedelta(hours=1)
    assert (await known.school()).entity_id == SCHOOL
    federation.now = NOW + dt.timedelta(days=1)
    with pytest.raises(Refused, match="school-metadata"):
        await known.school()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("PT1H", 3600), ("P1D", 86_400), ("P1DT2H3M4S", 93_784), ("PT90S", 90), ("PT0.5S", 0), ("P7D", 604_800)],
)
def test_a_length_of_time_is_read(written: str, seconds: int) -> None:
    assert duration(written) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "P", "PT", "1H", "P1Y", "-P1D", "P1H", "PT1D", "P99999D", "P1D "])
def test_what_is_no_length_of_time_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        duration(written)


# --- several schools ------------------------------------------------------------------------------------------------


@pytest.fixture
def encyclopedia(school: Any, keys: Any, config: VendorConfig) -> tuple[VendorService, httpx.AsyncClient]:
    """A vendor that trusts two schools; the federation describes both."""

    def reply(request: httpx.Request) -> httpx.Response:
        name = OTHER_SCHOOL if "granne" in str(request.url) else SCHOOL
        document = etree.fromstring(school.published())
        document.remove(document.find("{*}Signature"))
        document.set("entityID", name)
        school.sign(document)
        return httpx.Response(200, content=etree.tostring(document))

    changed = VendorConfig(
        **{**vars(config), "profile": "encyclopedia", "federation": place(school, SCHOOL, OTHER_SCHOOL)}
    )
    http = httpx.AsyncClient(transport=httpx.MockTransport(reply))
    service = VendorService(changed, keys, http, lambda: NOW)
    return service, httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE)


async def test_whoever_may_come_from_two_schools_is_asked_which(encyclopedia: Any) -> None:
    _, browser = encyclopedia
    asked = await browser.get("/login")
    assert asked.status_code == 302
    url = urlsplit(asked.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == DISCOVERY
    assert parse_qs(url.query) == {"entityID": [f"{BASE}/saml/metadata"], "return": [f"{BASE}/login"]}
    for school in (SCHOOL, OTHER_SCHOOL):
        begun = await browser.get("/login", params={"entityID": school})
        assert begun.headers["location"].startswith("https://idp.skola.test/saml/sso?SAMLRequest=")


@pytest.mark.parametrize("query", ["entityID=https://evil.test", "entityID=", f"entityID={SCHOOL}&entityID={SCHOOL}"])
async def test_a_school_that_is_not_a_member_is_not_gone_to(encyclopedia: Any, query: str) -> None:
    _, browser = encyclopedia
    answer = await browser.get(f"/login?{query}")
    assert answer.status_code == 403
    assert "school-not-known" in answer.text


async def test_one_school_does_not_answer_for_another(encyclopedia: Any, school: Any) -> None:
    service, browser = encyclopedia
    vendor = OpenVendor(service, browser)
    begun = await browser.get("/login", params={"entityID": OTHER_SCHOOL})
    request = etree.fromstring(sent(begun)).get("ID")
    answer = await vendor.deliver(school.signed(request, **{"pairwise-id": "abc@skola.test"}))
    assert "not-asked-for-by-this-browser" in answer.text
    begun = await browser.get("/login", params={"entityID": SCHOOL})
    request = etree.fromstring(sent(begun)).get("ID")
    assert (await vendor.deliver(school.signed(request, **{"pairwise-id": "abc@skola.test"}))).status_code == 303
    assert await vendor.who() == "abc@skola.test"


async def test_a_school_that_nobody_knows_is_refused(encyclopedia: Any, school: Any) -> None:
    service, browser = encyclopedia
    message = school.signed()
    next(message.iter("{*}Issuer")).text = "https://evil.test"
    answer = await OpenVendor(service, browser).deliver(message)
    assert (answer.status_code, "<code>issuer</code>" in answer.text) == (403, True)


def test_a_vendor_that_needs_a_federation_says_so(config: VendorConfig, keys: Any) -> None:
    alone = VendorConfig(**{**vars(config), "profile": "encyclopedia"})
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    with pytest.raises(ValueError, match="'encyclopedia' needs a federation"):
        VendorService(alone, keys, http, lambda: NOW)
