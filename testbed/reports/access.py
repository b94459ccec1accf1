"""Equal access: which kinds of person log in to which vendors, and for whom it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from testbed.model.verdict import Judgement, Verdict
from testbed.model.written import Bilingual, PersonKind, Vendor

type State = Literal["failed", "undecided", "with-findings", "refused", "in"]
LOGIN = "session.login-opens-a-session"
REFUSAL = "session.login-refused-as-expected"


@dataclass(frozen=True, slots=True)
class StateText:
    """How a state is told: never by colour alone."""

    mark: str
    words: Bilingual
    style: str


STATES: Mapping[State, StateText] = MappingProxyType(
    {
        "failed": StateText("✗", Bilingual(sv="misslyckades", en="failed"), "bad"),
        "undecided": StateText("?", Bilingual(sv="kunde inte avgöras", en="could not be told"), "warn"),
        "with-findings": StateText(
            "!",
            Bilingual(sv="gick som avtalat, men med annan anmärkning", en="as agreed, but with another finding"),
            "warn",
        ),
        "refused": StateText("–", Bilingual(sv="nekad, enligt avtalet", en="refused, as agreed"), ""),
        "in": StateText("✓", Bilingual(sv="loggade in", en="logged in"), "good"),
    }
)
"""Worst first."""
_ORDER = tuple(STATES)


@dataclass(frozen=True, slots=True)
class AccessCell:
    """One kind of person at one vendor."""

    state: State
    """The worst of its plays."""
    play: str
    """The first play in that state."""
    worst: int
    """Plays in that state."""
    plays: int


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One kind of person at every vendor."""

    kind: PersonKind
    cells: tuple[AccessCell | None, ...]
    """In the order of the table's vendors; None where it was not played."""
    failing: tuple[str, ...]
    """Names of the vendors where it failed or could not be told."""


@dataclass(frozen=True, slots=True)
class AccessTable:
    """Every kind of person that was played, at every vendor."""

    vendors: tuple[Vendor, ...]
    rows: tuple[AccessRow, ...]

    @property
    def failing(self) -> tuple[AccessRow, ...]:
        """The kinds for whom it does not work everywhere as agreed."""
        return tuple(row for row in self.rows if row.failing)


def access_table(judgements: Sequence[Judgement]) -> AccessTable | None:
    """Of the plays that stand for a kind of person; None where there is none."""
    played: dict[tuple[str, str], list[Judgement]] = {}
    kinds: dict[str, PersonKind] = {}
    vendors: dict[str, Vendor] = {}
    for judgement in judgements:
        kind, vendor = judgement.play.scenario.kind, judgement.play.vendor
        if kind is not None:
            kinds.setdefault(kind.id, kind)
            vendors.setdefault(vendor.id, vendor)
            played.setdefault((kind.id, vendor.id), []).append(judgement)
    if not kinds:
        return None
    rows = tuple(_row(kind, vendors, played) for kind in kinds.values())
    return AccessTable(tuple(vendors.values()), rows)


def _row(
    kind: PersonKind, vendors: Mapping[str, Vendor], played: Mapping[tuple[str, str], Sequence[Judgement]]
) -> AccessRow:
    cells = tuple(_cell(played.get((kind.id, name), ())) for name in vendors)
    failing = tuple(
        vendor.name
        for vendor, cell in zip(vendors.values(), cells, strict=True)
        if cell and cell.state in ("failed", "undecided")
    )
    return AccessRow(kind, cells, failing)


def _cell(judgements: Sequence[Judgement]) -> AccessCell | None:
    if not judgements:
        return None
    states = [(state_of(judgement), judgement.play.id) for judgement in judgements]
    worst, play = min(states, key=lambda one: _ORDER.index(one[0]))
    return AccessCell(worst, play, sum(state == worst for state, _ in states), len(states))


def state_of(judgement: Judgement) -> State:
    """What became of one login, by the check that looks at it: no evidence is never a login."""
    accepted = judgement.play.scenario.expect.login == "accepted"
    decided = LOGIN if accepted else REFUSAL
    verdict = next((result.verdict for result in judgement.results if result.check == decided), Verdict.NOT_VERIFIED)
    if judgement.verdict is Verdict.ERROR or verdict not in (Verdict.PASS, Verdict.FAIL):
        return "undecided"
    if verdict is Verdict.FAIL:
        return "failed"
    if not judgement.expectation.met:
        return "with-findings"
    return "in" if accepted else "refused"
