"""run.json of certifying a vendor: schema ``testbed.run/1`` with ``cases[]`` and ``certificate``."""

from collections import Counter

from testbed.model.certificate import CaseResult, Certificate
from testbed.model.verdict import Run, RunRecord
from testbed.reports.printable import printable
from testbed.reports.run_json import document, instant, summary, written


def render(certificate: Certificate) -> str:
    """The whole document, the same for the same certificate."""
    record = certificate.data or RunRecord(_run(certificate))
    said = document(record)
    verdicts = Counter(result.verdict.value for result in certificate.results)
    said |= {
        "id": certificate.id or said["id"],
        "started": instant(certificate.started),
        "finished": instant(certificate.finished),
        "seed": certificate.seed,
        "versions": dict(certificate.versions),
        "cases": [_case(result) for result in certificate.results],
        "certificate": _certificate(certificate),
        "summary": summary(record.run)
        | {
            "cases": len(certificate.results),
            "case_verdicts": dict(sorted(verdicts.items())),
            "outcome": certificate.outcome.value,
            "exit_status": certificate.exit_status,
        },
    }
    return printable(written(said))


def _run(certificate: Certificate) -> Run:
    """Stands where no traffic was judged."""
    return Run(
        certificate.id or f"{certificate.started:%Y%m%dT%H%M%SZ}-{certificate.vendor.id}",
        certificate.started,
        certificate.finished,
        "loopback",
        certificate.seed,
        certificate.versions,
        (),
    )


def _case(result: CaseResult) -> dict[str, object]:
    case = result.case
    return {
        "id": case.id,
        "title": case.title.en,
        "title_sv": case.title.sv,
        "catalogue": case.catalogue,
        "clause": case.clause,
        "level": case.level,
        "required": result.required,
        "expect": case.expect,
        "observed": result.observed.value,
        "user": result.user,
        "verdict": result.verdict.value,
        "reason": result.reason.en,
        "reason_sv": result.reason.sv,
        "twin": result.twin,
        "harm": case.harm.en,
        "harm_sv": case.harm.sv,
        "references": list(case.references),
        "reproduce": result.reproduce,
    }


def _certificate(certificate: Certificate) -> dict[str, object]:
    calibration, unjudged = certificate.calibration, certificate.unjudged
    trouble = calibration.trouble
    return {
        "vendor": certificate.vendor.id,
        "vendor_name": certificate.vendor.name,
        "profile": {
            "id": certificate.profile.id,
            "version": certificate.profile.version,
            "title": certificate.profile.title.en,
            "title_sv": certificate.profile.title.sv,
        },
        "outcome": certificate.outcome.value,
        "why": [one.en for one in certificate.why],
        "why_sv": [one.sv for one in certificate.why],
        "digest": certificate.digest,
        "unjudged": unjudged.en if unjudged else "",
        "unjudged_sv": unjudged.sv if unjudged else "",
        "configuration": [
            {"what": one.what.en, "what_sv": one.what.sv, "mend": one.mend.en, "mend_sv": one.mend.sv}
            for one in certificate.configuration
        ],
        "calibration": {
            "slots": [
                {"place": slot.place, "says": slot.says, "prefix": slot.prefix, "suffix": slot.suffix}
                for slot in calibration.slots
            ],
            "trouble": trouble.en if trouble else "",
            "trouble_sv": trouble.sv if trouble else "",
            "notes": list(calibration.notes),
        },
    }
