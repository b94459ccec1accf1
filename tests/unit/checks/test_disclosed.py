"""Whose release a disclosure is, and how its form is told."""

from dataclasses import replace
from typing import Any

import pytest

from testbed.checks.disclosed import agreement_of, in_form, is_by_school
from testbed.model.privacy import Channel
from testbed.model.verdict import Evidence, Play
from testbed.model.written import Agreement


@pytest.mark.parametrize(
    ("changes", "by_school"),
    [
        ({}, True),
        ({"sender": "browser"}, True),
        ({"channel": Channel.BODY}, True),
        ({"channel": Channel.SCIM}, True),
        ({"sender": "app.test", "channel": Channel.SCIM}, False),
        ({"sender": "app.test", "channel": Channel.SS12000}, False),
        ({"sender": "app.test", "channel": Channel.BODY}, False),
        ({"sender": "browser", "channel": Channel.URL}, False),
    ],
)
def test_what_comes_from_the_school_is_known_by_its_protocol_or_its_host(
    changes: dict[str, Any], by_school: bool, told: Any
) -> None:
    told.released("mail")
    agreement = Agreement.model_validate(told.agreement)
    assert is_by_school(replace(told.disclosures[0], **changes), agreement) is by_school


def test_a_form_is_told_where_the_value_did_not_stand_as_it_is(told: Any) -> None:
    told.released("mail")
    told.released("mail", form="base64+gzip")
    assert [in_form(one) for one in told.disclosures] == ["", ", as base64+gzip"]


def test_a_check_without_its_agreement_is_our_own_mistake(told: Any) -> None:
    play: Play = None  # type: ignore[assignment]
    with pytest.raises(ValueError, match="without one"):
        agreement_of(Evidence(play, (), (), (), {}, None))
