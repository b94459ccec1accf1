"""Disclosures: what a message says and what stands in the traffic, once each, by whom, to whom, and about whom."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.model.messages import (
    Assertion,
    AuthnRequest,
    LogoutRequest,
    Malformed,
    Message,
    SamlAttribute,
    SamlMetadata,
    SamlResponse,
)
from testbed.model.privacy import PLAIN, Channel, Disclosure, Unreadable
from testbed.model.wire import BROWSER, Exchange, Headers, Pointer, Request, Response
from testbed.model.written import Agreement, Person
from testbed.privacy.disclose import Known, disclosures, read_whole_at, unreadable
from testbed.privacy.people import NAME_ID, PeopleIndex
from testbed.privacy.sightings import sightings
from testbed.wire.tokens import logout_token

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
MAIL, UNIT, GRADE = "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.752.194.10.2.4", "urn:oid:1.2.752.194.10.2.2"
ADA = Person(
    id="ada",
    role="pupil",
    attributes={"mail": "ada@skola.test", "sisSchoolUnitCode": "00001101", "givenName": "Åsa", "sn": "Ek"},
)
BO = Person(
    id="bo", role="pupil", attributes={"mail": "bo@skola.test", "sisSchoolUnitCode": "00001101", "givenName": "Bo"}
)
INDEX = PeopleIndex.of([ADA, BO])
NOBODY = PeopleIndex.of([])
AGREEMENT = Agreement.model_validate(
    {
        "id": "app-2026",
        "controller": {"name": "Kommun", "hosts": ["idp.test"]},
        "processor": {"name": "Appen", "hosts": ["app.test"]},
        "valid": {"from": "2026-01-01", "until": "2027-01-01"},
        "identifier": "shared",
        "data": [{"subjects": ["pupil"], "required": ["mail"]}],
        "protected_identity": "withhold",
    }
)


def exchange(
    url: str = "https://app.test/acs",
    body: bytes = b"",
    headers: Headers = (("origin", "https://idp.test"),),
    number: int = 1,
    sender: str = BROWSER,
    answer: bytes = b"",
) -> Exchange:
    request = Request("POST", url, headers, body)
    return Exchange(number, "p", sender, request.host, request, Response(200, (), answer), NOW, 1.0)


def response(*attributes: tuple[str, tuple[str, ...]], number: int = 1, **changes: Any) -> SamlResponse:
    where = Pointer(number, "request.body:SAMLResponse//saml:Assertion[1]")
    told = tuple(SamlAttribute(name, "", "", values) for name, values in attributes)
    assertion = Assertion(
        where, "_a", "", "n4m3-1d", "", (), None, None, (), (), "", None, "", told, signed=False, **changes
    )
    place = Pointer(number, "request.body:SAMLResponse")
    acs = "https://app.test/acs"
    return SamlResponse(place, "_1", "https://idp.test", acs, acs, "", "", None, (assertion,), 0, False, "", b"", "")


def told(
    *exchanges: Exchange,
    messages: tuple[Message, ...] = (),
    agreement: Agreement | None = AGREEMENT,
    player: str = "ada",
    index: PeopleIndex = INDEX,
) -> tuple[Disclosure, ...]:
    return disclosures(exchanges, messages, Known(index, sightings(exchanges, index), player), agreement)


# --- of messages -------------------------------------------------------------------------------------------------


def test_an_assertion_tells_each_value_of_each_attribute() -> None:
    message = response((MAIL, ("ada@skola.test",)), (UNIT, ("00001101", "00001102")))
    mail, first, second = told(exchange(), messages=(message,))
    assert mail == Disclosure(
        attribute="mail",
        person="ada",
        value="ada@skola.test",
        sender="idp.test",
        recipient="app.test",
        channel=Channel.SAML,
        form=PLAIN,
        where=Pointer(1, "request.body:SAMLResponse//saml:Assertion[1]//saml:Attribute[1]"),
        at=NOW,
        encrypted=True,
    )
    assert [(one.attribute, one.value, one.person) for one in (first, second)] == [
        ("sisSchoolUnitCode", "00001101", "ada"),
        ("sisSchoolUnitCode", "00001102", "ada"),
    ]
    assert first.where == second.where != mail.where


def test_an_attribute_that_no_table_has_goes_by_its_own_name() -> None:
    (one,) = told(exchange(), messages=(response(("urn:shoe-size", ("38",))),))
    assert (one.attribute, one.person, one.value) == ("urn:shoe-size", "ada", "38")


def test_an_attribute_without_values_and_an_assertion_without_attributes_tell_nothing() -> None:
    assert told(exchange(), messages=(response((MAIL, ())),)) == ()
    assert told(exchange(), messages=(response(),)) == ()
    assert told(exchange(), messages=(replace(response(), assertions=()),)) == ()


def test_a_value_of_somebody_else_is_that_ones() -> None:
    (own, other) = told(exchange(), messages=(response((MAIL, ("ada@skola.test", "bo@skola.test"))),))
    assert (own.person, other.person) == ("ada", "bo")


def test_without_people_nobody_is_known_and_the_player_is_taken_at_her_word() -> None:
    (one,) = told(exchange(), messages=(response((MAIL, ("ada@skola.test",))),), index=NOBODY)
    assert (one.attribute, one.person) == ("mail", "ada")
    assert told(exchange(body=b"ada@skola.test"), index=NOBODY) == ()


def test_a_message_of_another_exchange_is_not_told_here() -> None:
    assert told(exchange(), messages=(response((MAIL, ("ada@skola.test",)), number=9),)) == ()


def test_a_connection_without_tls_is_not_encrypted() -> None:
    (one,) = told(exchange("http://app.test/acs"), messages=(response((MAIL, ("ada@skola.test",))),))
    assert not one.encrypted


# --- of the traffic ----------------------------------------------------------------------------------------------


def test_a_value_in_a_request_is_told_to_whom_it_was_sent_by_the_page_that_made_it() -> None:
    (one,) = told(exchange("https://tracker.test/c", b"ada@skola.test", (("origin", "https://app.test"),)))
    assert (one.attribute, one.person, one.sender, one.recipient) == ("mail", "ada", "app.test", "tracker.test")
    assert (one.channel, one.where) == (Channel.BODY, Pointer(1, "request.body"))


def test_what_a_server_fetched_it_was_told_by_the_one_who_answered() -> None:
    (one,) = told(exchange("https://api.test/u", sender="app.test", answer=b"ada@skola.test"))
    assert (one.sender, one.recipient, one.where.locator) == ("api.test", "app.test", "response.body")


def test_what_a_page_shows_is_no_disclosure() -> None:
    assert told(exchange(answer=b"ada@skola.test")) == ()


def test_a_shared_value_is_the_players_where_she_has_it_and_else_nobodys() -> None:
    one = exchange("https://tracker.test/c", b'{"skolenhetskod": "00001101"}')
    assert [(d.attribute, d.person) for d in told(one)] == [("sisSchoolUnitCode", "ada")]
    assert [d.person for d in told(one, player="")] == [""]
    assert [d.person for d in told(one, player="nobody")] == [""]


@pytest.mark.parametrize("written", ["\u00c5sa", "A\u030asa", "asa"])
def test_a_name_in_a_field_is_told_however_its_accents_are_written(written: str) -> None:
    (one,) = told(exchange("https://tracker.test/c", f'{{"givenName": "{written}"}}'.encode()))
    assert (one.attribute, one.value, one.person) == ("givenName", "Åsa", "ada")


def test_what_stands_in_two_places_of_one_kind_is_told_once() -> None:
    (one,) = told(exchange("https://tracker.test/c", b"ada@skola.test ada@skola.test"))
    assert one.where.locator == "request.body"


def test_disclosures_come_in_the_order_of_the_exchanges() -> None:
    first, second = (
        exchange("https://a.test/", b"ada@skola.test"),
        exchange("https://b.test/", b"bo@skola.test", number=2),
    )
    assert [one.recipient for one in told(second, first)] == ["a.test", "b.test"]


# --- what is none ------------------------------------------------------------------------------------------------


def test_what_reaches_the_controller_is_no_disclosure() -> None:
    one = exchange("https://idp.test/login", b"ada@skola.test")
    assert told(one) == ()
    assert len(told(one, agreement=None)) == 1


def test_without_an_agreement_the_schools_are_whoever_publishes_as_one() -> None:
    school = SamlMetadata(
        Pointer(3, "response.body"), "https://idp.test/metadata", True, False, (), (), (), (), None, (), ""
    )
    one = exchange("https://idp.test/login", b"ada@skola.test")
    assert told(one, messages=(school,), agreement=None) == ()
    vendor = replace(school, is_idp=False, is_sp=True)
    assert len(told(one, messages=(vendor,), agreement=None)) == 1


def test_a_message_that_was_read_whole_is_not_searched_again() -> None:
    body = b"SAMLResponse=ada@skola.test&other=bo@skola.test"
    one = exchange(body=body, headers=(("content-type", "application/x-www-form-urlencoded"),))
    assert {d.person for d in told(one)} == {"ada", "bo"}
    assert {d.person for d in told(one, messages=(response(),))} == {"bo"}


def test_a_logout_message_names_an_account_and_that_is_no_disclosure_but_the_rest_is() -> None:
    index = INDEX.with_more({"ada": {NAME_ID: ["n4m3-1d-of-ada"]}})
    one = exchange("https://app.test/slo", b"n4m3-1d-of-ada ada@skola.test")
    logout = LogoutRequest(Pointer(1, "request.body"), "_1", "", "", "", "n4m3-1d-of-ada", (), None, "soap", False, "")
    assert [d.attribute for d in told(one, messages=(logout,), index=index)] == ["mail"]
    assert {d.attribute for d in told(one, index=index)} == {NAME_ID, "mail"}


def test_only_messages_of_which_all_is_read_are_read_whole() -> None:
    asked = AuthnRequest(
        Pointer(2, "request.url:SAMLRequest"), "_2", "", "", "", "", None, "redirect", False, False, ""
    )
    place = Pointer(3, "request.body:logout_token")
    token = logout_token("e30.e30.x", place, "https://app.test/backchannel")
    broken = Malformed(Pointer(4, "request.body"), "SAMLResponse", "is not XML")
    assert read_whole_at((response(), asked, token, broken)) == {response().where, token.where}
    assert read_whole_at(()) == frozenset()


# --- what nobody could read --------------------------------------------------------------------------------------


def test_what_is_closed_is_told_with_its_parties_in_order() -> None:
    sealed = b"eyJhbGciOiJSU0EtT0FFUCJ9." + b"a" * 20 + b"." + b"b" * 20 + b"." + b"c" * 40 + b"." + b"d" * 22
    sent = exchange("https://tracker.test/c", sealed, (("origin", "https://app.test"),), number=1)
    fetched = exchange("https://api.test/u", sender="app.test", answer=sealed, number=2)
    known = Known(INDEX, sightings((sent, fetched), INDEX), "ada")
    why = "it holds an encrypted token (JWE)"
    assert unreadable((sent, fetched), known) == (
        Unreadable("app.test", "tracker.test", Channel.BODY, Pointer(1, "request.body"), why, NOW),
        Unreadable("api.test", "app.test", Channel.BODY, Pointer(2, "response.body"), why, NOW),
    )
    assert unreadable((fetched,), known)[0].where.exchange == 2


def test_what_can_be_read_leaves_nothing_closed() -> None:
    one = exchange("https://tracker.test/c", b"ada@skola.test")
    assert unreadable((one,), Known(INDEX, sightings((one,), INDEX))) == ()
    assert unreadable((), Known(NOBODY, sightings((), NOBODY))) == ()
