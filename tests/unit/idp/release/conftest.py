"""Occasions for releases: people of every kind, and vendors that say what a test wants them to say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from idp.config import RelyingParty
from idp.release import Occasion, SchoolFacts, VendorNeeds
from testbed.model.attributes import attributes
from testbed.model.written import Agreement, Person

TODAY = date(2026, 11, 24)
HERE = "https://md.federation.test"
ALL = {
    row.name: f"value of {row.name}" for row in attributes() if row.origin == "person" and not row.same_as and row.saml
}
ALL |= {"eduPersonScopedAffiliation": "student@skola.test", "sisSchoolGrade": "5"}
PUPIL = Person(id="elev-1", role="pupil", school_units=("00001101",), attributes=ALL)
ORGANISATION = {row.name: (f"the school's {row.name}",) for row in attributes() if row.origin == "school"}


def occasion(
    policy: str,
    person: Person = PUPIL,
    needs: VendorNeeds | None = None,
    agreement: dict[str, Any] | None = None,
    **clause: Any,
) -> Occasion:
    """A login with this policy; ``clause`` makes the one data clause of an agreement, ``agreement`` all else of it."""
    written = Agreement.model_validate(
        {
            "id": "a",
            "controller": {"name": "K", "hosts": ["idp.skola.test"]},
            "processor": {"name": "P", "hosts": ["lasning.test"]},
            "valid": {"from": "2026-01-01", "until": "2026-12-31"},
            "identifier": "pairwise",
            "data": [{"subjects": ["pupil"], **clause}],
            "protected_identity": "withhold",
            **(agreement or {}),
        }
    )
    party = RelyingParty("https://lasning.test/saml/metadata", "https://lasning.test/saml/metadata", written, policy)  # type: ignore[arg-type]
    school = SchoolFacts(ORGANISATION, "skola.test", HERE, b"secret")
    return Occasion(person, party, needs or VendorNeeds(), school, TODAY)


@pytest.fixture
def pupil() -> Person:
    return PUPIL


@pytest.fixture
def make() -> Callable[..., Occasion]:
    return occasion


@pytest.fixture
def without_agreement() -> Callable[..., Occasion]:
    def made(policy: str, **needs: Any) -> Occasion:
        full = occasion(policy, needs=VendorNeeds(**needs))
        return replace(full, relying_party=replace(full.relying_party, agreement=None))

    return made
