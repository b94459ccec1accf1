"""A message that cannot be read is a finding; a bomb that may hold one is a doubt; a page of the browser holds none."""

from typing import Any

import pytest

from testbed.model.messages import Malformed
from testbed.model.verdict import Verdict
from testbed.model.wire import BROWSER, Pointer
from testbed.wire.bodies import OUT_OF_BOUNDS

CHECK = "saml.message-readable"


def bomb(place: str = "request.body") -> Malformed:
    return Malformed(Pointer(2, place), "body", OUT_OF_BOUNDS, "http")


def test_without_a_message_there_is_nothing_to_look_at(told: Any) -> None:
    assert told.of(CHECK).verdict is Verdict.SKIPPED
    told.messages = [bomb(), Malformed(Pointer(1, "response.body"), "ID token", "is no JWT", "oidc")]
    assert told.of(CHECK).verdict is Verdict.SKIPPED


def test_messages_that_can_be_read_pass(told: Any, sealed: Any) -> None:
    told.messages = [sealed]
    assert told.of(CHECK).verdict is Verdict.PASS


def test_a_bomb_beside_them_is_a_doubt_and_no_finding(told: Any, sealed: Any) -> None:
    told.messages = [sealed, bomb()]
    result = told.of(CHECK)
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    assert result.reason == (
        "whether exchange 2, request.body, holds a SAML message is not known: "
        "it grows beyond all bounds when it is unpacked"
    )


def test_a_message_that_cannot_be_read_stays_a_finding_beside_a_bomb(told: Any) -> None:
    told.messages = [Malformed(Pointer(1, "request.url"), "SAMLRequest", "is not XML"), bomb()]
    result = told.of(CHECK)
    assert result.verdict is Verdict.FAIL
    assert [(f.observed, f.expected) for f in result.findings] == [
        ("the SAMLRequest is not XML", "a readable SAMLRequest")
    ]


@pytest.mark.parametrize(("sender", "verdict"), [(BROWSER, Verdict.PASS), ("app.test", Verdict.NOT_VERIFIED)])
def test_of_answers_those_that_a_server_got_may_hold_a_message(
    told: Any, sealed: Any, sender: str, verdict: Verdict
) -> None:
    told.caller = sender
    told.messages = [sealed, bomb("response.body")]
    assert told.of(CHECK).verdict is verdict
