"""Forgeries fitted to a vendor."""

import pytest

from testbed.certify.fitted import FAR_OUTSIDE_S, fitted
from testbed.model.forgery import SamlForgery
from testbed.model.operations import SetAttribute, SetText


def forgery(value: str) -> SamlForgery:
    return SamlForgery(
        before=(SetAttribute(op="set-attribute", xpath="//saml:Conditions", name="NotBefore", value=value),)
    )


@pytest.mark.parametrize(
    ("skew", "value", "becomes"),
    [
        (60, "{now+outside}", "{now+63}"),
        (60, "{now-outside}", "{now-63}"),
        (60, "{now+inside}", "{now+57}"),
        (60, "{now-inside}", "{now-57}"),
        (0, "{now-inside}", "{now+3}"),
        (None, "{now-outside}", f"{{now-{FAR_OUTSIDE_S}}}"),
        (None, "{now-inside}", "{now+30}"),
        (None, "{now+inside}", "{now-30}"),
        (None, "{now+90}", "{now+90}"),
    ],
)
def test_limits_are_tried_three_seconds_beside_what_is_declared(skew: int | None, value: str, becomes: str) -> None:
    assert fitted(forgery(value), skew, "http://l") == forgery(becomes)


def test_the_listener_is_filled_in_everywhere() -> None:
    text = SamlForgery(after=(SetText(op="set-text", xpath="//saml:NameID", value="{listener}/x {listener}"),))
    found = fitted(text, None, "http://127.0.0.1:9/c")
    assert isinstance(found, SamlForgery)
    assert found.after == (
        SetText(op="set-text", xpath="//saml:NameID", value="http://127.0.0.1:9/c/x http://127.0.0.1:9/c"),
    )
