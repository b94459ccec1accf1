"""Each script's fault changes one decision, and loosens the pages' policy no further than that."""

import re
from dataclasses import fields
from typing import Any

import pytest
from starlette.requests import Request

from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.page_script import PageScript
from sp_mocks.pages import Pages
from sp_mocks.profiles import PROFILES
from sp_mocks.scripts import OIDC_SCRIPT_FAULTS, SCRIPT_FAULTS

pytestmark = pytest.mark.anyio
KINDS = [
    (faults, profiles[name], fault)
    for faults, profiles in ((SCRIPT_FAULTS, PROFILES), (OIDC_SCRIPT_FAULTS, OIDC_PROFILES))
    for name in profiles
    for fault in faults
]


class Somebody:
    """Whose names hold what HTML must not."""

    user = '"><script>alert(1)</script>'
    attributes = {"displayName": ("Åsa 'O' <b>",), "mail": ("a&b@skola.test",)}  # noqa: RUF012 - read only


def script_of(fault: str) -> PageScript:
    script = SCRIPT_FAULTS[fault].apply(PROFILES["reading-service"].behaviour).script
    assert script
    return script


@pytest.mark.parametrize(("faults", "profile", "fault"), KINDS)
def test_a_fault_changes_exactly_one_decision(faults: Any, profile: Any, fault: str) -> None:
    faulty = faults[fault].apply(profile.behaviour)
    differing = [
        one.name for one in fields(faulty) if getattr(faulty, one.name) != getattr(profile.behaviour, one.name)
    ]
    assert differing == ["script"]
    assert faulty.script.id == fault


def test_every_fault_says_what_it_does_and_who_must_notice() -> None:
    assert set(SCRIPT_FAULTS) == set(OIDC_SCRIPT_FAULTS)
    assert len(SCRIPT_FAULTS) >= 5
    for name, fault in SCRIPT_FAULTS.items():
        assert EVERY_FAULT[name] is fault
        assert (fault.id, fault.breaks) == (name, OIDC_SCRIPT_FAULTS[name].breaks)
        assert fault.breaks
        assert fault.title.sv != fault.title.en
        assert ": " in fault.title.sv
        assert ": " in fault.title.en


@pytest.mark.parametrize("profile", EVERY_PROFILE.values(), ids=EVERY_PROFILE)
def test_no_compliant_vendor_runs_anything(profile: Any) -> None:
    assert profile.behaviour.script is None


@pytest.mark.parametrize("fault", SCRIPT_FAULTS)
def test_a_script_sends_where_the_policy_says_and_nowhere_else(fault: str) -> None:
    script = script_of(fault)
    named = set(re.findall(r"(?:https|wss)://[a-z.]+", script.text))
    assert named == {*script.connects, *script.images}
    assert named
    assert "</" not in script.text


def shown(pages: Pages, template: str, values: dict[str, object]) -> tuple[str, str]:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    answer = pages.show(Request(scope), template, values=values)
    return bytes(answer.body).decode(), answer.headers["content-security-policy"]


@pytest.mark.parametrize("fault", SCRIPT_FAULTS)
def test_the_policy_is_as_loose_as_the_script_needs_it(fault: str) -> None:
    script = script_of(fault)
    page, policy = shown(Pages("Läsning", (), script), "me.html", {"login": None})
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    (nonce,) = set(re.findall(r'<script nonce="([^"]+)"', page))
    assert rules["script-src"] == f"'nonce-{nonce}'"
    assert rules["default-src"] == "'none'"
    assert rules.get("connect-src", "").split() == list(script.connects)
    assert rules["img-src"].split() == ["'self'", *script.images]
    assert set(rules) - {"script-src", "connect-src"} == {
        "default-src", "style-src", "img-src", "form-action", "base-uri", "frame-ancestors"
    }  # fmt: skip


def test_without_a_script_a_page_runs_nothing() -> None:
    page, policy = shown(Pages("Läsning"), "me.html", {"login": None})
    assert "<script" not in page
    assert "script-src" not in policy
    assert "connect-src" not in policy


def test_the_page_tells_the_script_who_is_logged_in_and_nothing_breaks_out() -> None:
    pages = Pages("Läsning", (), script_of("mail-in-a-pixel"))
    page, _ = shown(pages, "me.html", {"login": Somebody()})
    assert page.count("<script") == 1
    assert 'data-user="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert 'data-mail="a&amp;b@skola.test"' in page
    assert 'data-name="Åsa &#39;O&#39; &lt;b&gt;"' in page
    assert "data-user" not in shown(pages, "me.html", {"login": None})[0]
    assert "data-user" not in shown(pages, "logout.html", {"outcome": "here"})[0]


async def test_a_script_from_the_cdn_is_served_there_and_told_nothing(open_vendor: Any, school: Any) -> None:
    async with open_vendor("reading-service", "recorded-by-agreed-script") as faulty:
        await faulty.deliver(school.signed(await faulty.begin()))
        host = faulty.browser.base_url.host
        page = (await faulty.browser.get("/me")).text
        assert f'src="https://cdn.{host}/statistik.js"></script>' in page
        assert "data-user" not in page
        served = await faulty.browser.get("/statistik.js", headers={"host": f"cdn.{host}"})
        assert served.headers["content-type"].startswith("text/javascript")
        assert served.text == script_of("recorded-by-agreed-script").text
    async with open_vendor("reading-service") as compliant:
        host = compliant.browser.base_url.host
        assert (await compliant.browser.get("/statistik.js", headers={"host": f"cdn.{host}"})).status_code == 404


async def test_a_script_from_a_cdn_needs_one(open_vendor: Any) -> None:
    with pytest.raises(ValueError, match="a host that it does not have"):
        async with open_vendor("national-tests", "recorded-by-agreed-script"):
            pass
