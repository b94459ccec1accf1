"""Refusals speak to people, and their cause to the log."""

from idp.refused import malformed


def test_a_malformed_request_is_explained_in_both_languages() -> None:
    refused = malformed("is not base64")
    assert refused.status == 400
    assert str(refused) == refused.cause == "is not base64"
    assert "is not base64" in refused.explanation.sv
    assert "is not base64" in refused.explanation.en
