"""From an answer to what was seen, and from that to a verdict."""

import json
from typing import Any

import pytest

from testbed.certify.exchange.calling import Answer
from testbed.certify.exchange.looking import SCIM_ERROR, Seen, answered
from testbed.certify.exchange.verdicts import AS_EXPECTED, WORDS, judged
from testbed.model.certificate import Observed
from testbed.model.exchange_case import ExchangeCase
from testbed.model.verdict import Verdict

NO_TEXT = {"sv": "-", "en": "-"}


def case(**said: Any) -> ExchangeCase:
    usual = {
        "id": "scim-x",
        "protocol": "scim",
        "side": "receiver",
        "catalogue": "E01",
        "title": NO_TEXT,
        "harm": NO_TEXT,
        "clause": "-",
        "call": {"path": "/Users"},
    }
    return ExchangeCase.model_validate({**usual, **said})


def answer(status: int, body: object = None) -> Answer:
    return Answer("", status, json.dumps(body).encode())


STRANGER = {"call": {"by": "stranger", "path": "/Users"}}


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ({}, 201, Observed.TAKEN),
        ({}, 400, Observed.REFUSED),
        ({}, 501, Observed.REFUSED),
        ({}, 302, Observed.OTHER_ANSWER),
        ({}, 500, Observed.BROKE_DOWN),
        ({}, 503, Observed.UNCLEAR),
        ({}, 429, Observed.UNCLEAR),
        (STRANGER, 503, Observed.REFUSED),
        ({"published": ["gone"]}, 503, Observed.REFUSED),
        ({"then": {"answers": [409]}}, 409, Observed.REFUSED),
        ({"then": {"answers": [409]}}, 400, Observed.OTHER_ANSWER),
        ({"then": {"answers": [409]}}, 201, Observed.TAKEN),
        ({"expect": "either", "then": {"answers": [404, 200]}}, 204, Observed.OTHER_ANSWER),
        ({"then": {"problem": True}}, 400, Observed.OTHER_ANSWER),
    ],
)
def test_what_a_status_says(said: dict[str, Any], status: int, expected: Observed) -> None:
    assert answered(case(**said), answer(status)).observed is expected


def test_an_error_in_the_protocols_own_form_is_one() -> None:
    then = {"then": {"problem": True}}
    assert answered(case(**then), answer(400, {"schemas": [SCIM_ERROR]})).observed is Observed.REFUSED
    other = {"protocol": "ss12000", "side": "server", **then}
    assert answered(case(**other), answer(400, {"code": "x", "message": "y"})).observed is Observed.REFUSED


def test_a_connection_that_ends_refuses_strangers_and_breaks_down_for_members() -> None:
    ended = Answer("", turned_away=True)
    assert answered(case(**STRANGER), ended).observed is Observed.REFUSED
    assert answered(case(exhausts=True), ended).observed is Observed.REFUSED
    assert answered(case(), ended).observed is Observed.BROKE_DOWN
    assert answered(case(**STRANGER), Answer("", why="no answer within 20 s")).observed is Observed.BROKE_DOWN


def test_only_what_is_expected_passes() -> None:
    for expect, fine in AS_EXPECTED.items():
        for observed in WORDS:
            verdict, words = judged(case(expect=expect), Seen(observed))
            assert (verdict is Verdict.PASS) == (observed in fine)
            assert (verdict is Verdict.NOT_VERIFIED) == (observed is Observed.UNCLEAR)
            assert words.sv != words.en


def test_a_should_that_is_broken_is_a_warning() -> None:
    assert judged(case(level="SHOULD"), Seen(Observed.TAKEN))[0] is Verdict.WARNING
    assert judged(case(), Seen(Observed.TAKEN))[0] is Verdict.FAIL


def test_a_report_tells_what_a_refusal_says_and_nothing_of_what_was_handed_out() -> None:
    handed_out = Answer("", 200, b'{"givenName": "Hugo"}', "application/json")
    assert handed_out.told == "200 application/json"
    assert "no such" in Answer("", 404, b'{"message": "no such resource"}').told
    assert "Hugo" not in str(answered(case(), handed_out))
