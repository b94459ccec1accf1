"""What the vendor asks for, passes on, and how."""

from dataclasses import replace
from typing import Any

import pytest

from testbed.model.messages import Assertion, AuthnRequest, RequestedAttribute, SamlMetadata
from testbed.model.oidc_messages import AuthorizationRequest, RegistrationRequest
from testbed.model.privacy import Channel
from testbed.model.verdict import Verdict
from testbed.model.wire import Pointer

ONWARD, REQUESTED = "data.no-onward-transfer", "data.requested-within-agreement"
IN_URL, ENCRYPTED = "data.not-in-url", "data.encrypted-in-transit"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"


def metadata(*wanted: str, entity_id: str = "https://app.test/metadata", **changes: Any) -> SamlMetadata:
    requested = tuple(RequestedAttribute(name, True) for name in wanted)
    plain = SamlMetadata(Pointer(1, "response.body"), entity_id, False, True, (), (), (), requested, None, (), "<x/>")
    return replace(plain, **changes)


def test_what_reaches_a_stranger_is_found_in_any_form_and_whosever_it_is(told: Any) -> None:
    told.sent("mail", form="hmac-sha256")
    told.sent("givenName", "Ada", person="", channel=Channel.HEADER)
    told.sent("sisSchoolUnitCode", person="bo")
    findings = told.of(ONWARD).findings
    assert [(one.attribute, one.person, one.form) for one in findings] == [
        ("mail", "ada", "hmac-sha256"),
        ("givenName", "", "plain"),
        ("sisSchoolUnitCode", "bo", "plain"),
    ]
    assert findings[0].observed == (
        "app.test made mail reach tracker.test, as hmac-sha256, which the agreement does not name (body)"
    )


def test_a_sub_processor_may_get_its_own_data_and_no_other(told: Any) -> None:
    told.agreement["data"][0]["optional"] = ["mail", "givenName"]
    told.agreement["recipients"][0]["data"] = ["mail", "givenName"]
    told.sent("mail", recipient="cdn.test")
    told.sent("givenName", "Ada", person="", recipient="cdn.test")
    assert told.of(ONWARD).verdict is Verdict.PASS
    told.sent("sisSchoolUnitCode", recipient="cdn.test")
    told.sent("norEduPersonBirthDate", "20160312", person="", recipient="cdn.test")
    findings = told.of(ONWARD).findings
    assert [one.attribute for one in findings] == ["sisSchoolUnitCode", "norEduPersonBirthDate"]
    assert all("which may not be told it" in one.observed for one in findings)


def test_what_the_parties_tell_each_other_is_no_onward_transfer(told: Any) -> None:
    told.released("mail")
    told.sent("mail", recipient="idp.skola.test")
    assert told.of(ONWARD).verdict is Verdict.PASS


@pytest.mark.parametrize("host", ["tracker.test", "cdn.test"])
def test_what_nobody_can_read_and_a_stranger_got_is_not_verified(host: str, told: Any) -> None:
    told.closed("app.test", host)
    result = told.of(ONWARD)
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    assert result.reason == f"app.test sent {host} what cannot be read (body): an encrypted JWT"
    told.sent("mail")
    assert told.of(ONWARD).verdict is Verdict.FAIL


def test_what_nobody_can_read_and_a_party_got_is_no_evidence_at_all(told: Any) -> None:
    told.closed("app.test", "app.test")
    assert told.of(ONWARD).verdict is Verdict.SKIPPED
    told.released("sisSchoolUnitCode")
    assert told.of(ONWARD).verdict is Verdict.PASS


def test_an_address_holds_nothing_of_anybody(told: Any) -> None:
    told.sent("givenName", "Ada", person="", channel=Channel.REFERER, form="base64")
    told.sent("mail", channel=Channel.URL, recipient="app.test")
    told.sent("mail")
    findings = told.of(IN_URL).findings
    assert [one.channel for one in findings] == ["referer", "url"]
    assert findings[0].observed.endswith("request to tracker.test, as base64")


def test_nothing_of_anybody_goes_in_the_clear(told: Any) -> None:
    told.sent("givenName", "Ada", person="", form="hex", encrypted=False)
    told.sent("mail")
    (finding,) = told.of(ENCRYPTED).findings
    assert finding.observed == "givenName went to tracker.test in the clear, as hex"


def test_an_agreement_may_ask_for_encrypted_assertions(told: Any, sealed: Any) -> None:
    told.agreement["security"] = {"encrypt_assertion": True}
    told.released("sisSchoolUnitCode")
    told.messages.append(sealed)
    assert told.of(ENCRYPTED).verdict is Verdict.PASS
    one = Assertion(Pointer(1, "a"), "_1", "", "", "", (), None, None, (), (), "", None, "", (), signed=True)
    told.messages.append(replace(sealed, encrypted=0, assertions=(one,)))
    (finding,) = told.of(ENCRYPTED).findings
    assert (finding.attribute, finding.recipient) == ("", "app.test")
    told.scenario |= {"spoil": [{"op": "in-the-clear"}], "clause": "c", "expect": {"login": "refused"}}
    assert told.of(ENCRYPTED).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (metadata(), []),
        (metadata(MAIL), ["mail"]),
        (metadata(MAIL, entity_id="https://other.test/metadata"), None),
        (metadata(MAIL, is_sp=False), None),
        (metadata(subject_id_requirement="subject-id"), ["subject-id"]),
        (metadata(subject_id_requirement="pairwise-id"), []),
        (metadata(subject_id_requirement="any"), []),
        (RegistrationRequest(Pointer(1, "b"), ("https://app.test/cb",), "", ("openid", "email")), ["mail"]),
        (RegistrationRequest(Pointer(1, "b"), ("https://other.test/cb",), "", ("openid", "email")), None),
    ],
)
def test_what_a_vendor_declares_that_it_needs(message: Any, asked: list[str] | None, told: Any) -> None:
    told.messages.append(message)
    result = told.of(REQUESTED)
    assert [finding.attribute for finding in result.findings] == (asked or [])
    if asked is None:
        assert result.verdict is Verdict.NOT_VERIFIED


def test_a_shared_identifier_may_be_demanded_where_it_is_agreed(told: Any) -> None:
    told.agreement["identifier"] = "shared"
    told.messages.append(metadata(subject_id_requirement="subject-id"))
    assert told.of(REQUESTED).verdict is Verdict.PASS


def asking(*scopes: str, client_id: str = "app", **changes: Any) -> AuthorizationRequest:
    where, answered = Pointer(1, "request.url"), "https://app.test/cb"
    return AuthorizationRequest(
        where, client_id, "https://idp.skola.test/a", answered, "code", "", scopes, "s", "n", "c", "S256", **changes
    )


def test_other_messages_ask_for_nothing(told: Any) -> None:
    school = "https://idp.skola.test/sso"
    login = AuthnRequest(Pointer(1, "q"), "_1", "app", school, school, "", None, "redirect", True, False, "")
    told.messages += [metadata(), login]
    assert told.of(REQUESTED).verdict is Verdict.PASS


def test_a_request_names_its_vendor(told: Any) -> None:
    told.agreement["processor"]["client_ids"] = ["app"]
    told.messages += [asking("openid", "civic"), asking("openid", "email", client_id="other")]
    assert [one.attribute for one in told.of(REQUESTED).findings] == ["norEduPersonNIN", "norEduPersonBirthDate"]


def test_what_is_asked_for_in_a_request_object_is_not_seen(told: Any) -> None:
    told.agreement["processor"]["client_ids"] = ["app"]
    told.messages.append(asking("openid", request_object=True))
    assert told.of(REQUESTED).verdict is Verdict.NOT_VERIFIED
