"""What a host may know, by whatever name the data goes."""

import pytest

from testbed.model.written import Agreement
from testbed.privacy.agreed import Party, may_know, party_of

AGREEMENT = Agreement.model_validate(
    {
        "id": "a",
        "controller": {"name": "K", "hosts": ["idp.skola.test"]},
        "processor": {"name": "P", "hosts": ["app.test"]},
        "valid": {"from": "2026-01-01", "until": "2026-12-31"},
        "identifier": "pairwise",
        "data": [{"subjects": ["pupil"], "required": ["norEduPersonNIN"], "optional": ["mail"]}],
        "recipients": [{"name": "C", "hosts": ["cdn.test"], "data": ["personalIdentityNumber", "cn"]}],
        "protected_identity": "withhold",
    }
)


@pytest.mark.parametrize(
    ("host", "party"),
    [
        ("idp.skola.test", Party.CONTROLLER),
        ("app.test", Party.PROCESSOR),
        ("cdn.test", Party.RECIPIENT),
        ("x.test", Party.STRANGER),
    ],
)
def test_the_agreement_names_its_parties(host: str, party: Party) -> None:
    assert party_of(host, AGREEMENT) is party


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("app.test", {"norEduPersonNIN", "personalIdentityNumber", "mail"}),
        ("cdn.test", {"norEduPersonNIN", "personalIdentityNumber"}),
        ("x.test", set()),
    ],
)
def test_what_is_agreed_by_one_name_is_agreed_by_the_other(host: str, known: set[str]) -> None:
    assert may_know(host, AGREEMENT, "pupil") == known
    assert may_know(host, AGREEMENT, "teacher") == frozenset()
