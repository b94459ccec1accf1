"""Metadata queries, also such as nobody should send."""

import datetime as dt
from hashlib import sha1
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.federation.mdq import MAX_IDENTIFIER
from idp.keys import SigningKey
from testbed.wire.signatures import verify

pytestmark = pytest.mark.anyio
SCHOOL, VENDOR = "https://idp.skola.test/saml/metadata", "https://lasning.test/saml/metadata"
MEDIA_TYPE = "application/samlmetadata+xml"


def path_of(identifier: str) -> str:
    return f"/entities/{quote(identifier, safe='')}"


def hashed(entity_id: str) -> str:
    return "{sha1}" + sha1(entity_id.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("identifier", [VENDOR, hashed(VENDOR), hashed(VENDOR).upper().replace("SHA1", "sha1")])
async def test_one_entity_by_its_name_or_the_digest_of_it(lab: Any, key: SigningKey, identifier: str) -> None:
    answer = await lab.md.get(path_of(identifier))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert etree.fromstring(answer.content).get("entityID") == VENDOR
    assert verify(answer.content, [key.certificate_der]).ok


async def test_all_entities_are_the_aggregate(lab: Any) -> None:
    entities, aggregate = await lab.md.get("/entities"), await lab.md.get("/aggregate.xml")
    assert entities.content == aggregate.content
    assert entities.headers["content-type"] == aggregate.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(
    "path",
    [
        path_of("https://nobody.test/saml/metadata"),
        path_of("{sha1}" + "0" * 40),
        path_of("{sha1}zz"),
        path_of("{sha1}"),
        path_of("{md5}" + "0" * 32),
        "/entities/",
        f"/entities/{VENDOR}",
        "/entities/%ff%fe",
        "/entities/%00",
        "/entities/%",
        "/entities/..%2f..%2fetc%2fpasswd",
        "/entities/" + "a" * (MAX_IDENTIFIER + 1),
        path_of(VENDOR) + "/",
        path_of(VENDOR + " "),
        path_of(VENDOR.upper()),
    ],
)
async def test_what_is_nobody_s_identifier_is_not_found(lab: Any, path: str) -> None:
    answer = await lab.md.get(path)
    assert answer.status_code == 404
    assert "publishes no entity" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


@given(octets=st.binary(max_size=60), escaped=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_no_path_breaks_it(lab: Any, octets: bytes, escaped: bool) -> None:
    rest = quote(octets, safe="") if escaped else quote(octets, safe="%{}/:?[]@!$&'()*+,;=")
    answer = await lab.md.get(httpx.URL("https://md.federation.test").copy_with(raw_path=b"/entities/" + rest.encode()))
    assert answer.status_code in (200, 404)


async def test_who_has_the_document_is_not_sent_it_again(lab: Any) -> None:
    for path in ("/aggregate.xml", "/entities", path_of(VENDOR)):
        first = await lab.md.get(path)
        assert first.headers["last-modified"] == "Mon, 23 Nov 2026 12:00:00 GMT"
        assert first.headers["cache-control"] == "max-age=3600"
        for tag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
            again = await lab.md.get(path, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
        for tag in ('"other"', "", "x" * 5000, "," * 5000):
            assert (await lab.md.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_changed_member_is_published_to_who_asks_past_every_cache(lab: Any, make: SimpleNamespace) -> None:
    first = await lab.md.get(path_of(VENDOR))
    lab.network.answers[VENDOR] = make.vendor("")
    assert (await lab.md.get(path_of(VENDOR))).content == first.content
    anew = await lab.md.get(path_of(VENDOR), headers={"Cache-Control": "max-age=0, No-Cache"})
    assert anew.headers["etag"] != first.headers["etag"]
    assert (await lab.md.get(path_of(VENDOR))).content == anew.content


async def test_nobody_is_told_to_keep_a_document_beyond_its_end(lab: Any, make: SimpleNamespace) -> None:
    lab.network.answers[VENDOR] = make.vendor(attributes='validUntil="2026-11-23T12:00:20Z"')
    answer = await lab.md.get(path_of(VENDOR))
    assert answer.headers["cache-control"] == "max-age=20"
    lab.network.now += dt.timedelta(seconds=20)
    assert (await lab.md.get(path_of(VENDOR))).status_code == 404


async def test_head_tells_the_same_without_the_document(lab: Any) -> None:
    got, head = await lab.md.get("/aggregate.xml"), await lab.md.head("/aggregate.xml")
    assert head.content == b""
    assert {**got.headers} == {**head.headers}
