"""What a reader wants to see first: per play what was expected and what came, which data was agreed, got, passed on."""

from dataclasses import dataclass

from testbed.model.coverage import agreed_about
from testbed.model.privacy import PLAIN, Disclosure
from testbed.model.verdict import Evidence, Judgement, RunRecord
from testbed.model.wire import BROWSER
from testbed.model.written import Agreement, Person
from testbed.privacy.agreed import Party, came_from_school, party_of


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One line of the table that a run ends in."""

    play: str
    scenario: str
    vendor: str
    vendor_name: str
    expected: str
    got: str
    as_expected: bool
    agreed: tuple[str, ...]
    """Attributes that the agreement covers for the one who played."""
    received: tuple[str, ...]
    """Attributes that the vendor got from the school."""
    passed_on: tuple[str, ...]
    """``attribute → host`` for each host beyond the vendor; a form that is not plain stands behind the attribute."""


def vendor_rows(record: RunRecord) -> tuple[VendorRow, ...]:
    """One row a play, in the order of playing."""
    return tuple(_row(judgement, record.evidence.get(judgement.play.id)) for judgement in record.run.judgements)


def _row(judgement: Judgement, evidence: Evidence | None) -> VendorRow:
    play = judgement.play
    agreement = evidence.agreement if evidence else None
    return VendorRow(
        play=play.id,
        scenario=play.scenario.id,
        vendor=play.vendor.id,
        vendor_name=play.vendor.name,
        expected=judgement.expected.value,
        got=judgement.verdict.value,
        as_expected=judgement.expectation.met,
        agreed=_agreed(agreement, evidence.person) if agreement and evidence else (),
        received=received(evidence) if evidence else (),
        passed_on=tuple(dict.fromkeys(map(_told, passed_on(evidence)))) if evidence else (),
    )


def _agreed(agreement: Agreement, person: Person | None) -> tuple[str, ...]:
    """About the one who played; about anybody, where that is not known."""
    if person is None:
        return tuple(sorted(frozenset[str]().union(*(clause.agreed for clause in agreement.data))))
    return tuple(sorted(agreed_about(person, agreement)))


def _told(told: Disclosure) -> str:
    form = "" if told.form == PLAIN else f" ({told.form})"
    return f"{told.attribute}{form} → {told.recipient}"


def received(evidence: Evidence) -> tuple[str, ...]:
    """The attributes that came to the vendor from the school, by name."""
    return tuple(
        sorted({told.attribute for told in evidence.disclosures if came_from_school(told, evidence.agreement)})
    )


def passed_on(evidence: Evidence) -> tuple[Disclosure, ...]:
    """What went on to others than the vendor and the school."""
    vendor = evidence.play.vendor
    own = set(vendor.simulated.hosts if vendor.simulated else ()) | {BROWSER}
    agreement = evidence.agreement
    return tuple(
        told
        for told in evidence.disclosures
        if not came_from_school(told, agreement)
        and told.recipient not in own
        and (agreement is None or party_of(told.recipient, agreement) in (Party.RECIPIENT, Party.STRANGER))
    )
