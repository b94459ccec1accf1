"""Where test traffic may go."""

import asyncio
import datetime as dt
from collections.abc import Iterable

import httpx
import pytest

from testbed.lab.permission import LOOPBACK_ONLY, Permission, Permitted, permission_of
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Vendor

TODAY = dt.date(2026, 11, 26)
AUTHORISED = {
    "by": "Vendor AB",
    "window": {"from": "2026-11-01", "until": "2026-11-30"},
    "contact": "a@vendor.se",
    "max_rps": 50,
}


def vendor(**changes: object) -> Vendor:
    written = {
        "id": "v", "name": "V", "protocol": "saml", "metadata": "https://app.vendor.se/md",
        "login": "https://app.vendor.se/login", "probe": {"url": "https://app.vendor.se/me"},
    }  # fmt: skip
    return Vendor.model_validate({**written, **changes})


def test_a_vendor_elsewhere_needs_a_permission() -> None:
    with pytest.raises(ScenarioInvalid, match=r"v\.yaml: login.*not on loopback.*To mend it: .*'authorised: \{by"):
        permission_of(vendor(), "v.yaml", TODAY)


def test_a_permission_has_a_window() -> None:
    given = permission_of(vendor(authorised=AUTHORISED), "v.yaml", TODAY)
    assert given == Permission(frozenset({"app.vendor.se"}), 50, exhaustion=False)
    with pytest.raises(ScenarioInvalid, match="does not include 2026-12-01"):
        permission_of(vendor(authorised=AUTHORISED), "v.yaml", dt.date(2026, 12, 1))


def test_exhaustion_is_allowed_by_name() -> None:
    given = permission_of(vendor(authorised=AUTHORISED | {"allow": ["exhaustion"]}), "v.yaml", TODAY)
    assert given.exhaustion


def test_a_vendor_on_loopback_needs_none() -> None:
    here = dict.fromkeys(("metadata", "login"), "http://127.0.0.1:8000/x")
    assert permission_of(vendor(**here, probe={"url": "http://localhost:8000/me"}), "v", TODAY) == LOOPBACK_ONLY


def fetched(url: str, permission: Permission, leads_to: str = "93.184.216.34", times: int = 1) -> int:
    async def resolve(_: str, __: int) -> Iterable[str]:
        return [leads_to]

    async def run() -> int:
        carrier = httpx.MockTransport(lambda _: httpx.Response(204))
        async with httpx.AsyncClient(transport=Permitted(carrier, permission, resolve)) as http:
            for _ in range(times):
                status = (await http.get(url)).status_code
            return status

    return asyncio.run(run())


PERMISSION = Permission(frozenset({"app.vendor.se"}), 1000)


@pytest.mark.parametrize(
    ("url", "permission", "leads_to"),
    [
        ("http://127.0.0.1:1/", LOOPBACK_ONLY, ""),
        ("https://app.vendor.se/", PERMISSION, "93.184.216.34"),
        ("https://app.vendor.se/", PERMISSION, "127.0.0.1"),
        ("https://idp.test/", LOOPBACK_ONLY, "127.0.0.1"),
    ],
)
def test_what_is_permitted_is_carried(url: str, permission: Permission, leads_to: str) -> None:
    assert fetched(url, permission, leads_to) == 204


@pytest.mark.parametrize(
    ("url", "permission", "leads_to"),
    [
        ("https://app.vendor.se/", LOOPBACK_ONLY, "93.184.216.34"),
        ("https://evil.se/", PERMISSION, "93.184.216.34"),
        ("https://sub.app.vendor.se/", PERMISSION, "93.184.216.34"),
        ("https://app.vendor.se/", PERMISSION, "169.254.169.254"),
        ("https://app.vendor.se/", PERMISSION, "10.0.0.1"),
        ("https://idp.test/", PERMISSION, "93.184.216.34"),
    ],
)
def test_what_is_not_permitted_is_refused(url: str, permission: Permission, leads_to: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        fetched(url, permission, leads_to)


def test_a_redirect_elsewhere_is_refused() -> None:
    async def run() -> None:
        carrier = httpx.MockTransport(lambda _: httpx.Response(302, headers={"location": "https://evil.se/"}))
        async with httpx.AsyncClient(transport=Permitted(carrier, LOOPBACK_ONLY), follow_redirects=True) as http:
            await http.get("http://127.0.0.1:1/")

    with pytest.raises(httpx.UnsupportedProtocol, match=r"evil\.se"):
        asyncio.run(run())


def test_the_pace_is_kept() -> None:
    async def run() -> float:
        async def resolve(_: str, __: int) -> Iterable[str]:
            return ["93.184.216.34"]

        carrier = httpx.MockTransport(lambda _: httpx.Response(204))
        slow = Permission(frozenset({"app.vendor.se"}), 50)
        loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(transport=Permitted(carrier, slow, resolve)) as http:
            since = loop.time()
            for _ in range(6):
                await http.get("https://app.vendor.se/")
            return loop.time() - since

    assert asyncio.run(run()) >= 5 / 50
