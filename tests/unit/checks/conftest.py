"""A play made by hand, of which a test says who told whom what."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import registered, run_checks
from testbed.model.messages import SamlResponse
from testbed.model.privacy import PLAIN, Channel, Disclosure, Issued, Unreadable
from testbed.model.verdict import Evidence, Play, Result, Sees
from testbed.model.wire import Exchange, Pointer, Request
from testbed.model.written import Agreement, Person, Scenario, Vendor
from testbed.privacy.people import SUBJECT

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
IDP, APP, CDN, TRACKER = "idp.skola.test", "app.test", "cdn.test", "tracker.test"
UNITS = ("00001101", "00001102")


def pupil(name: str, **traits: Any) -> Person:
    grade, born = traits.pop("grade", "4"), traits.pop("born", "20160312")
    units, given = traits.pop("units", UNITS[:1]), traits.pop("given", "Ada")
    attributes: dict[str, Any] = {
        "eduPersonPrincipalName": f"{name}@skola.test",
        "mail": f"{name}@mail.test",
        "givenName": given,
        "sisSchoolUnitCode": units,
        "norEduPersonBirthDate": born,
    }
    if grade:
        attributes["sisSchoolGrade"] = grade
    return Person(id=name, role=traits.pop("role", "pupil"), school_units=units, attributes=attributes, **traits)


PEOPLE = {
    one.id: one
    for one in (
        pupil("ada"),
        pupil("bo", born="20160313"),
        pupil("cy", grade="5"),
        pupil("di", units=UNITS[1:]),
        pupil("eva", given="Eva", security_marking="Sekretessmarkering"),
        pupil("tea", role="teacher", grade="", born="19800101"),
    )
}
"""Ada has date of birth, unit and grade together with Eva alone; every two of them she shares with more."""


class Told:
    """What was told in one play by Ada at a maths app, and what the checks say of it."""

    def __init__(self) -> None:
        self.people = dict(PEOPLE)
        self.agreement: dict[str, Any] = {
            "id": "app-2026",
            "controller": {"name": "Exempelkommun", "hosts": [IDP]},
            "processor": {"name": "App AB", "entity_ids": [f"https://{APP}/metadata"], "hosts": [APP]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "pairwise",
            "data": [{"subjects": ["pupil"], "required": ["sisSchoolUnitCode"]}],
            "recipients": [{"name": "CDN AB", "hosts": [CDN], "data": []}],
            "protected_identity": "withhold",
        }
        self.scenario: dict[str, Any] = {
            "id": "login",
            "title": {"sv": "S", "en": "S"},
            "flow": "login",
            "vendor": "app",
            "expect": {"login": "accepted"},
        }
        self.player = "ada"
        self.caller = "browser"
        self.sees: Sees = "all"
        self.disclosures: list[Disclosure] = []
        self.unreadable: list[Unreadable] = []
        self.issued: list[Issued] = []
        self.messages: list[Any] = []

    def released(self, attribute: str, value: str = "", person: str | None = None, **changes: Any) -> None:
        """The school tells the vendor by SAML."""
        whose = self.player if person is None else person
        given = value or "".join(self.people[whose].values(attribute)[:1])
        one = Disclosure(
            attribute, whose, given, IDP, APP, Channel.SAML, PLAIN, Pointer(1, "request.body"), NOW, encrypted=True
        )
        self.disclosures.append(replace(one, **changes))

    def sent(self, attribute: str, value: str = "", person: str | None = None, **changes: Any) -> None:
        """The vendor tells a stranger by the body of a request."""
        elsewhere = {"sender": APP, "recipient": TRACKER, "channel": Channel.BODY, "where": Pointer(2, "request.body")}
        self.released(attribute, value, person, **{**elsewhere, **changes})

    def closed(self, sender: str, recipient: str) -> None:
        """Something that nobody can read."""
        where = Pointer(2, "request.body")
        self.unreadable.append(Unreadable(sender, recipient, Channel.BODY, where, "an encrypted JWT", NOW))

    def named(self, person: str | None = None, attribute: str = SUBJECT, number: int = 1) -> None:
        """The school gives the vendor a name for the account."""
        self.issued.append(Issued(attribute, person or self.player, "x1y2z3", APP, Pointer(number, "response.body")))

    def of(self, check: str) -> Result:
        """What one check says."""
        vendor = Vendor.model_validate(
            {
                "id": "app",
                "name": "Appen",
                "protocol": "saml",
                "metadata": f"https://{APP}/metadata",
                "login": f"https://{APP}/login",
                "probe": {"url": f"https://{APP}/me"},
            }
        )
        play = Play(
            "p", Scenario.model_validate(self.scenario), vendor, self.player, "app-2026", NOW, NOW, sees=self.sees
        )
        request = Request("POST", f"https://{APP}/acs")
        evidence = Evidence(
            play=play,
            exchanges=tuple(Exchange(n, "p", self.caller, APP, request, None, NOW, 1.0) for n in (1, 2)),
            messages=tuple(self.messages),
            disclosures=tuple(self.disclosures),
            people=self.people,
            agreement=Agreement.model_validate(self.agreement),
            issued=tuple(self.issued),
            unreadable=tuple(self.unreadable),
        )
        (result,) = run_checks(evidence, tuple(one for one in registered() if one.info.id == check))
        return result


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def sealed() -> SamlResponse:
    """A response whose assertion stays closed."""
    acs = f"https://{APP}/acs"
    where = Pointer(1, "request.body:SAMLResponse")
    return SamlResponse(
        where,
        "_1",
        f"https://{IDP}/metadata",
        acs,
        acs,
        "",
        "",
        None,
        (),
        1,
        signed=False,
        relay_state="",
        document=b"",
        xml="",
    )
