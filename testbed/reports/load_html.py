"""report-load.html: a load run on one page, first for those who decide, and behind it all that it rests on."""

from testbed.model.load_result import PERCENTILES, LoadReport
from testbed.reports import load_texts
from testbed.reports.load_plots import number, plots
from testbed.reports.load_story import advice, sentences
from testbed.reports.page import LOAD_STYLES, page

MOST_WRONG = 200
"""On the page; load.json and flows.csv have them all."""
TEXTS = {
    "OUTCOME_NAMES": load_texts.OUTCOMES,
    "VERDICT_TEXTS": load_texts.VERDICT_TEXTS,
    "PERCENTILES": PERCENTILES,
    "seconds": load_texts.seconds,
    "count": load_texts.count,
    "percent": load_texts.percent,
    "decimal": load_texts.decimal,
    "mebibytes": load_texts.mebibytes,
    "participant": load_texts.participant,
    "number": number,
}


def render(report: LoadReport) -> str:
    """The whole page."""
    wrong = report.summary.wrong_persons
    return page(
        "load.html",
        LOAD_STYLES,
        about=report.about,
        summary=report.summary,
        whole=report.summary.whole,
        verdict=report.verdict,
        sentences=sentences(report),
        advice=advice(report),
        plots=plots(report.summary),
        wrong=wrong[:MOST_WRONG],
        wrong_left_out=report.summary.wrong_persons_left_out + max(0, len(wrong) - MOST_WRONG),
        **TEXTS,
    )
