"""Many vendors beside each other, for an authority: one page, and the same as CSV and JSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from testbed.model.certificate import CaseResult, Certificate
from testbed.model.verdict import Verdict
from testbed.model.written import Bilingual
from testbed.reports.certificate_texts import OUTCOMES
from testbed.reports.certificate_view import Harm, counts, data_view, harms, subject_rows
from testbed.reports.gravity import WORST_FIRST
from testbed.reports.page import CERTIFICATE_STYLES, page
from testbed.reports.printable import printable
from testbed.reports.run_json import instant

SCHEMA = "testbed.comparison/1"
COLUMNS = (
    "vendor", "name", "protocol", "outcome", "profile", "version", "finished", "catalogue", "subject", "subject_sv",
    "tests", *(verdict.value.lower() for verdict in WORST_FIRST), "configuration_errors", "digest",
)  # fmt: skip
"""A line is one subject at one vendor; a vendor where no test could be made has one line without a subject."""
type _Key = tuple[str, str]
_QUIET = frozenset({Verdict.PASS, Verdict.SKIPPED})


@dataclass(frozen=True, slots=True)
class Line:
    """One vendor: how it fared, and where its own report is ("" where that is not known)."""

    certificate: Certificate
    counts: Mapping[Verdict, int]
    harms: tuple[Harm, ...]
    data: Verdict | None
    """Of the honest logins; None where no traffic was judged."""
    link: str


@dataclass(frozen=True, slots=True)
class Column:
    """One subject in which at least one vendor is not without fault."""

    catalogue: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Matrix:
    """Vendors of one protocol by subject."""

    protocol: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, tuple[Mapping[Verdict, int], ...]], ...]
    quiet: tuple[Bilingual, ...]
    """Subjects in which nothing is to be said of any vendor."""


def render(certificates: Sequence[Certificate], links: Mapping[str, str] | None = None) -> str:
    """comparison.html.

    Args:
        certificates: in any order; the page has those that are not compliant first.
        links: by id of the run, where the vendor's own report is, as seen from this page.
    """
    lines = _lines(certificates, links or {})
    protocols = sorted({line.certificate.vendor.protocol for line in lines}, reverse=True)
    matrices = [_matrix(name, [one for one in lines if one.certificate.vendor.protocol == name]) for name in protocols]
    outcomes = {one: sum(line.certificate.outcome is one for line in lines) for one in OUTCOMES}
    profiles = sorted({f"{one.profile.id} {one.profile.version}" for one in certificates})
    return page(
        "comparison.html",
        CERTIFICATE_STYLES,
        lines=lines,
        matrices=matrices,
        outcomes=outcomes,
        profiles=profiles,
        SKIPPED=Verdict.SKIPPED,
    )


def render_csv(certificates: Sequence[Certificate]) -> str:
    """comparison.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in _lines(certificates, {}):
        one = line.certificate
        before = (
            one.vendor.id, one.vendor.name, one.vendor.protocol, one.outcome.value, one.profile.id, one.profile.version,
            instant(one.finished),
        )  # fmt: skip
        behind = (len(one.configuration), one.digest)
        for row in subject_rows(one.results):
            told = (row.catalogue, row.title.en, row.title.sv, len(row.results), *_numbers(row.counts))
            writer.writerow(map(_cell, (*before, *told, *behind)))
        if not one.results:
            writer.writerow(map(_cell, (*before, "", "", "", 0, *_numbers({}), *behind)))
    return printable(out.getvalue())


def render_json(certificates: Sequence[Certificate]) -> str:
    """comparison.json."""
    said = {"schema": SCHEMA, "vendors": [_written(line) for line in _lines(certificates, {})]}
    return printable(json.dumps(said, ensure_ascii=False, indent=1)) + "\n"


def ordered(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Those that are not compliant first, and of these those that failed most."""
    return tuple(line.certificate for line in _lines(certificates, {}))


def _lines(certificates: Sequence[Certificate], links: Mapping[str, str]) -> list[Line]:
    order = list(OUTCOMES)

    def gravity(line: Line) -> tuple[int, int, int, str]:
        one = line.certificate
        failed, undecided = line.counts.get(Verdict.FAIL, 0), line.counts.get(Verdict.NOT_VERIFIED, 0)
        return (order.index(one.outcome), -failed, -undecided, one.vendor.name.casefold())

    return sorted((_line(one, links.get(one.id, "")) for one in certificates), key=gravity)


def _line(certificate: Certificate, link: str) -> Line:
    data = data_view(certificate.data)
    return Line(
        certificate, counts(certificate.results), harms(certificate), data.verdict if data else None, quote(link)
    )


def _matrix(protocol: str, lines: Sequence[Line]) -> Matrix:
    titles: dict[_Key, Bilingual] = {}
    of_vendor: list[dict[_Key, tuple[CaseResult, ...]]] = []
    for line in lines:
        rows = {(row.catalogue, row.title.en): row for row in subject_rows(line.certificate.results)}
        titles |= {key: row.title for key, row in rows.items()}
        of_vendor.append({key: row.results for key, row in rows.items()})
    keys = sorted(titles)
    told = [key for key in keys if any({one.verdict for one in own.get(key, ())} - _QUIET for own in of_vendor)]
    return Matrix(
        protocol,
        tuple(Column(key[0], titles[key]) for key in told),
        tuple(
            (line, tuple(counts(own.get(key, ())) for key in told)) for line, own in zip(lines, of_vendor, strict=True)
        ),
        tuple(titles[key] for key in keys if key not in told),
    )


def _written(line: Line) -> dict[str, object]:
    one = line.certificate
    return {
        "vendor": one.vendor.id,
        "name": one.vendor.name,
        "protocol": one.vendor.protocol,
        "run": one.id,
        "outcome": one.outcome.value,
        "why": [why.en for why in one.why],
        "why_sv": [why.sv for why in one.why],
        "profile": {"id": one.profile.id, "version": one.profile.version},
        "started": instant(one.started),
        "finished": instant(one.finished),
        "digest": one.digest,
        "configuration_errors": len(one.configuration),
        "tests": len(one.results),
        "verdicts": {verdict.value: number for verdict, number in line.counts.items()},
        "data": line.data.value if line.data else "",
        "harms": [{"en": harm.text.en, "sv": harm.text.sv, "tests": len(harm.results)} for harm in line.harms],
        "subjects": [
            {
                "catalogue": row.catalogue,
                "title": row.title.en,
                "title_sv": row.title.sv,
                "verdicts": {verdict.value: number for verdict, number in row.counts.items()},
            }
            for row in subject_rows(one.results)
        ],
    }


def _numbers(of: Mapping[Verdict, int]) -> list[int]:
    return [of.get(verdict, 0) for verdict in WORST_FIRST]


def _cell(value: object) -> object:
    """Spreadsheets take what begins so for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
