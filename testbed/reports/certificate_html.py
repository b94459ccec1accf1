"""report.html of certifying a vendor: one page for those who decide, and behind it all that it rests on."""

from testbed.model.certificate import Certificate
from testbed.model.verdict import Verdict
from testbed.reports.certificate_about import about
from testbed.reports.certificate_view import (
    ACCUSING,
    UNDECIDED,
    counts,
    data_view,
    harms,
    reasons,
    subject_rows,
    told_whole,
)
from testbed.reports.page import CERTIFICATE_STYLES, page


def render(certificate: Certificate) -> str:
    """The whole page; messages of what went wrong alone, for cases.jsonl has them all."""
    results = certificate.results
    return page(
        "certificate.html",
        CERTIFICATE_STYLES,
        certificate=certificate,
        about=about(certificate.vendor),
        run_id=certificate.id or certificate.vendor.id,
        counts=counts(results),
        harms=harms(certificate),
        subjects=subject_rows(results),
        accused={verdict: told_whole(certificate, verdict) for verdict in ACCUSING},
        undecided=tuple(why for verdict in UNDECIDED for why in reasons(certificate.with_verdict(verdict))),
        skipped=reasons(certificate.with_verdict(Verdict.SKIPPED)),
        passed=certificate.with_verdict(Verdict.PASS),
        data=data_view(certificate.data),
        shown=frozenset(),
        unplayed=False,
    )
