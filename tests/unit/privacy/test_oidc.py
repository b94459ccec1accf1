"""What messages of OpenID Connect tell about whom, and the identifiers that they give out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from testbed.model.messages import Message
from testbed.model.oidc_messages import Claim, IntrospectionAnswer, ProviderMetadata, TokenAnswer, UserinfoAnswer
from testbed.model.privacy import Channel, Disclosure
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.model.written import Person
from testbed.privacy.disclose import Known, disclosures
from testbed.privacy.issued import Told, identifiers, issued_values, with_values
from testbed.privacy.people import SUBJECT, PeopleIndex
from testbed.privacy.sightings import sightings
from testbed.wire.oidc import messages
from testbed.wire.tokens import id_token

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ADA = Person(id="elev-0001", role="pupil", attributes={"mail": "ada@skola.test", "street": "Storgatan 1"})
BO = Person(id="elev-0002", role="pupil", attributes={"mail": "bo@skola.test", "eduPersonPrincipalName": "bo@x.test"})
PEOPLE = {person.id: person for person in (ADA, BO)}
INDEX = PeopleIndex.of(PEOPLE.values())
SUB = "sub-of-somebody"


def userinfo(*claims: Claim, sub: str = SUB, number: int = 1) -> UserinfoAnswer:
    return UserinfoAnswer(Pointer(number, "response.body"), "https://idp.test/u", "at", sub, claims, "")


def tokens(sub: str = SUB, *claims: Claim, number: int = 1) -> TokenAnswer:
    token = id_token("e30.e30.x", Pointer(number, "response.body/id_token"))
    told = replace(token, subject=sub, claims=claims)
    return TokenAnswer(Pointer(number, "response.body"), 200, "Bearer", "at", "", told)


def exchange(sender: str = "app.test", body: bytes = b"", *headers: tuple[str, str]) -> Exchange:
    request = Request("GET", "https://idp.test/u", headers)
    return Exchange(1, "p", sender, "idp.test", request, Response(200, (), body), NOW, 1.0)


def told(message: Message, one: Exchange | None = None) -> tuple[Disclosure, ...]:
    exchanges = [one or exchange()]
    return disclosures(exchanges, [message], Known(INDEX, sightings(exchanges, INDEX), ADA.id), None)


MAIL = Claim("email", ("ada@skola.test",), "/email")
STREET = Claim("address.street_address", ("Storgatan 1",), "/address/street_address")


def test_userinfo_tells_the_caller() -> None:
    mail, street = told(userinfo(MAIL, STREET))
    assert (mail.attribute, mail.person, mail.value, mail.channel) == (
        "mail",
        ADA.id,
        "ada@skola.test",
        Channel.USERINFO,
    )
    assert (mail.sender, mail.recipient, mail.encrypted) == ("idp.test", "app.test", True)
    assert (street.attribute, street.where.locator) == ("street", "response.body/address/street_address")


def test_an_id_token_and_an_introspection_answer_tell_over_the_channel_oidc() -> None:
    (in_token,) = told(tokens(SUB, MAIL))
    assert (in_token.channel, in_token.where.locator) == (Channel.OIDC, "response.body/id_token/email")
    answer = IntrospectionAnswer(
        Pointer(1, "response.body"), True, SUB, "app", (Claim("username", ("bo@x.test",), "/u"),)
    )
    (known,) = told(answer)
    assert (known.channel, known.attribute, known.person) == (Channel.OIDC, "eduPersonPrincipalName", BO.id)


def test_a_claim_that_nobody_knows_goes_by_its_own_name() -> None:
    (one,) = told(userinfo(Claim("shoe_size", ("38",), "/shoe_size")))
    assert (one.attribute, one.person) == ("shoe_size", ADA.id)


def test_an_answer_to_a_page_in_the_browser_goes_to_the_host_of_the_page() -> None:
    (one,) = told(userinfo(MAIL), exchange(BROWSER, b"", ("origin", "https://spa.test")))
    assert one.recipient == "spa.test"


def test_what_is_read_as_claims_is_not_found_in_the_body_once_more() -> None:
    body = b'{"sub": "sub-of-somebody", "email": "ada@skola.test"}'
    assert [one.channel for one in told(userinfo(MAIL), exchange("app.test", body))] == [Channel.USERINFO]
    assert [one.channel for one in told(tokens(), exchange("app.test", body))] == [Channel.BODY]


def test_a_logout_token_names_whose_session_ends_and_discloses_nothing() -> None:
    people = INDEX.with_more(issued_values([(ADA.id, [tokens()])], INDEX))
    form = (("content-type", "application/x-www-form-urlencoded"),)
    post = Request("POST", "https://app.test/bc", form, f"logout_token={SUB}&other={SUB}".encode())
    one = Exchange(1, "p", "idp.test", "app.test", post, None, NOW, 1.0)
    found = disclosures(
        [one],
        messages(one),
        Known(people, sightings([one], people), ADA.id, frozenset([Pointer(1, "request.body:logout_token")])),
        None,
    )
    assert [(d.attribute, d.where.locator) for d in found] == [(SUBJECT, "request.body:other")]


def test_a_school_is_known_by_what_it_publishes_where_there_is_no_agreement() -> None:
    school = ProviderMetadata(Pointer(9, "x"), "", "https://app.test", "", "", "", "", "", "", "", False, (), "")
    known = Known(INDEX, sightings([exchange()], INDEX), ADA.id)
    assert disclosures([exchange()], [userinfo(MAIL), school], known, None) == ()


def issued(*plays: tuple[str, Sequence[Message]]) -> dict[str, tuple[str, ...]]:
    people = with_values(PEOPLE, issued_values(plays, INDEX))
    return {name: person.values(SUBJECT) for name, person in people.items() if person.values(SUBJECT)}


@pytest.mark.parametrize(
    ("plays", "expected"),
    [
        ([(ADA.id, [tokens()])], {ADA.id: (SUB,)}),
        ([(ADA.id, [tokens(), userinfo(MAIL)])], {ADA.id: (SUB,)}),
        ([(BO.id, [tokens(), userinfo(MAIL)])], {ADA.id: (SUB,)}),
        ([(ADA.id, [tokens()]), (BO.id, [tokens()])], {}),
        ([(ADA.id, [tokens("ada")])], {}),
        ([(ADA.id, [tokens("")])], {}),
        ([(BO.id, [userinfo(sub="bo@x.test")])], {}),
    ],
    ids=["player", "agrees", "certain", "of two", "short", "none", "somebody's already"],
)
def test_whom_a_sub_points_at(plays: list[tuple[str, list[Message]]], expected: dict[str, tuple[str, ...]]) -> None:
    assert issued(*plays) == expected


def test_the_identifiers_that_vendors_were_given() -> None:
    account = Claim("eduperson_principal_name", ("bo@x.test",), "/eduperson_principal_name")
    said = [Told(BO.id, exchange(), tokens()), Told(BO.id, exchange("b.test"), userinfo(account, MAIL, sub="x"))]
    found = identifiers(said, INDEX)
    assert [(one.attribute, one.person, one.value, one.recipient) for one in found] == [
        (SUBJECT, BO.id, SUB, "app.test"),
        (SUBJECT, BO.id, "x", "b.test"),
        ("eduPersonPrincipalName", BO.id, "bo@x.test", "b.test"),
    ]
    assert found[2].where.locator == "response.body/eduperson_principal_name"
