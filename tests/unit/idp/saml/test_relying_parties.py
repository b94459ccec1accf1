"""Vendors' metadata: fetched once, within limits, and only if it is theirs."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, Never

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
ACS = '<md:AssertionConsumerService index="{}" {} Location="{}" Binding="' + BINDING_POST + '"/>'


async def test_metadata_is_fetched_once_however_many_ask(lab: Any) -> None:
    queries = [lab.vendor.query(lab.vendor.request()) for _ in range(5)]
    answers = await asyncio.gather(*(lab.browser.get(f"/saml/sso?{query}") for query in queries))
    assert {answer.status_code for answer in answers} == {303}
    assert lab.fetched == [lab.vendor.entity_id]


async def test_those_who_wait_for_metadata_wait_for_one_fetch(open_lab: Any) -> None:
    """A vendor whose server does not answer must not make each person wait for all who came before."""
    async with open_lab(metadata=raising) as lab:
        queries = [lab.vendor.query(lab.vendor.request()) for _ in range(5)]
        answers = await asyncio.gather(*(lab.browser.get(f"/saml/sso?{query}") for query in queries))
        assert {answer.status_code for answer in answers} == {502}
        assert len(lab.fetched) == 1


async def test_nothing_is_fetched_before_a_request_comes(lab: Any) -> None:
    await lab.browser.get("/saml/metadata")
    assert lab.fetched == []


def raising() -> Never:
    raise httpx.ConnectError("no one there")


@pytest.mark.parametrize(
    "answer",
    [
        lambda good: httpx.Response(404),
        lambda good: httpx.Response(302, headers={"location": "https://elsewhere.test/"}),
        lambda good: httpx.Response(200, content=b""),
        lambda good: httpx.Response(200, content=b"<html>"),
        lambda good: httpx.Response(200, content=b"<html/>"),
        lambda good: httpx.Response(200, content=b"<!DOCTYPE a>" + good),
        lambda good: httpx.Response(200, content=good + b" " * 2**20),
        lambda good: httpx.Response(200, content=good, headers={"content-encoding": "br"}),
        lambda good: httpx.Response(200, content=good.replace(b"entityID=", b'entityID="https://other.test" x=')),
        lambda good: httpx.Response(200, content=good.replace(b"SPSSODescriptor", b"RoleDescriptor")),
        lambda good: httpx.Response(200, content=good.replace(b"bindings:HTTP-POST", b"bindings:PAOS")),
        lambda good: httpx.Response(200, content=good.replace(b"https://lasning.test/saml/acs", b"javascript:x")),
        lambda good: httpx.Response(200, content=good.replace(b"ds:X509Data", b"ds:KeyValue")),
        lambda good: httpx.Response(200, content=good.replace(b" Location=", b" Elsewhere=")),
        lambda good: raising(),
    ],
)
async def test_metadata_that_cannot_be_used_is_said_so_and_asked_for_again(
    open_lab: Any, vendor: Any, answer: Any
) -> None:
    async with open_lab(metadata=lambda: answer(vendor.metadata())) as lab:
        query = lab.vendor.query(lab.vendor.request())
        for _ in range(2):
            page = await lab.browser.get(f"/saml/sso?{query}")
            assert page.status_code == 502
            assert "metadata" in page.text
        assert len(lab.fetched) == 2


@pytest.mark.parametrize(
    ("until", "status"),
    [("2026-11-23T12:00:00Z", 502), ("2026-11-23T12:00:01Z", 303), ("2020-01-01T00:00:00", 502), ("soon", 502)],
)
async def test_metadata_expires_by_the_schools_clock(open_lab: Any, until: str, status: Any) -> None:
    async with open_lab(attributes=f'validUntil="{until}"') as lab:
        page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request())}")
        assert page.status_code == status


@pytest.mark.parametrize(
    ("consumers", "asked", "chosen"),
    [
        ([(0, "", "https://a.test/0"), (1, "", "https://a.test/1")], "", "https://a.test/0"),
        ([(0, "", "https://a.test/0"), (1, 'isDefault="true"', "https://a.test/1")], "", "https://a.test/1"),
        ([(0, 'isDefault="false"', "https://a.test/0"), (1, "", "https://a.test/1")], "", "https://a.test/1"),
        ([(0, 'isDefault="false"', "https://a.test/0")], "", "https://a.test/0"),
        (
            [(0, "", "https://a.test/0"), (5, "", "https://a.test/5")],
            'AssertionConsumerServiceIndex="5"',
            "https://a.test/5",
        ),
        (
            [(0, "", "https://a.test/0"), (5, "", "https://a.test/5")],
            'AssertionConsumerServiceURL="https://a.test/5"',
            "https://a.test/5",
        ),
    ],
)
async def test_the_consumer_is_chosen_by_request_then_default_then_order(
    open_lab: Any, consumers: Any, asked: str, chosen: str
) -> None:
    async with open_lab(consumers="".join(ACS.format(*consumer) for consumer in consumers)) as lab:
        page = await lab.log_in("elev-1", lab.vendor.request(asked))
        assert f'action="{chosen}"' in page.text


async def test_the_login_page_names_the_vendor_in_the_readers_language(lab: Any) -> None:
    page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    assert "Logga in till Läsappen" in page.text
    english = await lab.browser.get(page.url, headers={"Accept-Language": "en"})
    assert "Log in to Reading app" in english.text


async def test_a_vendor_without_a_name_is_called_by_its_entity_id(open_lab: Any, vendor: Any) -> None:
    metadata = vendor.metadata().replace(b"ServiceName", b"ServiceDescription")
    async with open_lab(metadata=lambda: httpx.Response(200, content=metadata)) as lab:
        page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
        assert f"Logga in till {vendor.entity_id}" in page.text


async def test_vendors_are_told_apart(open_lab: Any, vendor: Any) -> None:
    """A configured party's metadata cannot speak for another."""
    other = replace(vendor, entity_id="https://other.test/saml/metadata")
    async with open_lab(metadata=lambda: httpx.Response(200, content=other.metadata())) as lab:
        page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request())}")
        assert page.status_code == 502


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), length=st.integers(0, 200), data=st.binary(max_size=20))
async def test_no_metadata_makes_the_school_fail(
    open_lab: Any, vendor: Any, place: float, length: int, data: bytes
) -> None:
    good = vendor.metadata()
    start = int(place * len(good))
    spoiled = good[:start] + data + good[start + length :]
    async with open_lab(metadata=lambda: httpx.Response(200, content=spoiled)) as lab:
        page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request())}")
        assert page.status_code in (303, 400, 502)


async def test_a_vendor_may_change_its_key(open_lab: Any, vendor: Any) -> None:
    """Its new metadata is fetched when a signature fits no key that was known, at most once a minute."""
    changed = replace(vendor, key=rsa.generate_private_key(65537, 2048), signs=True)
    published = [replace(vendor, signs=True)]
    async with open_lab(metadata=lambda: httpx.Response(200, content=published[0].metadata()), signs=True) as lab:

        async def answered(by: Any) -> int:
            return int((await lab.browser.get(f"/saml/sso?{by.signed_query(by.request())}")).status_code)

        assert await answered(vendor) == 303
        assert [await answered(changed), await answered(changed)] == [403, 403]
        assert len(lab.fetched) == 1
        lab.now += timedelta(minutes=1)
        published[0] = changed
        assert [await answered(changed), await answered(vendor)] == [303, 403]
        assert len(lab.fetched) == 2


async def test_a_forged_message_does_not_make_the_school_forget_a_vendor(open_lab: Any, vendor: Any) -> None:
    """Where metadata cannot be fetched anew just now, what is known holds, and nobody can make the school ask often."""
    forger = replace(vendor, key=rsa.generate_private_key(65537, 2048))
    good = httpx.Response(200, content=replace(vendor, signs=True).metadata())
    published = [good]
    async with open_lab(metadata=lambda: published[0], signs=True) as lab:

        async def answered(by: Any) -> int:
            return int((await lab.browser.get(f"/saml/sso?{by.signed_query(by.request())}")).status_code)

        assert await answered(vendor) == 303
        lab.now += timedelta(minutes=1)
        published[0] = httpx.Response(503)
        assert [await answered(forger), await answered(forger), await answered(vendor)] == [403, 403, 303]
        assert len(lab.fetched) == 2


async def test_metadata_grows_old(lab: Any) -> None:
    for minutes, fetched in ((0, 1), (59, 1), (1, 2)):
        lab.now += timedelta(minutes=minutes)
        issued = lab.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        await lab.to_login(lab.vendor.query(lab.vendor.request(issued=issued)))
        assert len(lab.fetched) == fetched
