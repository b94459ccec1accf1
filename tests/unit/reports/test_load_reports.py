"""What reports of a load say, and that they hold whatever stood in it."""

import json
import re
from dataclasses import replace

import loads
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from testbed.model.load import LoadRun, Outcome, Request
from testbed.model.load_result import LoadReport
from testbed.reports import load_comparison, load_html, load_junit
from testbed.reports.load_plots import HIGH, TOP, plots, ticks
from testbed.reports.load_story import advice, sentences
from testbed.reports.load_texts import count, percent, seconds
from testbed.runner.load_columns import LoadData, load_data
from testbed.runner.load_compare import compare
from testbed.runner.load_verdict import report_of

HOSTILE = "<script>alert(1)</script>\u202e\ud800\x1b[31m"
USED = loads.samples(60, generator=0.3, school=0.7, vendors=0.5)


def whole(run: LoadRun) -> tuple[LoadReport, LoadData]:
    data = load_data(run)
    return report_of(data), data


def report(run: LoadRun) -> LoadReport:
    return whole(run)[0]


def page(run: LoadRun) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(load_html.render(report(run)))


def english(run: LoadRun) -> list[str]:
    return [one.en.replace("\u00a0", " ") for one in sentences(report(run))]


def test_the_first_sentences_tell_what_happened() -> None:
    assert english(loads.run(loads.steady(), USED)) == [
        "All 1,200 pupils who came within 60 s got in.",
        "Half waited 0.07 s at most, one in a hundred more than 0.19 s; the longest wait was 0.21 s.",
        "Nobody saw what was anybody else's.",
        "Nearest to its limit was the school's identity provider: at most 70 % of one core. No part was full.",
    ]


def test_a_wrong_person_is_told_before_all_else() -> None:
    said = english(loads.run(loads.mixed_up()))
    assert said[0] == "6 saw what was somebody else's."
    assert said[1].startswith("Of 600 pupils who came within 60 s, 594 got in.")
    assert not any("Nobody saw" in one for one in said)
    assert "Do not put the service into use." in advice(report(loads.run(loads.mixed_up())))[0].en


def test_the_part_that_was_full_first_is_told_with_when() -> None:
    full = [replace(one, cpu=0.98) if one.participant == "school" and one.at_s > 12 else one for one in USED]
    run = loads.run(loads.steady(), full)
    assert english(run)[-1] == (
        "The first part to be full was the school's identity provider, after 12 s: at most 98 % of one core."
    )
    assert any("more processes than 1" in one.en for one in advice(report(run)))


def test_where_nobody_got_in_nothing_is_claimed() -> None:
    nobody = loads.run([loads.record(n, n / 10, None, Outcome.FAILED, status=0) for n in range(50)])
    assert english(nobody) == [
        "Of 50 pupils who came within 60 s, 0 got in.",
        "Whether anybody saw another's cannot be said.",
    ]
    assert english(loads.run([])) == ["Nobody had arrived."]


def test_guardians_and_exchanges_are_called_what_they_are() -> None:
    profile = loads.profile()
    parts = tuple(part.model_copy(update={"role": "guardian"}) for part in profile.mix)
    assert english(loads.run(loads.steady(), profile=loads.profile(mix=parts)))[0].startswith("All 1,200 guardians")
    pulled = [replace(one, flow="roster") for one in loads.steady()]
    assert english(loads.run(pulled))[0] == "All 1,200 exchanges that were due within 60 s were done."
    assert english(loads.run(pulled))[2] == "Nobody saw what was anybody else's."


def test_a_run_that_was_interrupted_is_told_as_one() -> None:
    run = loads.run(loads.steady(100), arrivals=900, ended="interrupted with Ctrl-C")
    assert english(run)[0] == "All 100 pupils who came before the run ended got in."


def test_where_flows_went_wrong_is_advised_upon() -> None:
    said = [one.en for one in advice(report(loads.run(loads.dead())))]
    assert said[0] == "600 flows ended with the outcome “no answer” at GET prov.test/me without an answer."


def test_memory_that_grows_is_told() -> None:
    growing = [replace(one, memory=one.memory * int(one.at_s)) for one in USED]
    said = [one.en for one in advice(report(loads.run(loads.steady(), growing)))]
    assert any("memory of the vendors' services grew by" in one for one in said)
    assert not any("grew" in one.en for one in advice(report(loads.run(loads.steady(), USED))))


@pytest.mark.parametrize(
    ("duration_s", "sv", "en"),
    [
        (0.0042, "0,004 s", "0.004 s"),
        (0.25, "0,25 s", "0.25 s"),
        (2.34, "2,3 s", "2.3 s"),
        (61.2, "61 s", "61 s"),
        (125, "2 min 5 s", "2 min 5 s"),
        (None, "–", "–"),
    ],
)
def test_durations_are_told_in_both_languages(duration_s: float | None, sv: str, en: str) -> None:
    told = seconds(duration_s)
    assert (told.sv.replace("\u00a0", " "), told.en.replace("\u00a0", " ")) == (sv, en)


def test_less_than_all_is_never_told_as_all() -> None:
    assert percent(0.99999).en == "99.9\u00a0%"
    assert percent(1.0).en == "100\u00a0%"
    assert count(17000).sv == "17\u00a0000"


def test_the_page_has_a_table_for_every_plot_and_no_id_twice() -> None:
    tree = page(loads.run(loads.dead(), USED))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    figures = tree.xpath("//figure")
    assert [one.xpath(".//h3/@id")[0] for one in figures] == [
        f"plot-{name}" for name in ("arrivals", "waiting", "latency", "errors", "cpu", "memory")
    ]
    for figure in figures:
        assert figure.xpath(".//svg/ancestor-or-self::*[@aria-hidden='true']")
        lines = figure.xpath(".//ul[@class='keys']/li")
        assert len(figure.xpath(".//thead//th")) == len(lines) + 1
        assert len(figure.xpath(".//tbody/tr")) == len(report(loads.run(loads.dead())).summary.intervals)


def test_the_numbers_of_a_plot_are_those_of_the_run() -> None:
    tree = page(loads.run(loads.stalled(), USED))
    row = tree.xpath("//figure[@aria-labelledby='plot-waiting']//tbody/tr")[14]
    cells = [cell.xpath("string(.//span[@lang='en'])") for cell in row.xpath("td")]
    assert row.xpath("string(th)") == "14"
    assert int(cells[0]) == report(loads.run(loads.stalled())).summary.intervals[14].waiting > 100


def test_who_was_shown_to_whom_stands_on_the_page_before_the_plots() -> None:
    text = load_html.render(report(loads.run(loads.mixed_up(), USED)))
    tree = lxml_html.fromstring(text)
    rows = tree.xpath("//section[@aria-labelledby='wrong']//tbody/tr")
    assert [(row.xpath("string(th)"), row.xpath("string(td[1])")) for row in rows[:2]] == [
        ("elev-0099", "elev-0100"),
        ("elev-0199", "elev-0200"),
    ]
    assert len(rows) == 6
    assert text.index('id="wrong"') < text.index('id="course"')
    assert not page(loads.run(loads.steady())).xpath("//section[@aria-labelledby='wrong']")


def test_what_others_wrote_stands_on_the_page_as_text() -> None:
    record = loads.record(0, 0, None, Outcome.STOPPED, why=HOSTILE, vendor=HOSTILE, person=HOSTILE)
    bad = replace(record, requests=(Request(HOSTILE, 0, 0.1, 500),))
    other = replace(bad, number=1, outcome=Outcome.OTHER, shown=("<b>",))
    run = loads.run([bad, other], vendors={HOSTILE: HOSTILE}, problems=(HOSTILE,), options=(HOSTILE,), ended=HOSTILE)
    for text in (load_html.render(report(run)), load_comparison.render(compare(whole(run), whole(run)))):
        assert "<script" not in text
        assert "\x1b" not in text
        assert "<b>" not in text
        text.encode()
    etree.fromstring(load_junit.render(report(run)).encode())


def test_a_run_of_nobody_has_a_page() -> None:
    tree = page(loads.run([]))
    assert "Kan inte avgöras" in tree.xpath("string(//h2[@id='outcome'])")


def test_junit_has_a_test_for_each_check_by_its_verdict() -> None:
    tree = etree.fromstring(load_junit.render(report(loads.run(loads.mixed_up(200), USED))).encode())
    cases = {case.get("name"): [child.tag for child in case] for case in tree.iter("testcase")}
    assert cases == {
        "load.no-other-person": ["failure"],
        "load.right-sessions": ["system-out"],
        "load.latency[p95]": ["system-out"],
        "load.generator-kept-up": ["system-out"],
        "load.complete": ["system-out"],
    }
    assert "was shown elev-0100" in tree.xpath("string(//failure)")
    assert (tree.get("tests"), tree.get("failures")) == ("5", "1")
    early = etree.fromstring(load_junit.render(report(loads.run([], ended="interrupted"))).encode())
    assert early.get("errors") == "5"


@given(st.floats(1e-6, 1e9), st.integers(2, 8))
def test_the_marks_of_an_axis_are_round_and_reach_the_highest(highest: float, most: int) -> None:
    marks = ticks(highest, most)
    assert marks[0] == 0
    assert marks[-1] >= highest * 0.999
    assert len(marks) <= most + 2
    assert len(marks) < 3 or marks[-2] < highest


def test_a_line_goes_through_its_values_and_is_broken_where_there_is_none() -> None:
    gap = [one for one in loads.steady(600, within_s=30) if not 10 <= one.due_s < 15]
    latency = next(one for one in plots(report(loads.run(gap)).summary) if one.id == "latency")
    half = latency.lines[0]
    assert len(half.paths) == 2
    heights = [float(point.split(",")[1]) for path in half.paths for point in path.split(" ")]
    assert all(TOP <= height <= HIGH for height in heights)
    known = [value for value in half.values if value is not None]
    assert min(heights) == heights[known.index(max(known))]


def test_the_comparison_says_what_is_worse_and_what_may_be_chance() -> None:
    told = compare(whole(loads.run(loads.steady(900, within_s=30), id="a")), whole(loads.run(loads.stalled(), id="b")))
    tree = lxml_html.fromstring(load_comparison.render(told))
    rows = tree.xpath("//section[@aria-labelledby='figures']//tbody/tr")
    judged = {row.xpath("string(th//span[@lang='en'])"): row.xpath("string(td[3]//span[@lang='en'])") for row in rows}
    assert judged["percentile 95, wait from the intended start"] == "worse"
    assert judged["share in the right session"] == "may be chance"
    assert judged["percentile 99.9, wait from the intended start"] == "cannot be told"
    assert len(tree.xpath("//figure")) == 3
    said = json.loads(load_comparison.render_json(told))
    assert (said["schema"], said["before"], said["after"]) == ("testbed.load-comparison/1", "a", "b")
    worse = next(one for one in said["differences"] if one["figure"] == "latency_p95_s")
    assert worse["may_be_chance"] is False
    assert worse["low"] <= worse["change"] <= worse["high"]


def test_a_comparison_of_runs_that_were_asked_otherwise_warns() -> None:
    told = compare(whole(loads.run(loads.steady())), whole(loads.run(loads.stalled(), seed=3)))
    text = load_comparison.render(told)
    assert "The runs were not made alike" in text
    assert re.search(r"seed: 1 against 3", text)


def test_a_better_run_is_told_as_better() -> None:
    told = compare(whole(loads.run(loads.stalled(), id="a")), whole(loads.run(loads.steady(900, within_s=30), id="b")))
    assert "Better: percentile 95, wait from the intended start, from 4.5" in load_comparison.render(told)


def test_other_programs_are_no_part_that_could_be_given_more() -> None:
    busy = loads.samples(60, school=0.4, others=0.9)
    run = loads.run(loads.steady(), [replace(one, processes=1) for one in busy])
    assert english(run)[-1].startswith("Nearest to its limit was the school's identity provider")
    assert not any("Give " in one.en for one in advice(report(run)))
    calm = loads.run(loads.steady(), loads.samples(60, school=0.2, others=0.5))
    assert english(calm)[-1].startswith("Nearest to its limit was the school's identity provider")


def test_a_comparison_tells_each_kind_of_flow_apart() -> None:
    def of(seed: int) -> tuple[LoadReport, LoadData]:
        flows = [replace(one, vendor=("prov", "bok")[one.number % 2]) for one in loads.steady(seed=seed)]
        return whole(loads.run(flows, vendors={"prov": "Prov", "bok": "Bok"}))

    tree = lxml_html.fromstring(load_comparison.render(compare(of(1), of(2))))
    rows = tree.xpath("//details/div[@aria-labelledby='kinds-caption']//tbody/tr")
    assert {row.xpath("normalize-space(td[1])") for row in rows} == {"login Bok", "login Prov"}
    assert len(rows) == 22


def test_each_step_where_flows_went_wrong_has_its_share() -> None:
    (row,) = page(loads.run(loads.dead())).xpath("//table[caption/@id='endings-caption']/tbody/tr")
    assert row.xpath("string(th)") == loads.ME
    assert row.xpath("string(td[3]/span[@lang='en'])") == "600"
    assert (row.xpath(".//rect/@width"), row.xpath("string(td[4]/span[@lang='en'])")) == (["66.7"], "66.7\u00a0%")
