"""Single sign-on from request to response, honest and hostile."""

import base64
import logging
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import XMLVerifier

from idp.keys import SchoolKeys

pytestmark = pytest.mark.anyio
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
ACS = "https://lasning.test/saml/acs"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
CATEGORY = """<md:Extensions><mdattr:EntityAttributes xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute">
<saml:Attribute xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Name="http://macedir.org/entity-category">
<saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes></md:Extensions>"""
SIGNED_BY = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def saml_response(page: Any) -> Any:
    """The response that the page posts, or a failed assertion when it posts none."""
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert found, page.text
    return etree.fromstring(base64.b64decode(found[1]))


def status_of(page: Any) -> list[str]:
    codes = saml_response(page).iter("{urn:oasis:names:tc:SAML:2.0:protocol}StatusCode")
    return [code.get("Value").rpartition(":")[2] for code in codes]


def released(page: Any) -> dict[str, list[str]]:
    return {
        attribute.get("FriendlyName"): [value.text for value in attribute]
        for attribute in saml_response(page).iterfind(".//saml:Attribute", NS)
    }


async def test_a_login_from_request_to_response(lab: Any, keys: SchoolKeys) -> None:
    page = await lab.log_in("elev-1", lab.vendor.request(request_id="_r1"))
    assert page.status_code == 200
    assert f'<form method="post" action="{ACS}">' in page.text
    assert 'name="RelayState" value="state"' in page.text
    response = saml_response(page)
    verified = XMLVerifier().verify(response, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID")
    assertion = verified.signed_xml
    assert assertion.tag == "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
    assert response.get("InResponseTo") == "_r1"
    assert response.get("Destination") == ACS
    assert status_of(page) == ["Success"]
    assert assertion.findtext(".//saml:Audience", namespaces=NS) == lab.vendor.entity_id
    assert released(page) == {
        "eduPersonPrincipalName": ["nurul-tanud@skola.test"],
        "givenName": ["Åsa"],
        "sisSchoolUnitCode": ["00001101"],
    }


async def test_a_request_by_post(lab: Any) -> None:
    form = {"SAMLRequest": base64.b64encode(lab.vendor.request()).decode(), "RelayState": "r&s"}
    answer = await lab.browser.post("/saml/sso", data=form)
    assert answer.status_code == 303
    page = await lab.choose(await lab.browser.get(answer.headers["location"]), "elev-1")
    assert status_of(page) == ["Success"]
    assert 'name="RelayState" value="r&amp;s"' in page.text


async def test_cookies_are_the_schools_own_and_guarded(lab: Any) -> None:
    answer = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request())}")
    login = answer.headers["set-cookie"]
    page = await lab.choose(await lab.browser.get(answer.headers["location"]), "elev-1")
    session = next(c for c in page.headers.get_list("set-cookie") if c.startswith("skola_session"))
    for cookie in (login, session):
        assert cookie.startswith("skola_")
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure"))


async def test_a_session_spares_the_login_page_unless_the_vendor_forces_it(lab: Any) -> None:
    await lab.log_in("elev-1")
    again = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    assert status_of(again) == ["Success"]
    forced = await lab.to_login(lab.vendor.query(lab.vendor.request('ForceAuthn="true"')))
    assert 'id="testbed-login"' in forced.text


async def test_a_session_ends(lab: Any) -> None:
    await lab.log_in("elev-1")
    lab.now += timedelta(hours=9)
    page = await lab.to_login(lab.vendor.query(lab.vendor.request(issued="2026-11-23T21:00:00Z")))
    assert 'id="testbed-login"' in page.text


async def test_a_new_login_ends_the_session_before_it(lab: Any) -> None:
    await lab.log_in("elev-1")
    old = lab.browser.cookies.get("skola_session")
    await lab.log_in("elev-2", lab.vendor.request('ForceAuthn="1"'))
    lab.browser.cookies.delete("skola_session")
    lab.browser.cookies.set("skola_session", old, domain="idp.skola.test")
    page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    assert 'id="testbed-login"' in page.text


async def test_is_passive_without_a_session_gets_no_passive_and_with_one_a_login(lab: Any) -> None:
    first, second = (lab.vendor.query(lab.vendor.request('IsPassive="true"')) for _ in range(2))
    assert status_of(await lab.to_login(first)) == ["Responder", "NoPassive"]
    await lab.log_in("elev-1")
    assert status_of(await lab.to_login(second)) == ["Success"]


async def test_a_passive_request_asks_nobody_even_when_somebody_answers(lab: Any) -> None:
    answer = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request('IsPassive="1"'))}")
    key = answer.headers["location"].partition("key=")[2]
    page = await lab.browser.post("/login", data={"key": key, "person": "elev-1"})
    assert status_of(page) == ["Responder", "NoPassive"]


async def test_another_browser_cannot_use_the_key(lab: Any) -> None:
    page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    lab.browser.cookies.clear()
    stolen = await lab.choose(page, "elev-1")
    assert stolen.status_code == 400
    assert "SAMLResponse" not in stolen.text


async def test_a_key_works_once_and_not_for_ever(lab: Any) -> None:
    page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    assert (await lab.choose(page, "elev-1")).status_code == 200
    assert (await lab.choose(page, "elev-1")).status_code == 400
    late = await lab.to_login(lab.vendor.query(lab.vendor.request('ForceAuthn="true"')))
    lab.now += timedelta(minutes=16)
    assert (await lab.choose(late, "elev-1")).status_code == 400


async def test_two_tabs_do_not_disturb_each_other(lab: Any) -> None:
    first = await lab.to_login(lab.vendor.query(lab.vendor.request(request_id="_first")))
    second = await lab.to_login(lab.vendor.query(lab.vendor.request(request_id="_second")))
    assert saml_response(await lab.choose(first, "elev-1")).get("InResponseTo") == "_first"
    assert saml_response(await lab.choose(second, "elev-1")).get("InResponseTo") == "_second"


async def test_nobody_is_a_person_that_does_not_exist(lab: Any) -> None:
    assert (await lab.log_in("nobody")).status_code == 400


async def test_protected_identity_and_a_role_outside_the_agreement(lab: Any) -> None:
    assert released(await lab.log_in("elev-2")) == {"eduPersonPrincipalName": ["b@skola.test"]}
    page = await lab.log_in("larare-1", lab.vendor.request('ForceAuthn="true"'))
    assert status_of(page) == ["Responder", "RequestDenied"]
    assert saml_response(page).find("saml:Assertion", NS) is None


async def test_the_careless_school_releases_what_is_requested(open_lab: Any) -> None:
    async with open_lab(party={"release": "requested"}, requested=("mail", "givenName")) as lab:
        assert released(await lab.log_in("larare-1")) == {"mail": ["l@skola.test"]}


async def test_a_login_leaves_names_in_the_log_and_no_values(lab: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "idp"):
        await lab.log_in("elev-1")
    line = next(message for message in caplog.messages if message.startswith("login to"))
    assert "elev-1" in line
    assert "eduPersonPrincipalName, givenName, sisSchoolUnitCode" in line
    assert not any("Åsa" in message or "nurul-tanud" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("formats", "policy", "issued"),
    [
        ((), "", TRANSIENT),
        ((TRANSIENT, PERSISTENT), "", TRANSIENT),
        ((PERSISTENT, TRANSIENT), "", PERSISTENT),
        (("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",), "", PERSISTENT),
        ((TRANSIENT,), f'<samlp:NameIDPolicy Format="{PERSISTENT}"/>', PERSISTENT),
        ((PERSISTENT,), f'<samlp:NameIDPolicy Format="{TRANSIENT}"/>', TRANSIENT),
    ],
)
async def test_the_name_id_is_of_the_kind_that_is_asked_for(
    open_lab: Any, formats: Any, policy: str, issued: str
) -> None:
    async with open_lab(formats=formats) as lab:
        names = [
            saml_response(await lab.log_in("elev-1", lab.vendor.request('ForceAuthn="true"', policy))).find(
                ".//saml:NameID", NS
            )
            for _ in range(2)
        ]
    assert [name.get("Format") for name in names] == [issued, issued]
    assert (names[0].text == names[1].text) is (issued == PERSISTENT)


async def test_a_request_for_one_person_by_name_is_not_answered_with_another(lab: Any) -> None:
    """SAML Core 3.4.1: the assertion must be about whom the request names."""
    subject = f'<saml:Subject><saml:NameID Format="{PERSISTENT}">somebody</saml:NameID></saml:Subject>'
    page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request(content=subject))}")
    assert status_of(page) == ["Requester", "RequestUnsupported"]


async def test_nobody_gets_an_identifier_that_is_another_vendors(lab: Any) -> None:
    policy = '<samlp:NameIDPolicy SPNameQualifier="{}"/>'
    other = lab.vendor.request(content=policy.format("https://other.test/saml/metadata"))
    page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(other)}")
    assert status_of(page) == ["Requester", "InvalidNameIDPolicy"]
    own = lab.vendor.request(content=policy.format(lab.vendor.entity_id))
    assert saml_response(await lab.log_in("elev-1", own)).find(".//saml:NameID", NS) is not None


async def test_a_name_id_that_the_school_lacks_is_an_error_response(lab: Any) -> None:
    policy = '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/>'
    page = await lab.browser.get(f"/saml/sso?{lab.vendor.query(lab.vendor.request(content=policy))}")
    assert status_of(page) == ["Requester", "InvalidNameIDPolicy"]


def demanding_encryption(agreement: Any) -> dict[str, object]:
    security = agreement.security.model_copy(update={"encrypt_assertion": True})
    return {"agreement": agreement.model_copy(update={"security": security})}


async def test_an_error_response_is_signed(lab: Any, keys: SchoolKeys) -> None:
    page = await lab.to_login(lab.vendor.query(lab.vendor.request('IsPassive="true"')))
    certificate = keys.current.certificate_pem.decode()
    verified = XMLVerifier().verify(saml_response(page), x509_cert=certificate, id_attribute="ID").signed_xml
    assert verified.tag == "{urn:oasis:names:tc:SAML:2.0:protocol}Response"
    assert status_of(page) == ["Responder", "NoPassive"]


async def test_an_assertion_is_encrypted_where_the_agreement_demands_it(
    open_lab: Any, agreement: Any, receiver: Any, keys: SchoolKeys
) -> None:
    party = demanding_encryption(agreement)
    async with open_lab(party=party, encryption=receiver.key_descriptor()) as lab:
        page = await lab.log_in()
    assert released(page) == {}
    assert saml_response(page).find("saml:Assertion", NS) is None
    opened = receiver.open(saml_response(page))
    verified = XMLVerifier().verify(opened, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID")
    assert "Åsa" in [value.text for value in verified.signed_xml.iterfind(".//saml:AttributeValue", NS)]


async def test_an_assertion_stays_in_the_clear_where_the_agreement_says_nothing(open_lab: Any, receiver: Any) -> None:
    async with open_lab(encryption=receiver.key_descriptor()) as lab:
        assert saml_response(await lab.log_in()).find("saml:Assertion", NS) is not None


@pytest.mark.parametrize(
    "methods",
    [("http://www.w3.org/2001/04/xmlenc#aes256-cbc",), ("http://www.w3.org/2001/04/xmlenc#rsa-1_5",), None],
)
async def test_nothing_goes_in_the_clear_for_want_of_a_key(
    open_lab: Any, agreement: Any, receiver: Any, methods: tuple[str, ...] | None
) -> None:
    descriptor = "" if methods is None else receiver.key_descriptor(*methods)
    async with open_lab(party=demanding_encryption(agreement), encryption=descriptor) as lab:
        page = await lab.log_in()
    assert status_of(page) == ["Responder", "RequestDenied"]
    message = saml_response(page).findtext(".//samlp:StatusMessage", namespaces=NS)
    assert message.startswith("The agreement demands encrypted assertions")
    assert saml_response(page).find(".//saml:Assertion", NS) is None


@pytest.mark.parametrize("certificate", ["AAAA", "%%%", "A" * 100_000])
async def test_a_hostile_certificate_is_not_encrypted_to(
    open_lab: Any, agreement: Any, receiver: Any, certificate: str
) -> None:
    descriptor = receiver.key_descriptor().replace(receiver.certificate, certificate)
    async with open_lab(party=demanding_encryption(agreement), encryption=descriptor) as lab:
        assert status_of(await lab.log_in()) == ["Responder", "RequestDenied"]


async def test_a_response_is_signed_around_its_assertion_for_a_vendor_that_wants_it(
    open_lab: Any, keys: SchoolKeys
) -> None:
    async with open_lab(party={"sign_response": True}) as lab:
        response = saml_response(await lab.log_in())
    signed = [
        e.getparent().tag.rpartition("}")[2] for e in response.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")
    ]
    assert signed == ["Response", "Assertion"]


@pytest.mark.parametrize(
    ("comparison", "classes", "stated"),
    [
        ("", ["Kerberos", "PasswordProtectedTransport"], "PasswordProtectedTransport"),
        ('Comparison="exact"', ["unspecified"], "unspecified"),
        ('Comparison="exact"', ["TimeSyncToken"], None),
        ('Comparison="exact"', [], None),
        ('Comparison="minimum"', ["Password"], "Password"),
        ('Comparison="maximum"', ["unspecified"], "unspecified"),
        ('Comparison="better"', ["unspecified"], "PasswordProtectedTransport"),
        ('Comparison="better"', ["TimeSyncToken"], None),
    ],
)
async def test_the_authentication_context(lab: Any, comparison: str, classes: Any, stated: Any) -> None:
    references = "".join(
        f"<saml:AuthnContextClassRef>{SIGNED_BY}{name}</saml:AuthnContextClassRef>" for name in classes
    )
    asked = f"<samlp:RequestedAuthnContext {comparison}>{references}</samlp:RequestedAuthnContext>"
    query = lab.vendor.query(lab.vendor.request(content=asked))
    if stated is None:
        page = await lab.browser.get(f"/saml/sso?{query}")
        assert status_of(page) == ["Responder", "NoAuthnContext"]
    else:
        page = await lab.to_login(query)
        response = saml_response(await lab.choose(page, "elev-1"))
        assert response.findtext(".//saml:AuthnContextClassRef", namespaces=NS) == SIGNED_BY + stated


async def test_bad_forms_are_refused(lab: Any) -> None:
    huge = await lab.browser.post("/saml/sso", data={"SAMLRequest": "A" * 10_000_000})
    assert huge.status_code == 413
    large = await lab.browser.post("/saml/sso", data={"SAMLRequest": "A" * 500_000})
    assert large.status_code == 413
    assert (await lab.browser.post("/saml/sso", json={})).status_code == 415
    assert (await lab.browser.post("/login", data={"key": "x", "person": "elev-1"})).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), xml=st.booleans())
async def test_no_request_makes_the_school_fail(lab: Any, data: bytes, xml: bool) -> None:
    """The browser would raise whatever the school raises."""
    if xml:
        good = lab.vendor.request()
        place = len(data) * 2 % len(good)
        query = lab.vendor.query(good[:place] + data + good[place + len(data) :])
    else:
        query = quote(data, safe="&=")
    answers = [
        await lab.browser.get(f"/saml/sso?{query}"),
        await lab.browser.post(
            "/saml/sso", content=data, headers={"content-type": "application/x-www-form-urlencoded"}
        ),
        await lab.browser.post("/saml/sso", data={"SAMLRequest": base64.b64encode(data).decode()}),
        await lab.browser.get("/login?" + urlencode({"key": data})),
    ]
    assert all(answer.status_code < 500 for answer in answers)


@pytest.mark.parametrize("name", ["people search", "Ärla", "larare", "<script>", "'\""])
async def test_searching_keeps_the_page_whole(lab: Any, name: str) -> None:
    page = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    key = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    found = await lab.browser.get("/login?" + urlencode({"key": key, "q": name, "lang": "en"}))
    assert found.status_code == 200
    assert "<script>" not in found.text
    assert ('value="larare-1"' in found.text) is (name in ("Ärla", "larare"))
    assert "<b>" not in found.text


@pytest.mark.parametrize(
    ("change", "words", "refused"),
    [
        ({"valid": {"from": "2025-01-01", "until": "2026-11-22"}}, "The agreement is not in force.", "not-in-force"),
        (
            {"data": [{"subjects": ["pupil"], "required": ["givenName"], "limits": {"grades": [9]}}]},
            "The agreement does not cover this person.",
            "outside-limits",
        ),
    ],
)
async def test_an_agreement_that_is_over_or_about_others_refuses_and_the_vendor_is_told_no_more(
    open_lab: Any, agreement: Any, change: dict[str, Any], words: str, refused: str
) -> None:
    changed = type(agreement).model_validate(agreement.model_dump(by_alias=True) | change)
    async with open_lab(party={"agreement": changed}) as lab:
        page = await lab.log_in("elev-1")
        assert status_of(page) == ["Responder", "RequestDenied"]
        assert words in "".join(saml_response(page).itertext())
        (record,) = lab.school.accounts.take()
        assert record.refused == refused
        assert record.released == frozenset()


async def test_the_account_says_what_was_released_and_why(lab: Any) -> None:
    page = await lab.log_in("elev-1")
    (record,) = lab.school.accounts.take()
    assert (record.school, record.entity_id, record.person) == ("idp.skola.test", lab.vendor.entity_id, "elev-1")
    assert (record.at, record.policy, record.refused) == (lab.now, "agreement", "")
    assert record.released == set(released(page))
    withheld = {one.attribute: one.reason.value for one in record.decisions if not one.released}
    assert withheld["telephoneNumber"] == "lacking"
    assert withheld["displayName"] == "not-agreed"


@pytest.mark.parametrize(
    ("policy", "extension", "attributes"),
    [
        ("entity-categories", b"", set()),
        (
            "entity-categories",
            CATEGORY.format("https://refeds.org/category/anonymous").encode(),
            {"schacHomeOrganization"},
        ),
        ("refeds-anonymous", b"", {"schacHomeOrganization"}),
    ],
)
async def test_a_policy_that_names_nobody_gives_no_lasting_name_id(
    open_lab: Any, vendor: Any, policy: str, extension: bytes, attributes: set[str]
) -> None:
    role = b"<md:SPSSODescriptor"
    metadata = replace(vendor, formats=(PERSISTENT,)).metadata().replace(role, extension + role)
    answer = httpx.Response(200, content=metadata)
    async with open_lab(metadata=lambda: answer, party={"release": policy}) as lab:
        page = await lab.log_in("elev-1")
        assert saml_response(page).find(".//saml:NameID", NS).get("Format") == TRANSIENT
        assert set(released(page)) == attributes


async def test_who_may_not_be_recognised_is_not_named_by_what_a_request_demands(open_lab: Any) -> None:
    policy = f'<samlp:NameIDPolicy Format="{PERSISTENT}"/>'
    async with open_lab(party={"release": "entity-categories"}) as lab:
        page = await lab.log_in("elev-1", lab.vendor.request(content=policy))
        assert status_of(page) == ["Requester", "InvalidNameIDPolicy"]
        assert lab.school.accounts.take() == ()
