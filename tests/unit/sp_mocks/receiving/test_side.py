"""What the pages show: whom the vendor holds of which school, in words that everybody can read."""

from typing import Any

import pytest
from egil import BASE, GRANNE, SIS, Receiver, group, ident, receiver, resource, to, user
from lxml import html

from sp_mocks import leafing
from sp_mocks.app import VendorService

pytestmark = pytest.mark.anyio


def rows(text: str) -> dict[str, list[str]]:
    """Each row's cells by its head."""
    document = html.fromstring(text)
    return {
        row.findtext("th"): [cell.text_content().strip() for cell in row.findall("td")]
        for row in document.iterfind(".//tbody/tr")
    }


def columns(text: str) -> list[str]:
    return [cell.text for cell in html.fromstring(text).iterfind(".//thead//th")]


def links(text: str) -> dict[str, str]:
    """Addresses by what they are to this page."""
    return {link.get("rel"): link.get("href") for link in html.fromstring(text).iter("a") if link.get("rel")}


async def test_pupils_and_teachers_stand_with_their_school_units_and_groups(vendor: Receiver) -> None:
    await vendor.school()
    page = (await vendor.page()).text
    assert columns(page)[1:] == [
        "eduPersonPrincipalName",
        "givenName",
        "sn",
        "sisSchoolUnitCode",
        "sisSchoolGrade",
        "sisSchoolCourseStudent",
        "sisSchoolCourseTeacher",
    ]
    assert rows(page) == {
        **{
            ident(name): [f"{name.lower()}@skola.test", name, "Provsson", "00001101", "3", "3A", ""]
            for name in ("Anna", "Bo", "Cia")
        },
        ident("Disa"): ["disa@skola.test", "Disa", "Provsson", "00001101", "", "", "3A"],
    }


async def test_who_has_changed_class_stands_in_the_new_one_and_who_is_deleted_not_at_all(vendor: Receiver) -> None:
    await vendor.school()
    await vendor.put("StudentGroups", "3A", group("3A", "Bo", "Cia"))
    await vendor.post("StudentGroups", group("3B", "Anna"))
    await vendor.delete("Users", "Cia")
    page = (await vendor.page()).text
    assert {one: cells[5] for one, cells in rows(page).items()} == {
        ident("Anna"): "3B",
        ident("Bo"): "3A",
        ident("Disa"): "",
    }


async def test_each_school_has_a_page_of_its_own(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    await vendor.post("Users", user("Gun"), GRANNE)
    first, second = await vendor.page("/roster"), await vendor.page("/roster?school=2")
    assert set(rows(first.text)) == {ident("Anna")}
    assert "api.skola.test" in first.text
    assert set(rows(second.text)) == {ident("Gun")}
    assert "api.granne.test" in second.text
    for query in ("school=0", "school=3", "school=x", "page=0", "page=2", "page=-1", "page=%D9%A1", "page=9999999"):
        assert (await vendor.page(f"/roster?{query}")).status_code == 404


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leafing, "SHOWN", 3)


@pytest.mark.usefixtures("short_pages")
async def test_whoever_leafs_sees_everybody_once(vendor: Receiver) -> None:
    names = [f"P{number}" for number in range(7)]
    for name in names:
        await vendor.post("Users", user(name), GRANNE)
    seen, following, pages = [], "?school=2&page=1", 0
    while following:
        page = await vendor.page(f"/roster{following}")
        assert "Persons: 7" in page.text
        seen += list(rows(page.text))
        following, pages = links(page.text).get("next", ""), pages + 1
    assert (seen, pages) == ([ident(name) for name in names], 3)
    assert links((await vendor.page("/roster?school=2&page=2")).text) == {
        "prev": "?school=2&page=1",
        "next": "?school=2&page=3",
    }
    assert links((await vendor.page("/roster?school=2")).text) == {"next": "?school=2&page=2"}


@pytest.mark.usefixtures("short_pages")
async def test_the_same_page_in_the_other_language(vendor: Receiver) -> None:
    for number in range(4):
        await vendor.post("Users", user(f"P{number}"))
    page = html.fromstring((await vendor.page("/roster?page=2&school=1&x=<b>")).text)
    (switch,) = [link.get("href") for link in page.iter("a") if link.get("hreflang")]
    assert switch == "?school=1&page=2&lang=sv"
    swedish = await vendor.page(f"/roster{switch}")
    assert "Vilka som finns här" in swedish.text
    assert list(rows(swedish.text)) == [ident("P3")]


async def test_what_schools_write_is_text_on_the_page(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna", name={"givenName": "<script>alert(1)</script>", "familyName": "&amp;"}))
    page = (await vendor.page()).text
    assert rows(page)[ident("Anna")][1:3] == ["<script>alert(1)</script>", "&amp;"]
    assert "<script>" not in page


@pytest.mark.parametrize(("language", "words"), [("sv", "Skolor med avtal"), ("en", "Schools with an agreement")])
async def test_the_page_for_administrators_leads_to_each_school(vendor: Receiver, language: str, words: str) -> None:
    await vendor.school()
    page = await vendor.page("/login", language)
    assert page.status_code == 200
    assert words in page.text
    assert BASE in page.text
    document = html.fromstring(page.text)
    assert document.get("lang") == language
    assert [item.findtext("a") is not None and item.find("a").get("href") for item in document.iter("li")] == [
        "/roster?school=1",
        "/roster?school=2",
    ]
    assert [item.text_content()[-2:] for item in document.iter("li")] == ["4)", "0)"]


async def test_references_that_lead_nowhere_are_shown_as_nothing(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    await vendor.post("StudentGroups", group("3A", "Anna", "nobody"))
    await vendor.post("Activities", resource("Activity", "Slöjd", groups=[], teachers=[to("Employments", "nobody")]))
    page = await vendor.page()
    assert rows(page.text) == {ident("Anna"): ["anna@skola.test", "Anna", "Provsson", "", "3", "3A", ""]}


async def test_a_teacher_of_no_group_is_shown_with_what_they_teach(vendor: Receiver) -> None:
    await vendor.post("Users", user("Disa", **{f"{SIS}:User": {}}))
    await vendor.post(
        "Employments", resource("Employment", "post", employedAt=to("SchoolUnits", "nowhere"), user=to("Users", "Disa"))
    )
    await vendor.post("Activities", resource("Activity", "Slöjd", teachers=[to("Employments", "post")]))
    assert rows((await vendor.page()).text)[ident("Disa")][-1] == "Slöjd"


@pytest.mark.parametrize("changes", [{"receiving": None}, {"profile": "akkounts"}, {"hosts": ("annan.test",)}])
async def test_a_vendor_that_lacks_what_it_needs_does_not_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="pupil-accounts"):
        async with receiver(**changes) as made:
            assert isinstance(made.service, VendorService)
