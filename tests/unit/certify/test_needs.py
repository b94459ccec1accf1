"""Which cases mean nothing for a vendor, and how far its own file may leave cases out."""

from types import SimpleNamespace
from typing import Any

import pytest
from certificates import case, vendor

from testbed.certify.asked import Asked
from testbed.certify.desk import Desk
from testbed.certify.needs import NO_LISTENER, lacking
from testbed.model.forgery import SamlForgery


def desk(unsupported: dict[str, str], *, near: bool = True) -> Desk:
    world: Any = SimpleNamespace(may_exhaust=True, listener_is_near=near)
    nobody: Any = SimpleNamespace(id="a")
    return Desk(vendor(unsupported=unsupported), world, nobody, nobody)


@pytest.mark.parametrize(
    ("feature", "left_out"),
    [("audience", True), ("audience-other", True), ("a", False), ("aud", False), ("audience-oth", False), ("", False)],
)
def test_a_vendors_file_leaves_out_what_it_names_in_whole_words(feature: str, left_out: bool) -> None:
    found = lacking(desk({feature: "not in this product"}), case("saml-audience-other"), Asked())
    assert (found is not None) is left_out


def test_what_names_the_listener_means_nothing_for_a_vendor_that_cannot_reach_it() -> None:
    forgery = SamlForgery.model_validate({"document": [{"op": "prolog", "text": "<!DOCTYPE r SYSTEM '{listener}/d'>"}]})
    naming = case("saml-external-dtd", forgery=forgery.model_dump())
    assert lacking(desk({}, near=False), naming, Asked()) == NO_LISTENER
    assert lacking(desk({}), naming, Asked()) is None
    assert lacking(desk({}, near=False), case("saml-audience-other"), Asked()) is None
