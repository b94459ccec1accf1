"""What a host may know, by whatever name the data goes."""

import pytest

from testbed.model.written import Agreement, Person
from testbed.privacy.agreed import Cover, Party, covered, hosts_beside, may_know, may_know_of_anybody, party_of

AGREEMENT = Agreement.model_validate(
    {
        "id": "a",
        "controller": {"name": "K", "hosts": ["idp.skola.test"]},
        "processor": {"name": "P", "hosts": ["app.test", "www.app.test"]},
        "valid": {"from": "2026-01-01", "until": "2026-12-31"},
        "identifier": "pairwise",
        "data": [
            {"subjects": ["pupil"], "required": ["norEduPersonNIN"], "optional": ["mail"]},
            {"subjects": ["pupil"], "required": ["displayName"], "limits": {"grades": [4]}},
        ],
        "recipients": [{"name": "C", "hosts": ["cdn.test", "cdn2.test"], "data": ["personalIdentityNumber", "cn"]}],
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
        ("app.test", {"norEduPersonNIN", "personalIdentityNumber", "mail", "displayName", "cn"}),
        ("cdn.test", {"norEduPersonNIN", "personalIdentityNumber", "displayName", "cn"}),
        ("x.test", set()),
    ],
)
def test_what_is_agreed_by_one_name_is_agreed_by_the_other(host: str, known: set[str]) -> None:
    assert may_know(host, AGREEMENT, "pupil") == known
    assert may_know(host, AGREEMENT, "teacher") == frozenset()
    assert may_know_of_anybody(host, AGREEMENT) == known


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("idp.skola.test", {"idp.skola.test"}),
        ("www.app.test", {"app.test", "www.app.test"}),
        ("cdn.test", {"cdn.test", "cdn2.test"}),
        ("x.test", {"x.test"}),
    ],
)
def test_the_hosts_of_one_party_know_the_same(host: str, hosts: set[str]) -> None:
    assert hosts_beside(host, AGREEMENT) == hosts


def person(role: str, grade: str = "4") -> Person:
    return Person.model_validate({"id": "p", "role": role, "attributes": {"sisSchoolGrade": grade}})


@pytest.mark.parametrize(
    ("host", "attribute", "whose", "cover"),
    [
        ("app.test", "mail", person("pupil"), Cover.AGREED),
        ("app.test", "cn", person("pupil"), Cover.AGREED),
        ("app.test", "cn", person("pupil", "5"), Cover.ABOUT_OTHERS),
        ("app.test", "sn", person("pupil"), Cover.NOT_AGREED),
        ("app.test", "sn", person("teacher"), Cover.ABOUT_OTHERS),
        ("app.test", "mail", None, Cover.CANNOT_TELL),
        ("app.test", "sn", None, Cover.NOT_AGREED),
        ("cdn.test", "cn", person("pupil"), Cover.AGREED),
        ("cdn.test", "cn", person("pupil", "5"), Cover.ABOUT_OTHERS),
        ("cdn.test", "mail", person("pupil"), Cover.NOT_AGREED),
        ("cdn.test", "mail", person("teacher"), Cover.NOT_AGREED),
        ("cdn.test", "cn", person("teacher"), Cover.ABOUT_OTHERS),
        ("x.test", "mail", person("pupil"), Cover.NOT_AGREED),
        ("x.test", "mail", person("teacher"), Cover.NOT_AGREED),
        ("x.test", "mail", None, Cover.NOT_AGREED),
    ],
)
def test_what_an_agreement_says_of_one_attribute_of_one_person(
    host: str, attribute: str, whose: Person | None, cover: Cover
) -> None:
    assert covered(attribute, whose, host, AGREEMENT) is cover
