"""Whether two vendors know a person by the same identifier."""

from dataclasses import replace
from typing import Any

import pytest

from testbed.model.verdict import Verdict
from testbed.model.wire import Pointer

CHECK = "data.identifier-not-correlatable"
EPPN = "eduPersonPrincipalName"


def known(told: Any, attribute: str, here: str, elsewhere: str) -> None:
    """Both vendors were given an identifier of the person who plays."""
    told.named(attribute=attribute)
    told.issued[-1] = replace(told.issued[-1], value=here)
    told.issued.append(replace(told.issued[-1], value=elsewhere, recipient="other.test", where=Pointer(9, "x")))


def test_an_identifier_of_the_vendor_s_own(told: Any) -> None:
    known(told, "sub", "a", "b")
    assert told.of(CHECK).verdict is Verdict.PASS
    known(told, "NameID", "same", "SAME")
    (finding,) = told.of(CHECK).findings
    assert (finding.attribute, finding.recipient) == ("NameID", "app.test")


def test_nothing_to_compare(told: Any) -> None:
    assert told.of(CHECK).verdict is Verdict.SKIPPED
    told.named()
    assert "no other vendor" in told.of(CHECK).reason
    told.agreement["identifier"] = "shared"
    assert "does not ask" in told.of(CHECK).reason


@pytest.mark.parametrize(("limits", "found"), [({}, []), ({"grades": [4]}, []), ({"grades": [9]}, [EPPN])])
def test_an_account_that_is_agreed_about_this_person_is_the_same_everywhere(
    limits: dict[str, Any], found: list[str], told: Any
) -> None:
    told.agreement["data"] = [{"subjects": ["pupil"], "required": [EPPN], "limits": limits}]
    known(told, EPPN, "ada@skola.test", "ada@skola.test")
    assert [finding.attribute for finding in told.of(CHECK).findings] == found


@pytest.mark.parametrize(
    ("player", "treatment", "found"),
    [("eva", "pseudonym", [EPPN]), ("eva", "withhold", []), ("ada", "pseudonym", [])],
)
def test_by_pseudonym_nobody_else_knows_a_protected_person_so(
    player: str, treatment: str, found: list[str], told: Any
) -> None:
    told.player = player
    told.agreement |= {"identifier": "shared", "protected_identity": treatment}
    told.agreement["data"][0]["required"] = [EPPN]
    known(told, EPPN, "eva@skola.test", "eva@skola.test")
    result = told.of(CHECK)
    assert [finding.attribute for finding in result.findings] == found
    assert result.verdict is (Verdict.FAIL if found else Verdict.SKIPPED)
