"""The names by which vendors know people are each one person's, and the same that the school tells."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from idp.people import generate
from idp.saml.identifiers import pairwise_id
from testbed.lab.authorities import school_keys
from testbed.lab.home import LabHome
from testbed.lab.load_names import lab_names
from testbed.lab.places import SCHOOL
from testbed.lab.spec import LabSpec
from testbed.runner.catalogue import load_catalogue

NOW = datetime(2026, 5, 5, tzinfo=UTC)
PEOPLE = generate(1, 60).everybody
KNOWN = load_catalogue()


def spec(folder: Path, *vendors: str) -> LabSpec:
    return LabSpec(
        LabHome.open(folder / "home"), PEOPLE, tuple(KNOWN.vendors[one] for one in vendors), KNOWN.agreements
    )


def test_a_name_is_one_person_s_and_stays_the_same(tmp_path: Path) -> None:
    names = lab_names(spec(tmp_path, "encyclopedia", "maths-app", "national-tests"), NOW)
    told = {one.id: names.of(one) for one in PEOPLE.values()}
    # NOTE: the same everywhere; for SAML a NameID and a pairwise-id at each vendor, for OpenID Connect a sub.
    assert {len(of_one) for of_one in told.values()} == {1 + 2 + 1 + 2}
    assert max(Counter(name for of_one in told.values() for name in of_one).values()) == 1
    again = lab_names(spec(tmp_path, "encyclopedia", "maths-app", "national-tests"), NOW)
    assert {one.id: again.of(one) for one in PEOPLE.values()} == told


def test_they_are_made_with_the_school_s_own_secret(tmp_path: Path) -> None:
    lab = spec(tmp_path, "encyclopedia")
    secret = school_keys(lab, SCHOOL, lambda: NOW).pairwise_secret
    party = KNOWN.vendors["encyclopedia"].party
    assert pairwise_id("elev-0001", party, SCHOOL.scope, secret) in lab_names(lab, NOW).of(PEOPLE["elev-0001"])


def test_a_vendor_that_nobody_logs_in_to_has_none_and_secrets_are_not_shown(tmp_path: Path) -> None:
    names = lab_names(spec(tmp_path, "class-lists"), NOW)
    assert names.of(PEOPLE["elev-0001"]) == ()
    assert "secret" not in repr(names)
