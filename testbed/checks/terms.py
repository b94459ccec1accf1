"""What the school had agreed with the vendor while a play went on, by the orders that changed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from testbed.model.orders import EndAgreement, SetAgreement
from testbed.model.verdict import Evidence


@dataclass(frozen=True, slots=True)
class _Term:
    """What holds since an order."""

    since: datetime
    until: date
    """The last day of the agreement."""
    retention: timedelta


def is_over(evidence: Evidence, at: datetime) -> bool:
    """Whether the agreement of the play was no longer in force at this moment, because the school was ordered so."""
    terms = [one for one in _terms(evidence) if one.since <= at]
    return bool(terms) and at.date() > terms[-1].until


def over_for_good(evidence: Evidence, by: datetime | None) -> datetime | None:
    """Since when nothing may be kept any more: the agreement has ended, and its days of retention have passed.

    Args:
        evidence: of the play.
        by: the moment to look at; None: whether it ever came to be so.

    Returns:
        when the school was ordered so; None where it was not.
    """
    terms = [one for one in _terms(evidence) if by is None or one.since <= by]
    over = [one.since for one in (terms if by is None else terms[-1:]) if one.since.date() > one.until + one.retention]
    return over[-1] if over else None


def _terms(evidence: Evidence) -> Iterator[_Term]:
    kept = evidence.agreement.retention_days if evidence.agreement else None
    for ordered in evidence.play.orders:
        match ordered.order:
            case SetAgreement(party=evidence.play.vendor.party, agreement=agreement):
                retention = timedelta(days=agreement.retention_days or 0)
                yield _Term(ordered.at, agreement.valid.until, retention)
            case EndAgreement(party=evidence.play.vendor.party):
                yield _Term(ordered.at, ordered.at.date() - timedelta(days=1), timedelta(days=kept or 0))
