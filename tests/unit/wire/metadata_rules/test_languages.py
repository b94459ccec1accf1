"""Languages: every text tagged, in sv and en and whatever another is in, once each."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from testbed.wire.metadata_rules.core import MDRPI
from testbed.wire.metadata_rules.languages import ISO_639_1

UI = "md:SPSSODescriptor/md:Extensions/mdui:UIInfo"
AT_UI = "/md:EntityDescriptor/md:SPSSODescriptor/md:Extensions/mdui:UIInfo"
LISTED = Path("/usr/share/iso-codes/json/iso_639-3.json")


def places(entity: Any) -> list[str]:
    said = entity.said()
    assert {(level, rule) for level, rule, _ in said} <= {("warning", "texts-in-swedish-and-english")}
    return [place for _, _, place in said]


@pytest.mark.skipif(not LISTED.exists(), reason="needs Debian's iso-codes")
def test_the_codes_are_those_of_the_standard_but_for_the_withdrawn_one() -> None:
    listed = {entry["alpha_2"] for entry in json.loads(LISTED.read_text())["639-3"] if "alpha_2" in entry}
    assert listed - {"sh"} == ISO_639_1


def test_a_text_without_language(service: Any) -> None:
    service.with_(f"{UI}/mdui:DisplayName", lang=None)
    assert places(service) == [f"{AT_UI}/mdui:DisplayName[1]", AT_UI]


@pytest.mark.parametrize("code", ["sv-SE", "swe", "svenska", "x", "åå"])
def test_a_code_that_is_none(service: Any, code: str) -> None:
    service.copied(f"{UI}/mdui:DisplayName", lang=code)
    assert places(service) == [f"{AT_UI}/mdui:DisplayName[2]/@xml:lang"]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "path",
    [
        f"{UI}/mdui:DisplayName",
        f"{UI}/mdui:Description",
        "md:Organization/md:OrganizationName",
        "md:Organization/md:OrganizationURL",
    ],
)
def test_a_text_that_lacks_a_language(service: Any, path: str, language: str) -> None:
    for element in service.at(path):
        if element.get("{http://www.w3.org/XML/1998/namespace}lang") == language:
            element.getparent().remove(element)
    assert places(service) == [f"/md:EntityDescriptor/{path.rpartition('/')[0]}"]


def test_a_language_used_once_must_be_used_everywhere(service: Any) -> None:
    service.copied(f"{UI}/mdui:DisplayName", lang="fi")
    found = places(service)
    assert AT_UI in found
    assert len(found) == len(
        {"Description", "OrgName", "OrgDisplayName", "OrgURL", "ServiceName", "ServiceDescription"}
    )


def test_the_same_language_twice(service: Any) -> None:
    service.copied(f"{UI}/mdui:DisplayName")
    assert places(service) == [f"{AT_UI}/mdui:DisplayName[2]"]


def test_letter_case_makes_no_language(service: Any) -> None:
    assert places(service.with_(f"{UI}/mdui:DisplayName", lang="SV")) == []


def logo(language: str = "") -> etree._Element:
    tagged = f' xml:lang="{language}"' if language else ""
    return etree.fromstring(
        f'<mdui:Logo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" height="1" width="1"{tagged}>https://a.test/l.png'
        "</mdui:Logo>"
    )


def test_logos_may_share_a_language_and_lack_one(service: Any) -> None:
    ui = service.at(UI)[0]
    for element in (logo(), logo(), logo("sv"), logo("sv")):
        ui.append(element)
    assert places(service) == []
    ui.append(logo("zz"))
    assert places(service) == [f"{AT_UI}/mdui:Logo[5]/@xml:lang"]


def test_the_registration_policy_is_the_registrar_s(school: Any) -> None:
    information = etree.SubElement(school.at("md:Extensions")[0], f"{{{MDRPI}}}RegistrationInfo")
    policy = etree.SubElement(information, f"{{{MDRPI}}}RegistrationPolicy")
    policy.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    assert places(school) == []
    del policy.attrib["{http://www.w3.org/XML/1998/namespace}lang"]
    assert places(school) == ["/md:EntityDescriptor/md:Extensions/mdrpi:RegistrationInfo/mdrpi:RegistrationPolicy"]


def test_an_entity_that_says_nothing(school: Any) -> None:
    school.without("md:Organization").without("md:IDPSSODescriptor/md:Extensions/mdui:UIInfo")
    assert places(school) == ["/md:EntityDescriptor/md:IDPSSODescriptor"]
