"""What calls send."""

import json

import pytest

from testbed.certify.exchange.bodies import CIVIC_NUMBER, COLLECTIONS, NOBODYS_NUMBER, USER, changed, content_of
from testbed.certify.exchange.names import Names, mark
from testbed.model.exchange_case import Body


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_a_resource_is_known_by_its_id_and_by_its_mark(kind: str) -> None:
    names = Names()
    text = content_of(Body(of=kind), names).decode()
    document = json.loads(text)
    assert document["id"] == document["externalId"] == names.id_of(kind)
    assert mark(names.id_of(kind)) in text
    assert document["schemas"]


def test_a_case_changes_what_it_names_and_nothing_else() -> None:
    names = Names()
    usual = json.loads(content_of(Body(of="person"), names))
    body = Body(of="person", put={"/name/givenName": "Åsa {mark:person}"}, drop=("/displayName",))
    spoilt = json.loads(content_of(body, names))
    assert spoilt["name"].pop("givenName") == f"Åsa {mark(names.id_of('person'))}"
    assert "displayName" not in spoilt
    assert usual["name"].pop("givenName") == "Prova"
    usual.pop("displayName")
    assert spoilt == usual


def test_a_number_is_sent_only_where_the_vendor_takes_nobody_without() -> None:
    assert "civicNo" not in json.loads(content_of(Body(of="person"), Names()))[USER]
    told = json.loads(content_of(Body(of="person"), Names({CIVIC_NUMBER: NOBODYS_NUMBER})))
    assert told[USER]["civicNo"] == NOBODYS_NUMBER


def test_a_body_can_be_large_and_deep() -> None:
    assert len(content_of(Body(of="person", filler=10_000), Names())) > 10_000
    deep = content_of(Body(of="person", nested=50_000), Names())
    assert deep.count(b"[") > 50_000
    assert deep.endswith(b"]}")


def test_a_text_is_sent_as_it_stands() -> None:
    assert content_of(Body(text='{"a": ['), Names()) == b'{"a": ['


def test_a_place_that_is_not_there_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        changed({"a": {}}, "/b/c", 1)
