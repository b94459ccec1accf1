"""Every rule of SAML Profiles 4.1.4, each broken alone, in a message that is validly signed otherwise."""

import base64
import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.consume import MAX_ENCODED, Login, consume
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import NAMESPACES, SAML, SAMLP

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
PUPIL, OTHER = "nurul-tanud@skola.test", "lolek-mirad@skola.test"
READING = PROFILES["reading-service"].behaviour
HOSTILE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
type Change = Callable[[etree._Element], object]


def instant(seconds: float) -> str:
    return (NOW + dt.timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def one(path: str) -> Callable[[etree._Element], etree._Element]:
    """Finds the one element at a path."""

    def found(root: etree._Element) -> etree._Element:
        elements = root.findall(path, NAMESPACES)
        assert len(elements) == 1, path
        return elements[0]

    return found


ASSERTION = one("saml:Assertion")
SUBJECT = one("saml:Assertion/saml:Subject")
CONFIRMATION = one("saml:Assertion/saml:Subject/saml:SubjectConfirmation")
DATA = one("saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
CONDITIONS = one("saml:Assertion/saml:Conditions")
RESTRICTION = one("saml:Assertion/saml:Conditions/saml:AudienceRestriction")
AUDIENCE = one("saml:Assertion/saml:Conditions/saml:AudienceRestriction/saml:Audience")
AUTHN = one("saml:Assertion/saml:AuthnStatement")
EPPN = one("saml:Assertion/saml:AttributeStatement/saml:Attribute[@FriendlyName='eduPersonPrincipalName']")
USER = one(
    "saml:Assertion/saml:AttributeStatement/saml:Attribute[@FriendlyName='eduPersonPrincipalName']/saml:AttributeValue"
)


def says(find: Callable[[etree._Element], etree._Element], name: str, value: str | None) -> Change:
    """Sets an attribute, or takes it away."""
    return lambda root: find(root).set(name, value) if value is not None else find(root).attrib.pop(name)


def text(find: Callable[[etree._Element], etree._Element], value: str) -> Change:
    return lambda root: setattr(find(root), "text", value)


def gone(find: Callable[[etree._Element], etree._Element]) -> Change:
    return lambda root: find(root).getparent().remove(find(root))


def twice(find: Callable[[etree._Element], etree._Element], change: Change = lambda _: None) -> Change:
    """A second one after the first; the second is the one that is changed."""

    def doubled(root: etree._Element) -> None:
        first = find(root)
        second = copy.deepcopy(first)
        change(second)
        first.addnext(second)

    return doubled


def child(find: Callable[[etree._Element], etree._Element], xml: str) -> Change:
    return lambda root: find(root).append(etree.fromstring(xml))


def post(message: etree._Element | bytes) -> str:
    octets = message if isinstance(message, bytes) else etree.tostring(message)
    return base64.b64encode(octets).decode()


@pytest.fixture
def reads(school: Any, me: Any, decrypter: Any) -> Callable[..., Login]:
    def read(encoded: str, behaviour: Behaviour = READING, scopes: tuple[str, ...] | None = ("skola.test",)) -> Login:
        return consume(encoded, me, school.as_known(scopes), behaviour, NOW, decrypter)

    return read


def refusal(reads: Callable[..., Login], encoded: str, **how: Any) -> str:
    with pytest.raises(Refused) as refused:
        reads(encoded, **how)
    return refused.value.code


# --- what is let in -------------------------------------------------------------------------------------------------


def test_an_honest_message_names_the_person(school: Any, reads: Any) -> None:
    login = reads(post(school.signed(givenName="Åsa", sn="Öster")))
    assert login.user == PUPIL
    assert login.in_response_to == "_request"
    assert login.assertion_id == "_assertion-_request"
    assert login.authenticated == NOW
    assert login.valid_until == NOW + dt.timedelta(seconds=300)
    assert login.attributes == {
        "eduPersonPrincipalName": (PUPIL,),
        "sisSchoolUnitCode": ("00001101",),
        "givenName": ("Åsa",),
    }


ALSO_GOOD: dict[str, Change] = {
    "no destination": lambda root: root.attrib.pop("Destination"),
    "no issuer outside": lambda root: root.remove(root.find("saml:Issuer", NAMESPACES)),
    "one audience more": twice(AUDIENCE, lambda second: setattr(second, "text", "https://other.test")),
    "the same restriction twice": twice(RESTRICTION),
    "to be used once": child(CONDITIONS, f'<a:OneTimeUse xmlns:a="{SAML}"/>'),
    "not before, within the skew": says(CONDITIONS, "NotBefore", instant(60)),
    "not after, within the skew": says(CONDITIONS, "NotOnOrAfter", instant(-59)),
    "confirmed until, within the skew": says(DATA, "NotOnOrAfter", instant(-59)),
    "conditions without times": lambda root: CONDITIONS(root).attrib.clear(),
    "one confirmation more": twice(CONFIRMATION, lambda second: second.set("Method", "urn:other")),
    "school session ends later": says(AUTHN, "SessionNotOnOrAfter", instant(60)),
    "valid for ever": says(DATA, "NotOnOrAfter", "9999-12-31T23:59:59Z"),
    "an attribute nobody knows": lambda root: EPPN(root).addnext(
        etree.fromstring(
            f'<a:Attribute xmlns:a="{SAML}" Name="urn:x"><a:AttributeValue><b/></a:AttributeValue></a:Attribute>'
        )
    ),
}


@pytest.mark.parametrize("change", ALSO_GOOD.values(), ids=ALSO_GOOD)
def test_what_the_rules_allow_is_let_in(school: Any, reads: Any, change: Change) -> None:
    assert reads(post(school.signed(change=change))).user == PUPIL


@pytest.mark.parametrize("signs", [("response",), ("assertion", "response")], ids="+".join)
def test_a_signed_response_is_let_in(school: Any, reads: Any, signs: tuple[str, ...]) -> None:
    root = school.message()
    if "assertion" in signs:
        school.sign(ASSERTION(root), prefixes="xs")
    school.sign(root)
    assert reads(post(root)).user == PUPIL


def test_a_person_may_lack_everything_but_the_user_name(school: Any, reads: Any) -> None:
    def only_the_user_name(root: etree._Element) -> None:
        for attribute in list(EPPN(root).itersiblings()):
            attribute.getparent().remove(attribute)

    behaviour = PROFILES["learning-material"].behaviour
    login = reads(post(school.signed(change=only_the_user_name)), behaviour=behaviour)
    assert login.attributes == {"eduPersonPrincipalName": (PUPIL,)}


def test_what_is_not_wanted_is_dropped_and_what_is_empty_is_not_there(school: Any, reads: Any) -> None:
    root = school.signed(norEduPersonNIN="201201012384", mail="", sn="Öster")
    assert set(reads(post(root)).attributes) == {"eduPersonPrincipalName", "sisSchoolUnitCode"}


def test_several_values_are_kept_in_order(school: Any, reads: Any) -> None:
    def two_units(root: etree._Element) -> None:
        twice(
            one(
                "saml:Assertion/saml:AttributeStatement/saml:Attribute[@FriendlyName='sisSchoolUnitCode']"
                "/saml:AttributeValue"
            ),
            lambda second: setattr(second, "text", "00002202"),
        )(root)

    login = reads(post(school.signed(change=two_units)))
    assert login.attributes["sisSchoolUnitCode"] == ("00001101", "00002202")


def test_line_breaks_in_base64_are_forgiven(school: Any, reads: Any) -> None:
    encoded = post(school.signed())
    assert reads("\r\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76))).user == PUPIL


# --- what is not ----------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "https://other.test/saml/acs",
    "https://lasning.test/saml/acs.evil",
    "https://lasning.test/saml/acs/",
    "https://LASNING.test/saml/acs",
    "http://lasning.test/saml/acs",
    "",
]
AUDIENCES = [
    "https://other.test/saml/metadata",
    "https://lasning.test/saml/metadata.evil",
    "https://lasning.test/saml",
    " https://lasning.test/saml/metadata",
    "",
]
BROKEN: list[tuple[str, Change, str]] = [
    *((f"destination {url!r}", lambda root, url=url: root.set("Destination", url), "destination") for url in ELSEWHERE),
    *((f"recipient {url!r}", says(DATA, "Recipient", url), "no-valid-confirmation") for url in [*ELSEWHERE, None]),
    *((f"audience {name!r}", text(AUDIENCE, name), "audience") for name in AUDIENCES),
    ("no audience", gone(RESTRICTION), "audience"),
    (
        "two restrictions, one of them for others",
        twice(RESTRICTION, lambda second: setattr(second[0], "text", "https://other.test")),
        "audience",
    ),
    ("issuer", text(one("saml:Assertion/saml:Issuer"), "https://evil.test"), "issuer"),
    ("issuer outside", text(one("saml:Issuer"), "https://evil.test"), "issuer"),
    ("two issuers", twice(one("saml:Assertion/saml:Issuer")), "issuer"),
    ("version", says(ASSERTION, "Version", "1.1"), "version"),
    ("version outside", lambda root: root.set("Version", "3.0"), "version"),
    ("no conditions", gone(CONDITIONS), "conditions"),
    ("two conditions", twice(CONDITIONS), "conditions"),
    ("unknown condition", child(CONDITIONS, f'<a:Condition xmlns:a="{SAML}"/>'), "unknown-condition"),
    ("not before, beyond the skew", says(CONDITIONS, "NotBefore", instant(60.001)), "not-valid-yet"),
    ("not before, a day", says(CONDITIONS, "NotBefore", instant(86400)), "not-valid-yet"),
    ("not after, beyond the skew", says(CONDITIONS, "NotOnOrAfter", instant(-60)), "expired"),
    ("not after, a day", says(CONDITIONS, "NotOnOrAfter", instant(-86400)), "expired"),
    ("no confirmation", gone(CONFIRMATION), "no-valid-confirmation"),
    ("no confirmation data", gone(DATA), "no-valid-confirmation"),
    (
        "another method",
        says(CONFIRMATION, "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
        "no-valid-confirmation",
    ),
    ("confirmed from", says(DATA, "NotBefore", instant(-30)), "no-valid-confirmation"),
    ("confirmed without end", says(DATA, "NotOnOrAfter", None), "no-valid-confirmation"),
    ("confirmed until, beyond the skew", says(DATA, "NotOnOrAfter", instant(-60)), "no-valid-confirmation"),
    ("no authentication", gone(AUTHN), "no-authentication"),
    ("no time of authentication", says(AUTHN, "AuthnInstant", None), "time-not-readable"),
    ("school session over", says(AUTHN, "SessionNotOnOrAfter", instant(-60)), "expired"),
    ("answers two requests", lambda root: root.set("InResponseTo", "_another"), "not-asked-for-by-this-browser"),
    ("no user name", gone(EPPN), "no-user-name"),
    ("user name in another name format", says(EPPN, "NameFormat", "urn:x"), "no-user-name"),
    ("two user names", twice(USER, lambda second: setattr(second, "text", OTHER)), "no-user-name"),
    ("user name attribute twice", twice(EPPN), "attribute-twice"),
    *(
        (f"user name {name!r}", text(USER, name), "no-user-name")
        for name in [
            "",
            "nurul",
            "a@b@skola.test",
            "@skola.test",
            "a@",
            " a@skola.test",
            "a\u200b@skola.test",
            "a\nb@c",
        ]
    ),
    *(
        (f"scope of {name!r}", text(USER, name), "user-name-of-another-school")
        for name in ["a@other.test", "a@skola.test.evil", "a@SKOLA.test", "a@evil.skola.test"]
    ),
    ("element in the user name", child(USER, "<b>x</b>"), "value-not-text"),
    (
        "instruction in the user name",
        lambda root: USER(root).append(etree.ProcessingInstruction("p", "x")),
        "processing-instruction",
    ),
    (
        "instruction in the name id",
        lambda root: SUBJECT(root)[0].append(etree.ProcessingInstruction("p", "x")),
        "processing-instruction",
    ),
    *(
        (f"time {value!r}", says(CONDITIONS, "NotOnOrAfter", value), "time-not-readable")
        for value in [
            "",
            "tomorrow",
            "2026-11-23",
            "2026-11-23T13:00:00",
            "2026-13-23T13:00:00Z",
            "٢٠٢٦-11-23T13:00:00Z",
        ]
    ),
]


@pytest.mark.parametrize(("change", "code"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
@pytest.mark.parametrize("signs", ["assertion", "response"])
def test_one_broken_rule_is_enough(school: Any, reads: Any, change: Change, code: str, signs: str) -> None:
    root = school.message()
    change(root)
    school.sign(ASSERTION(root) if signs == "assertion" else root)
    assert refusal(reads, post(root)) == code


def test_nothing_but_the_audience_is_let_go_by_a_vendor_that_takes_any(school: Any, reads: Any) -> None:
    from_anyone = Behaviour(required=READING.required, checks_audience=False)
    for name, change, code in BROKEN:
        encoded = post(school.signed(change=change))
        if code == "audience":
            assert reads(encoded, behaviour=from_anyone).user == PUPIL, name
        else:
            assert refusal(reads, encoded, behaviour=from_anyone) == code, name


def test_without_scopes_in_the_metadata_any_scope_goes(school: Any, reads: Any) -> None:
    encoded = post(school.signed(change=text(USER, "a@other.test")))
    assert reads(encoded, scopes=None).user == "a@other.test"
    assert refusal(reads, encoded, scopes=()) == "user-name-of-another-school"


def test_a_comment_never_cuts_a_user_name(school: Any, reads: Any) -> None:
    root = school.signed(change=text(USER, f"{PUPIL}.evil"))
    value = USER(root)
    value.text = PUPIL
    value.append(etree.Comment("cut here"))
    value[0].tail = ".evil"
    assert refusal(reads, post(root)) == "user-name-of-another-school"
    assert reads(post(root), scopes=None).user == f"{PUPIL}.evil"


# --- shape ----------------------------------------------------------------------------------------------------------


def unsigned_beside(school: Any) -> etree._Element:
    root = school.signed()
    root.append(ASSERTION(school.forged(school.message("_other"))))
    return root


def encrypted_beside(school: Any) -> etree._Element:
    root = school.signed()
    etree.SubElement(root, f"{{{SAML}}}EncryptedAssertion")
    return root


def signature_elsewhere(school: Any) -> etree._Element:
    root = school.signed()
    root.find("samlp:Status", NAMESPACES).append(copy.deepcopy(ASSERTION(root).find("ds:Signature", NAMESPACES)))
    return root


def bad_signature_outside(school: Any) -> etree._Element:
    root = school.signed()
    school.sign(root, key=school.stranger)
    return root


def bad_signature_inside(school: Any) -> etree._Element:
    root = school.message()
    school.sign(ASSERTION(root), key=school.stranger)
    school.sign(root)
    return root


def two_signed(school: Any) -> etree._Element:
    root = school.signed()
    root.append(ASSERTION(school.signed("_other")))
    return root


def another_root(school: Any) -> etree._Element:
    return ASSERTION(school.signed())


SHAPES = {
    lambda school: school.message(): "not-signed",
    unsigned_beside: "assertion-count",
    two_signed: "assertion-count",
    encrypted_beside: "assertion-count",
    signature_elsewhere: "signature-out-of-place",
    bad_signature_outside: "signature-not-good",
    bad_signature_inside: "signature-not-good",
    another_root: "not-a-response",
    lambda school: etree.Element(f"{{{SAMLP}}}LogoutResponse"): "not-a-response",
}


@pytest.mark.parametrize(("make", "code"), SHAPES.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_message_of_another_shape_is_refused(school: Any, reads: Any, make: Any, code: str) -> None:
    assert refusal(reads, post(make(school))) == code


def test_a_document_type_is_refused_though_the_signature_is_good(school: Any, reads: Any) -> None:
    octets = etree.tostring(school.signed())
    assert refusal(reads, post(b"<!DOCTYPE x>" + octets)) == "document-type-declaration"
    assert reads(post(octets)).user == PUPIL


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        ("", "not-xml"),
        ("***", "not-base64"),
        ("abc", "not-base64"),
        ("å", "not-base64"),
        ("A" * (MAX_ENCODED + 1), "message-too-large"),
    ],
)
def test_what_is_no_message_is_refused(reads: Any, encoded: str, code: str) -> None:
    assert refusal(reads, encoded) == code


STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def fails(root: etree._Element) -> None:
    one("samlp:Status/samlp:StatusCode")(root).set("Value", f"{STATUS}Responder")
    message = etree.SubElement(root.find("samlp:Status", NAMESPACES), f"{{{SAMLP}}}StatusMessage")
    message.text = "<b>no</b>\n " + "x" * 500


@pytest.mark.parametrize("signs", ["nothing", "assertion", "response"])
def test_a_status_other_than_success_logs_nobody_in_whoever_signs_it(school: Any, reads: Any, signs: str) -> None:
    root = school.message()
    fails(root)
    if signs != "nothing":
        school.sign(ASSERTION(root) if signs == "assertion" else root)
    with pytest.raises(Refused) as refused:
        reads(post(root))
    assert refused.value.code == "school-says-no"
    assert refused.value.said == (("<b>no</b> " + "x" * 500)[:200] if signs == "response" else "")


def test_a_failure_that_somebody_else_signed_says_nothing(school: Any, reads: Any) -> None:
    root = school.message()
    fails(root)
    school.sign(root, key=school.stranger)
    assert refusal(reads, post(root)) == "signature-not-good"


def test_no_status_is_no_success(school: Any, reads: Any) -> None:
    assert refusal(reads, post(school.signed(change=gone(one("samlp:Status"))))) == "school-says-no"


# --- anything -------------------------------------------------------------------------------------------------------


@HOSTILE
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
@example(b"\x00")
def test_whatever_comes_is_refused_in_words(reads: Any, document: bytes) -> None:
    with pytest.raises(Refused):
        reads(post(document))
    with pytest.raises(Refused):
        reads(document.decode("latin-1"))


@HOSTILE
@given(st.data())
def test_no_edit_of_a_signed_message_makes_it_say_something_else(school: Any, reads: Any, data: st.DataObject) -> None:
    octets = etree.tostring(school.signed())
    at = data.draw(st.integers(0, len(octets) - 1))
    taken = data.draw(st.integers(0, 12))
    put = data.draw(st.sampled_from([b"", b"<!---->", b"<?p?>", b" ", b'"', b"<a/>", b"&#65;", b"lolek-mirad"]))
    try:
        login = reads(post(octets[:at] + put + octets[at + taken :]))
    except Refused:
        return
    assert login.attributes == {"eduPersonPrincipalName": (PUPIL,), "sisSchoolUnitCode": ("00001101",)}
    assert login.in_response_to == "_request"
