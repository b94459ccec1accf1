"""Values that a message composes, as readers of several habits have them whole."""

from datetime import UTC, datetime

import pytest

from testbed.certify.whole import whole_values
from testbed.model.forgery import Made

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
OTHER = {"eduPersonPrincipalName": ("bo@school.test",)}


def made(value: str) -> Made:
    document = f'<r xmlns:saml="{SAML}"><saml:AttributeValue>{value}</saml:AttributeValue></r>'
    return Made(datetime.now(UTC), "vendor", "response", document, {}, {})


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("bo@school.test.evil", {"bo@school.test.evil"}),
        ("bo@school.test<!--x-->.evil", {"bo@school.test.evil"}),
        ("bo@school.test<?x y?>.evil", {"bo@school.test.evil"}),
        ("bo@school.test<![CDATA[.evil]]>", {"bo@school.test.evil"}),
        (
            "bo@school.test<!--x--><saml:x/>.evil",
            {"bo@school.test.evil", f'bo@school.test<saml:x xmlns:saml="{SAML}"/>.evil'},
        ),
        ("bo@school.test", set()),
        ("bo@school.test<!--x-->", set()),
    ],
)
def test_the_whole_is_right_and_what_names_the_other_person_never(value: str, whole: set[str]) -> None:
    assert whole_values([made(value)], OTHER) == whole
