"""The four reports of one run: what they say, what they hide, and how much they hold."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markupsafe import escape

from testbed.checks.core import describe
from testbed.model.messages import RequestedAttribute, SamlMetadata
from testbed.model.privacy import Channel, Unreadable
from testbed.model.release import REASONS, Reason
from testbed.model.verdict import Expectation, Result, Run, RunRecord, Severity, Verdict
from testbed.model.wire import Exchange, Pointer, Request
from testbed.model.written import Limits, Recipient
from testbed.reports import html, junit, redact, run_json, table
from testbed.reports.matrix import Reached, Way
from testbed.reports.rows import vendor_rows
from testbed.reports.sequence import LANE_WIDTH, MAX_LANES, MAX_ROWS, picture
from testbed.reports.texts import observed_sv
from testbed.reports.view import MAX_DETAILED, detailed, vendor_views

EVERY_RENDERER = [html.render, junit.render, run_json.render, table.render]


def test_the_page_holds_no_element_that_a_participant_wrote(surprising: RunRecord) -> None:
    page = html.render(surprising)
    assert "<script" not in page
    assert not lxml_html.fromstring(page).xpath("//script | //@onclick | //@style | //img | //link | //iframe")
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("render", EVERY_RENDERER)
def test_no_secret_is_shown(
    as_expected: RunRecord, secrets: tuple[str, ...], render: Callable[[RunRecord], str]
) -> None:
    text = render(as_expected)
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("render", EVERY_RENDERER)
def test_a_run_without_plays_can_be_told(render: Callable[[RunRecord], str]) -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    assert render(RunRecord(Run("x", now, now, "loopback", 1, {}, (), ("nothing came up",))))


def test_the_page_names_who_got_what(as_expected: RunRecord) -> None:
    page = html.render(as_expected)
    for said in ("tracker.test", "GDPR Article 28(2)", "testbed run login", "e-postadress", "retention_days"):
        assert said in page
    assert 'href="#x-login-2"' in page
    assert 'id="x-login-2"' in page


def test_ids_are_unique_and_every_link_leads_somewhere(many: RunRecord) -> None:
    tree = lxml_html.fromstring(html.render(many))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {link[1:] for link in tree.xpath("//a/@href")} | {
        name for names in tree.xpath("//@aria-labelledby") for name in names.split()
    }
    assert targets <= set(ids)


def test_of_many_plays_some_are_shown_whole_and_surprises_first(many: RunRecord) -> None:
    tree = lxml_html.fromstring(html.render(many))
    shown = tree.xpath("//article[starts-with(@id, 'play-')]/@id")
    assert len(shown) == MAX_DETAILED
    assert "play-login.90" in shown
    (group,) = vendor_views(many)[0].groups
    assert group.count == 100


def test_every_vendor_is_shown_by_a_play_with_findings_before_any_is_shown_twice(many: RunRecord) -> None:
    judgements = [replace(one, expectation=Expectation(True)) for one in many.run.judgements]
    other = judgements[98].play.vendor.model_copy(update={"id": "other"})
    judgements[98:] = [replace(one, play=replace(one.play, vendor=other)) for one in judgements[98:]]
    judgements[98] = replace(judgements[98], results=())
    assert {"login.1", "login.100"} <= set(detailed(judgements))
    assert "login.99" not in detailed(judgements)


def test_the_row_tells_what_was_agreed_received_and_passed_on(as_expected: RunRecord) -> None:
    (row,) = vendor_rows(as_expected)
    assert (row.agreed, row.received, row.passed_on) == (("mail",), ("mail",), ("mail → tracker.test",))


def changed(record: RunRecord, **changes: Any) -> RunRecord:
    """The run with other evidence of its one play."""
    return replace(record, evidence={name: replace(one, **changes) for name, one in record.evidence.items()})


def test_the_table_tells_what_was_agreed_requested_and_observed_and_in_which_form(as_expected: RunRecord) -> None:
    (evidence,) = as_expected.evidence.values()
    by_login, onward = evidence.disclosures
    told = (
        by_login,
        replace(by_login, form="base64"),
        onward,
        replace(onward, form="sha256", channel=Channel.URL),
        replace(onward, recipient="cdn.test", attribute="sisSchoolGrade"),
    )
    (agreement,) = as_expected.agreements.values()
    clause = agreement.data[0].model_copy(update={"optional": ("sn",), "limits": Limits(grades=(4,))})
    wider = agreement.data[0].model_copy(update={"required": (), "optional": ("sn",)})
    cdn = Recipient(name="CDN", hosts=("cdn.test",))
    agreement = agreement.model_copy(update={"data": (clause, wider), "recipients": (cdn,)})
    record = changed(as_expected, disclosures=told, agreement=agreement)
    (view,) = vendor_views(replace(record, agreements={agreement.id: agreement}))
    rows = {row.attribute: row for row in view.matrix}
    assert list(rows) == ["sn", "mail", "sisSchoolGrade"]
    assert [(row.agreed, row.limited, row.received) for row in rows.values()] == [
        ("optional", False, 0),
        ("required", True, 1),
        ("", False, 0),
    ]
    assert rows["mail"].ways == (Way("saml", "plain"), Way("saml", "base64"))
    assert rows["mail"].passed_on == (
        Reached("tracker.test", named=False, ways=(Way("body", "plain"), Way("url", "sha256"))),
    )
    assert rows["sisSchoolGrade"].passed_on == (Reached("cdn.test", named=True, ways=(Way("body", "plain"),)),)
    page = lxml_html.fromstring(html.render(replace(record, agreements={agreement.id: agreement})))
    (mail,) = page.xpath("//table[caption[starts-with(@id, 'matrix-')]]/tbody/tr[th/code = 'mail']")
    said = " ".join(mail.text_content().split())
    for words in ("för vissa skolor", "saml, saml (somas base64)", "tracker.test (står inte i avtalet", "sha256"):
        assert words in said
    (row,) = vendor_rows(record)
    assert row.passed_on == ("mail → tracker.test", "mail (sha256) → tracker.test", "sisSchoolGrade → cdn.test")
    assert row.agreed == ("sn",)


def test_what_values_tell_together_is_one_matter_and_a_warning(as_expected: RunRecord) -> None:
    (judgement,) = as_expected.run.judgements
    (finding,) = judgement.findings
    told = replace(finding, check="data.no-identifying-combination", severity=Severity.SHOULD)
    both = (told, replace(told, attribute="sisSchoolGrade"))
    results = (*judgement.results, Result(told.check, Verdict.WARNING, Severity.SHOULD, findings=both))
    run = replace(as_expected.run, judgements=(replace(judgement, results=results),))
    (evidence,) = as_expected.evidence.values()
    grade = replace(evidence.disclosures[1], attribute="sisSchoolGrade")
    record = replace(changed(as_expected, disclosures=(*evidence.disclosures, grade)), run=run)
    (view,) = vendor_views(record)
    assert [(group.count, group.attributes) for group in view.groups] == [(1, ()), (2, ("mail", "sisSchoolGrade"))]
    rows = {row.attribute: (row.unlawful, row.advised) for row in view.matrix}
    assert rows == {"mail": (True, True), "sisSchoolGrade": (False, True)}
    page = lxml_html.fromstring(html.render(record))
    (advice,) = page.xpath("//article[@class='finding advice']")
    assert "årskurs" in advice.text_content()
    assert page.xpath("//td[@class='warn' and contains(., 'varning')]")


def test_what_another_vendor_asks_for_is_not_this_one_s_request(as_expected: RunRecord) -> None:
    wanted = (RequestedAttribute("urn:oid:2.5.4.4", True),)
    where = Pointer(1, "response.body")
    own = SamlMetadata(where, "https://app.test/saml/metadata", False, True, (), (), (), (), None, (), "")
    other = replace(own, entity_id="https://other.test/saml/metadata", requested=wanted)
    for messages, asked in (((own, other), ()), ((replace(own, requested=wanted), other), ("metadata",))):
        (view,) = vendor_views(changed(as_expected, messages=messages))
        assert {row.attribute: row.requested for row in view.matrix}.get("sn", ()) == asked


def test_what_nobody_could_read_is_told_once(as_expected: RunRecord) -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    one = Unreadable("app.test", "tracker.test", Channel.BODY, Pointer(2, "request.body"), "an encrypted JWT <b>", now)
    record = changed(as_expected, unreadable=(one, replace(one, where=Pointer(3, "x")), replace(one, why="cut")))
    (view,) = vendor_views(record)
    assert view.unreadable == ((one, "login"), (replace(one, why="cut"), "login"))
    page = html.render(record)
    assert "Gick inte att läsa" in page
    assert "an encrypted JWT &lt;b&gt;" in page
    assert "Gick inte att läsa" not in html.render(as_expected)


def test_the_page_says_which_check_holds_which_field_and_what_no_traffic_shows(as_expected: RunRecord) -> None:
    page = lxml_html.fromstring(html.render(as_expected))
    held = {
        item.findtext("code"): item.text_content()
        for item in page.xpath("//h3[span='Prövas mot trafiken']/following::ul[1]/li")
    }
    assert "data.rows-within-agreement" in held["data.subjects"]
    unseen = page.xpath("//h3[span='Kan inte ses i trafiken']/following::ul[1]/li/code/text()")
    assert "security.tls" in unseen
    assert not held.keys() & set(unseen)


@pytest.mark.parametrize("check", sorted(info.id for info in describe() if info.id.startswith("data.")))
def test_what_a_data_check_observed_is_told_in_swedish_too(check: str, as_expected: RunRecord) -> None:
    (finding,) = (finding for judgement in as_expected.run.judgements for finding in judgement.findings)
    of_many = check == "data.persons-are-used"
    said = observed_sv(replace(finding, check=check, form="sha256", attribute="" if of_many else finding.attribute))
    assert said
    assert "e-postadress (mail, som sha256)" in said or of_many or check == "data.identifier-not-correlatable"
    assert said.endswith(".")
    assert "{" not in said


def test_what_has_no_attribute_or_no_form_is_told_in_swedish(as_expected: RunRecord) -> None:
    (finding,) = (finding for judgement in as_expected.run.judgements for finding in judgement.findings)
    plain = replace(finding, check="data.not-in-url")
    assert "e-postadress (mail) står" in observed_sv(plain)
    assert "inloggningens identifierare (sub)" in observed_sv(replace(plain, attribute="sub", form=""))
    closed = replace(finding, check="data.encrypted-in-transit", attribute="", recipient="app.test")
    assert observed_sv(closed).startswith("Intyget gick att läsa")
    assert observed_sv(replace(finding, check="session.is-the-persons")) == ""
    assert observed_sv(replace(plain, attribute="")) == ""


def test_run_json_keeps_its_contract(surprising: RunRecord) -> None:
    document = json.loads(run_json.render(surprising))
    assert document["schema"] == "testbed.run/1"
    (scenario,) = document["scenarios"]
    (finding,) = scenario["results"][0]["findings"]
    assert (finding["attribute"], finding["recipient"], finding["where"]["exchange"]) == ("mail", "tracker.test", 2)
    assert document["summary"]["exit_status"] == 2


def test_the_page_says_why_each_attribute_was_released_or_withheld(as_expected: RunRecord) -> None:
    page = html.render(as_expected)
    for reason in (Reason.AGREED_REQUIRED, Reason.NOT_AGREED, Reason.NO_SUBJECT):
        assert REASONS[reason].sv in page
        assert escape(REASONS[reason].en) in page
    tree = lxml_html.fromstring(page)
    rows = tree.xpath("//table[caption[@id='r-login-1']]/tbody/tr")
    assert ["".join(row.xpath("./td[1]/span[@lang='sv']/text()")) for row in rows] == ["ja", "nej"]


def test_run_json_holds_the_schools_account(as_expected: RunRecord) -> None:
    (scenario,) = json.loads(run_json.render(as_expected))["scenarios"]
    first, second = scenario["releases"]
    assert first["decisions"][1] == {"attribute": "sn", "released": False, "reason": "not-agreed"}
    assert (first["policy"], first["refused"], second["refused"]) == ("agreement", "", "no-subject")
    assert as_expected.releases["login"][0].released == {"mail"}


def test_junit_is_green_for_an_expected_finding_and_red_for_a_surprise(
    as_expected: RunRecord, surprising: RunRecord
) -> None:
    green = etree.fromstring(junit.render(as_expected).encode())
    assert (green.get("failures"), green.get("errors"), green.get("skipped")) == ("0", "0", "1")
    red = etree.fromstring(junit.render(surprising).encode())
    assert int(red.get("failures")) >= 1
    assert red.get("errors") == "1"


def test_the_table_has_a_line_a_play(many: RunRecord) -> None:
    rows = list(csv.DictReader(io.StringIO(table.render(many))))
    assert len(rows) == 100
    assert rows[0]["passed_on_to"] == "tracker.test"
    assert [row["play"] for row in rows if row["as_expected"] == "no"] == ["login.90"]


@given(st.text())
def test_masking_takes_any_text(text: str) -> None:
    assert len(redact.text(text)) <= redact.MAX_TEXT + 100
    redact.xml(text)
    redact.path_of(text)


@pytest.mark.parametrize(
    "text",
    ["https://a.test/?access_token=HEMLIG", '{"client_secret": "HEMLIG"}', "Bearer eyJhbGciOiJub25lIn0.HEMLIG.HEMLIG"],
)
def test_what_lets_a_reader_act_as_another_is_masked(text: str) -> None:
    assert "HEMLIG" not in redact.text(text)


def test_a_long_sequence_is_cut_and_says_so() -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    long = [
        Exchange(n, "p", "a.test", "b.test", Request("GET", "https://b.test/"), None, now, 1.0)
        for n in range(1, MAX_ROWS + 11)
    ]
    drawn = picture(long, {3}, {4})
    assert (len(drawn.arrows), drawn.left_out) == (MAX_ROWS, 10)
    assert [arrow.kind for arrow in drawn.arrows[2:5]] == ["finding", "data", "plain"]


def test_a_picture_of_many_hosts_keeps_what_tells_most_in_lanes_of_its_own() -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)

    def sent(number: int, receiver: str) -> Exchange:
        return Exchange(number, "p", "a.test", receiver, Request("GET", f"https://{receiver}/"), None, now, 1.0)

    many = [*(sent(n, f"host-{n}.test") for n in range(1, 31)), sent(31, "told.test"), sent(32, "busy.test")]
    drawn = picture([*many, *(sent(n, "busy.test") for n in range(33, 36))], {31}, {})
    heads = [lane.host for lane in drawn.lanes]
    assert len(heads) == MAX_LANES
    assert {"a.test", "told.test", "busy.test"} <= set(heads)
    assert heads[-1].endswith(f".test + {33 - MAX_LANES}")
    assert {arrow.x2 for arrow in drawn.arrows} <= {lane.x for lane in drawn.lanes}
    assert drawn.width == max(lane.x for lane in drawn.lanes) + LANE_WIDTH // 2
