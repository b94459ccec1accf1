"""A load run beside an earlier one, as a page and as JSON."""

import json

from testbed.model.load_comparison import Difference, LoadComparison
from testbed.model.written import Bilingual
from testbed.reports import load_texts
from testbed.reports.certificate_texts import both
from testbed.reports.load_html import TEXTS
from testbed.reports.load_plots import compared
from testbed.reports.load_story import sentences
from testbed.reports.page import LOAD_STYLES, page
from testbed.reports.printable import printable

SCHEMA = "testbed.load-comparison/1"
SHARE = "right_share"


def render(comparison: LoadComparison) -> str:
    """The whole page."""
    after = comparison.after
    rows = [(one, figure_of(one), *_told(one), judged(one)) for one in comparison.differences]
    names = after.about.vendors | comparison.before.about.vendors
    return page(
        "load_comparison.html",
        LOAD_STYLES,
        comparison=comparison,
        sides=[
            (both("Före", "Before"), comparison.before, sentences(comparison.before)),
            (both("Efter", "After"), after, sentences(after)),
        ],
        changes=[row for row in rows if not row[0].flow],
        by_kind=[row for row in rows if row[0].flow],
        said=_said(comparison),
        vendors=names,
        plots=compared(comparison),
        **TEXTS,
    )


def render_json(comparison: LoadComparison) -> str:
    """The differences, for programs."""
    said = {
        "schema": SCHEMA,
        "before": comparison.before.about.id,
        "after": comparison.after.about.id,
        "unlike": [one.en for one in comparison.unlike],
        "differences": [
            {
                "flow": one.flow,
                "vendor": one.vendor,
                "figure": one.figure,
                "before": one.before,
                "after": one.after,
                "change": one.change,
                "low": one.low,
                "high": one.high,
                "may_be_chance": one.may_be_chance,
            }
            for one in comparison.differences
        ],
    }
    return printable(json.dumps(said, ensure_ascii=False, indent=1)) + "\n"


def figure_of(difference: Difference) -> Bilingual:
    """What the figure is called."""
    return load_texts.figure(difference.figure)


def judged(difference: Difference) -> tuple[str, Bilingual]:
    """How a difference is to be taken: the style of it, and the words."""
    chance, change = difference.may_be_chance, difference.change
    if chance is None or change is None:
        return "warn", both("kan inte avgöras", "cannot be told")
    if chance:
        return "", both("kan vara slump", "may be chance")
    worse = change < 0 if difference.figure == SHARE else change > 0
    return ("bad", both("sämre", "worse")) if worse else ("good", both("bättre", "better"))


def _told(one: Difference) -> tuple[Bilingual, Bilingual, Bilingual, Bilingual]:
    """Before, after, the change, and between what it lies."""
    if one.low is None or one.high is None:
        between = both("–", "–")
    else:
        low, high = _signed(one.low, one.figure), _signed(one.high, one.figure)
        between = both(f"{low.sv} till {high.sv}", f"{low.en} to {high.en}")
    change = both("–", "–") if one.change is None else _signed(one.change, one.figure)
    return _value(one.before, one.figure), _value(one.after, one.figure), change, between


def _value(value: float | None, figure: str) -> Bilingual:
    if figure != SHARE or value is None:
        return load_texts.seconds(value)
    return load_texts.percent(value)


def _signed(value: float, figure: str) -> Bilingual:
    size = load_texts.points(abs(value)) if figure == SHARE else load_texts.seconds(abs(value))
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return both(f"{sign}{size.sv}", f"{sign}{size.en}")


def _said(comparison: LoadComparison) -> tuple[Bilingual, ...]:
    """Of all flows together, what has changed for certain; or that nothing has."""
    whole = [one for one in comparison.differences if not one.flow and not one.figure.startswith("service")]
    sure = [one for one in whole if one.may_be_chance is False]
    if not sure:
        return (
            both("Ingen skillnad är större än vad slumpen kan göra.", "No difference is larger than chance may make."),
        )
    lines = []
    for one in sure:
        before, after, _, _ = _told(one)
        words, how = figure_of(one), judged(one)[1]
        lines.append(
            both(
                f"{how.sv.capitalize()}: {words.sv}, från {before.sv} till {after.sv}.",
                f"{how.en.capitalize()}: {words.en}, from {before.en} to {after.en}.",
            )
        )
    return tuple(lines)
