"""Of a capture from outside no report shows a value, in any letter case or percent-encoded, unless it is asked for."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote

import pytest

from testbed.model.privacy import Channel, Unreadable
from testbed.model.verdict import CAPTURE, Expectation, RunRecord
from testbed.model.wire import BROWSER, Exchange, Frame, Pointer, Request, Response
from testbed.model.written import Agreement, Person
from testbed.reports import html, junit, run_json, table
from testbed.reports.outside import masked

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
ADA = Person(
    id="zsazsa-lofgren",
    role="pupil",
    school_units=("00001101",),
    security_marking="Sekretessmarkering",
    attributes={
        "eduPersonPrincipalName": "adlov01@skola.test",
        "givenName": "Zsazsa",
        "sn": "Löfgren",
        "displayName": "Zsazsa Löfgren",
        "mail": "zsazsa.lofgren@elev.skola.test",
        "norEduPersonNIN": "201601012393",
        "telephoneNumber": "070-1740651",
        "street": "Påhittsvägen 4",
        "sisSchoolUnitCode": ("00001101",),
    },
)
BO = Person(id="elev-0002", role="pupil", attributes={"mail": "bo.ek@skola.test"})
STRANGER = "unknown.pupil@elev.skola.test"
"""Somebody whom the people file does not have."""
MAIL, NAME, NIN = ADA.attributes["mail"], ADA.attributes["displayName"], ADA.attributes["norEduPersonNIN"]
VALUES = [value for name in ADA.attributes for value in ADA.values(name)] + ["bo.ek@skola.test", STRANGER]
VALUES += ["Sekretessmarkering", "zsazsa-lofgren", "kaksmula"]
AGREEMENT = Agreement.model_validate(
    {
        "id": "app-2026",
        "controller": {"name": "Kommun", "hosts": ["idp.test"]},
        "processor": {"name": "Appen", "hosts": ["app.test"]},
        "valid": {"from": "2026-01-01", "until": "2027-01-01"},
        "identifier": "shared",
        "data": [{"subjects": ["pupil"], "required": ["mail"]}],
        "protected_identity": "withhold",
    }
)
JSON, FORM = (("content-type", "application/json"),), (("content-type", "application/x-www-form-urlencoded"),)
LEAKS = [
    Request("GET", f"https://tracker.test/p?mail={quote(str(MAIL), safe='')}&who={STRANGER}"),
    Request("GET", f"https://tracker.test/u/{quote(str(NAME)).upper()}/{NIN}/edit"),
    Request(
        "GET", f"https://tracker.test/{MAIL}", (("referer", f"https://app.test/{MAIL}?n={NIN}"), ("x-who", str(NAME)))
    ),
    Request("GET", "https://adlov01.tracker.test/", (("cookie", f"who={MAIL}; x=kaksmula"),)),
    Request("POST", "https://tracker.test/j", JSON, json.dumps({"user": {str(MAIL): NAME, "nin": NIN}}).encode()),
    Request("POST", "https://tracker.test/f", FORM, f"{quote(str(MAIL))}={quote(str(NAME))}&x={STRANGER}".encode()),
    Request("POST", "https://tracker.test/t", (("content-type", "text/plain"),), f"{NAME} {NIN} {STRANGER}".encode()),
    Request("POST", "https://tracker.test/b", (), str(NAME).encode("latin-1")),
]


@pytest.fixture
def outside(judge_exchanges: Callable[..., RunRecord]) -> RunRecord:
    """What the judge makes of a capture that leaks in many ways, with what a report must not show in every corner."""
    exchanges = [
        Exchange(
            number,
            "",
            BROWSER,
            request.host,
            request,
            Response(200, (*JSON, ("set-cookie", f"who={MAIL}")), json.dumps({"me": [MAIL, STRANGER]}).encode()),
            NOW,
            1.0,
            f"failed for {MAIL}",
            (Frame(True, NOW, f'{{"mail": "{MAIL}"}}'.encode()),),
        )
        for number, request in enumerate(LEAKS, start=1)
    ]
    record = judge_exchanges(exchanges, {one.id: one for one in (ADA, BO)}, AGREEMENT, f"{NAME}.har")
    (judgement,), (evidence,) = record.run.judgements, record.evidence.values()
    closed = Unreadable("app.test", "tracker.test", Channel.BODY, Pointer(1, f"request.body:{MAIL}"), f"x {NIN}", NOW)
    judgement = replace(
        judgement,
        reason=f"something about {MAIL}",
        expectation=Expectation(False, (f"missing {NAME}",), judgement.expectation.unexpected),
    )
    run = replace(
        record.run, judgements=(judgement,), problems=(f"lost {MAIL}",), unreadable=(f"{NAME}.har: entry 9 of {NIN}",)
    )
    return replace(record, run=run, evidence={judgement.play.id: replace(evidence, unreadable=(closed,))})


def part(said: object) -> str:
    return urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def by_script(number: int, url: str, answer: object, request: Request) -> Exchange:
    """What a script asked of the school in the browser."""
    return Exchange(
        number,
        "",
        BROWSER,
        "idp.test",
        replace(request, url=url),
        Response(200, JSON, json.dumps(answer).encode()),
        NOW,
        1.0,
    )


@pytest.fixture
def logged_in(judge_exchanges: Callable[..., RunRecord]) -> RunRecord:
    """A login that went through the browser alone, with all that the school states about the person."""
    claims = {"email": MAIL, "name": NAME, "given_name": "Zsazsa", "birthdate": "2016-01-01", "who": STRANGER}
    token = f"{part({'alg': 'RS256', 'kid': 'k'})}.{part({'iss': 'https://idp.test', 'sub': 'adlov01', **claims})}.c2ln"
    origin = ("origin", "https://app.test")
    tokens = {"access_token": "abcdefghijklmnop", "token_type": "Bearer", "id_token": token}
    asked = Request("POST", "", (*FORM, origin), b"grant_type=authorization_code&code=abcdefghij&client_id=app")
    asks = Request("GET", "", (("authorization", "Bearer abcdefghijklmnop"), origin))
    exchanges = [
        by_script(1, "https://idp.test/token", tokens, asked),
        by_script(2, "https://idp.test/userinfo", {"sub": "adlov01", **claims}, asks),
    ]
    return judge_exchanges(exchanges, {one.id: one for one in (ADA, BO)}, AGREEMENT, "login.har")


def reports(record: RunRecord) -> dict[str, str]:
    return {
        "html": html.render(record),
        "json": run_json.render(record),
        "junit": junit.render(record),
        "csv": table.render(record),
    }


def stands_in(value: str, text: str) -> bool:
    folded = text.casefold()
    readings = (folded, unquote(folded), unquote(folded, "latin-1"))
    return any(form.casefold() in one for form in (value, quote(value, safe="")) for one in readings)


def test_no_report_shows_a_value(outside: RunRecord) -> None:
    assert outside.run.lab == CAPTURE
    for kind, text in reports(masked(outside)).items():
        shown = [value for value in VALUES if stands_in(value, text)]
        assert shown == [], kind


def test_no_report_shows_what_a_school_stated(logged_in: RunRecord) -> None:
    assert logged_in.run.judgements[0].play.person == ADA.id
    assert stands_in(STRANGER, html.render(logged_in))
    for kind, text in reports(masked(logged_in)).items():
        assert [value for value in (*VALUES, "2016-01-01") if stands_in(value, text)] == [], kind
    assert "https://idp.test" in html.render(masked(logged_in))


def test_the_same_reports_show_them_when_asked(outside: RunRecord) -> None:
    shown = reports(outside)
    assert all(stands_in("zsazsa-lofgren", shown[kind]) for kind in ("html", "json"))
    assert stands_in(str(MAIL), shown["html"])
    assert stands_in(str(NAME), shown["junit"])


def test_what_was_found_is_told_all_the_same(outside: RunRecord) -> None:
    before, after = outside.run.judgements[0], masked(outside).run.judgements[0]
    assert after.verdict is before.verdict
    assert len(after.findings) == len(before.findings) > 5
    assert {one.attribute for one in after.findings} == {one.attribute for one in before.findings}
    assert {one.person for one in after.findings} == {"person-1"}
    assert {one.recipient for one in after.findings} == {"tracker.test", "masked-7.tracker.test"}
    places = ([one.where.exchange for one in side.findings if one.where] for side in (before, after))
    assert len(set(map(tuple, places))) == 1


def test_the_report_says_that_it_masks_and_what_it_cannot_show(outside: RunRecord) -> None:
    page = html.render(masked(outside))
    assert "ett värde syns bara som sin längd" in page
    assert "What servers say to each other" in page
    assert "The school and all people are invented" not in page
    assert "in plain text" in html.render(outside)
    document = json.loads(run_json.render(masked(outside)))
    assert document["masked"] is True
    assert document["unreadable"]
    assert document["cannot_be_seen"]


def test_a_request_that_could_be_sent_again_is_not_in_it(outside: RunRecord) -> None:
    (evidence,) = masked(outside).evidence.values()
    assert all(b"skola.test" not in exchange.request.body for exchange in evidence.exchanges)
    assert evidence.releases == ()
    assert [person.attributes for person in evidence.people.values()] == [{}]
