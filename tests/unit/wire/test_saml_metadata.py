"""An aggregate gives one reading for each entity, within bounds."""

from datetime import UTC, datetime

import pytest

from testbed.model.messages import Malformed, Message, SamlMetadata
from testbed.model.wire import Exchange, Request, Response
from testbed.wire.saml import messages
from testbed.wire.saml_metadata import MAX_AGGREGATE, MAX_ENTITIES

NOW = datetime(2026, 9, 1, tzinfo=UTC)
MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'


def entity(name: str, until: str = "") -> str:
    valid = f' validUntil="{until}"' if until else ""
    return (
        f'<md:EntityDescriptor {MD} entityID="https://{name}.test/saml/metadata"{valid}><md:SPSSODescriptor>'
        f'<md:SingleLogoutService Binding="urn:b" Location="https://{name}.test/saml/slo"/>'
        '<md:AssertionConsumerService Binding="urn:b" Location="https://x.test/acs" index="1"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    )


def group(*inside: str, until: str = "") -> str:
    valid = f' validUntil="{until}"' if until else ""
    return f"<md:EntitiesDescriptor {MD}{valid}>{''.join(inside)}</md:EntitiesDescriptor>"


def fetched(document: str) -> tuple[Message, ...]:
    answer = Response(200, (("content-type", "application/samlmetadata+xml"),), document.encode())
    request = Request("GET", "https://md.federation.test/aggregate.xml")
    return messages(Exchange(1, "", "app.test", "md.federation.test", request, answer, NOW, 1.0))


def read(document: str) -> list[SamlMetadata]:
    found = fetched(document)
    assert all(isinstance(one, SamlMetadata) for one in found)
    return [one for one in found if isinstance(one, SamlMetadata)]


def test_each_entity_of_nested_groups_is_read_and_pointed_at() -> None:
    one, two = read(group(entity("a"), group(entity("b"))))
    assert (one.entity_id, two.entity_id) == ("https://a.test/saml/metadata", "https://b.test/saml/metadata")
    assert two.where.locator == "response.body//md:EntityDescriptor[2]"
    assert [endpoint.url for endpoint in two.logout] == ["https://b.test/saml/slo"]
    assert one.is_sp


@pytest.mark.parametrize(
    ("own", "around", "expected"),
    [
        ("2026-09-02T00:00:00Z", "2026-09-09T00:00:00Z", 2),
        ("2026-09-09T00:00:00Z", "2026-09-03T00:00:00Z", 3),
        ("", "2026-09-03T00:00:00Z", 3),
        ("2026-09-02T00:00:00Z", "", 2),
        ("", "", None),
    ],
)
def test_the_earliest_end_of_validity_counts(own: str, around: str, expected: int | None) -> None:
    (one,) = read(group(entity("a", own), until=around))
    assert (one.valid_until.day if one.valid_until else None) == expected


def test_an_aggregate_of_too_many_entities_is_malformed() -> None:
    (message,) = fetched(group(*(entity(f"e{number}") for number in range(MAX_ENTITIES + 1))))
    assert isinstance(message, Malformed)
    assert str(MAX_ENTITIES) in message.reason


def test_an_aggregate_of_too_many_bytes_is_malformed() -> None:
    (message,) = fetched(group(entity("a"), " " * MAX_AGGREGATE))
    assert isinstance(message, Malformed)
    assert str(MAX_AGGREGATE) in message.reason


def test_an_empty_aggregate_says_nothing() -> None:
    assert fetched(group()) == ()


@pytest.mark.parametrize(
    ("name", "value", "demanded"),
    [
        ("urn:oasis:names:tc:SAML:profiles:subject-id:req", "subject-id", "subject-id"),
        ("urn:oasis:names:tc:SAML:profiles:subject-id:req", " pairwise-id\n", "pairwise-id"),
        ("urn:oasis:names:tc:SAML:profiles:subject-id:req", "", ""),
        ("http://macedir.org/entity-category", "subject-id", ""),
    ],
)
def test_the_identifier_that_a_vendor_demands(name: str, value: str, demanded: str) -> None:
    extensions = (
        '<md:Extensions><x:EntityAttributes xmlns:x="urn:oasis:names:tc:SAML:metadata:attribute">'
        f'<s:Attribute xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" Name="{name}">'
        f"<s:AttributeValue>{value}</s:AttributeValue></s:Attribute></x:EntityAttributes></md:Extensions>"
    )
    (one,) = read(entity("a").replace("<md:SPSSODescriptor>", f"{extensions}<md:SPSSODescriptor>"))
    assert one.subject_id_requirement == demanded
    assert read(entity("a"))[0].subject_id_requirement == ""
