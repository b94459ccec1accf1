"""Many vendors beside each other: sorted, counted, and linked to their own reports."""

import csv
import io
import json
from dataclasses import replace

from certificates import HOSTILE, certificate, many, misconfigured, vendor
from lxml import html as lxml_html

from testbed.model.certificate import Certificate, Outcome
from testbed.model.verdict import RunRecord, Verdict
from testbed.reports import comparison

PASSED = many(bad={Verdict.SKIPPED: 8}, vendor=vendor(id="maths", name="Matematik"), outcome=Outcome.COMPLIANT, id="m")
THREE: tuple[Certificate, ...] = (
    PASSED,
    replace(misconfigured(), vendor=vendor(id="words", name="=Glosor"), id="w"),
    replace(certificate(), id="r"),
)


def test_those_that_are_not_compliant_come_first() -> None:
    assert [one.vendor.id for one in comparison.ordered(THREE)] == ["reading", "words", "maths"]


def test_the_page_has_a_row_a_vendor_and_a_column_for_each_subject_with_a_fault() -> None:
    page = lxml_html.fromstring(comparison.render(THREE, {"r": "r/report.html"}))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    names = page.xpath("//table[@class='vendors']/tbody/tr/th")
    assert [name.text_content() for name in names] == ["Läsappen", "=Glosor", "Matematik"]
    assert page.xpath("//table[@class='vendors']//a/@href") == ["r/report.html"]
    heads = page.xpath("//table[@class='matrix']/thead//th[@class='tall']//span[@lang='en']/text()")
    assert "The assertion was made for another service" in heads
    assert "Logging out" not in heads
    (quiet,) = page.xpath("//section[@aria-labelledby='matrix-saml']//details")
    assert "Logging out" in quiet.text_content()
    (cell, *_) = page.xpath("//table[@class='matrix']/tbody/tr[1]/td[@class='bad']")
    assert " ".join(cell.text_content().split()) == "2 klarades intefailed"


def test_the_page_shows_a_hostile_name_as_text_and_an_address_as_one() -> None:
    one = replace(certificate(), vendor=vendor(name=HOSTILE), id="r")
    page = comparison.render((one,), {"r": '"><script>/report.html'})
    assert "<script" not in page
    assert lxml_html.fromstring(page).xpath("//table[@class='vendors']//a/@href") == ["%22%3E%3Cscript%3E/report.html"]


def test_nobody_to_compare_is_a_page_too() -> None:
    assert "Sammanfattning" in comparison.render(())


def test_csv_has_a_line_for_each_subject_of_each_vendor_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(comparison.render_csv(THREE))))
    (audience,) = (row for row in rows if row["vendor"] == "reading" and row["catalogue"] == "S38")
    assert (audience["outcome"], audience["tests"], audience["fail"], audience["pass"]) == (
        "not compliant",
        "3",
        "2",
        "1",
    )
    (words,) = (row for row in rows if row["vendor"] == "words")
    assert (words["name"], words["subject"], words["configuration_errors"]) == ("'=Glosor", "", "1")


def test_json_has_counts_harms_and_outcome(as_expected: RunRecord) -> None:
    said = json.loads(comparison.render_json((replace(certificate(), data=as_expected), *THREE[:2])))
    assert said["schema"] == "testbed.comparison/1"
    reading, words, maths = said["vendors"]
    assert reading["verdicts"]["FAIL"] == 2
    assert reading["harms"][0]["tests"] == 3
    assert reading["data"] == "FAIL"
    assert (words["configuration_errors"], words["data"]) == (1, "")
    assert sum(sum(one["verdicts"].values()) for one in maths["subjects"]) == maths["tests"] == 250
