"""Judges the flows of a load that went through the proxy, with the checks of any other run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from testbed.model.load import Arrival, Record, flow_id
from testbed.model.release import ReleaseRecord
from testbed.model.verdict import RunRecord
from testbed.model.written import Person, Vendor
from testbed.privacy.people import index_of
from testbed.runner.accounts import keep_accounts
from testbed.runner.folder import RunFolder
from testbed.runner.load_plays import accounts_of, beginning, plays_of, spans_of
from testbed.runner.load_sorting import Facts, of_plays, sort_out
from testbed.runner.load_together import together
from testbed.runner.plan import Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the load."""

    lab: str
    seed: int
    arrivals: Sequence[Arrival]
    vendors: Mapping[str, Vendor]
    """By id."""
    people: Mapping[str, Person]
    agreements: Mapping[str, str]
    """By id, as their files have them."""
    command: str
    """That makes the same load again."""
    versions: Mapping[str, str] = field(default_factory=dict)


def judge_intercepted(
    folder: RunFolder, asked: Asked, records: Sequence[Record], releases: Sequence[ReleaseRecord], finished: datetime
) -> RunRecord | None:
    """Make a run's folder of a load's, sort its journal by flow, and judge it; None where nothing was intercepted.

    What the folder then holds is judged again as that of any other run. Of the journal that is kept which is of the
    flows that were intercepted, and what holds for all; what the rest was is said in the record.

    Args:
        folder: of the load; its journal is written anew, and its key log is there already.
        asked: of the load.
        records: what became of everybody.
        releases: the schools' own account of their logins.
        finished: is written down.

    Raises:
        ScenarioInvalid: the folder's key log is none.
        JournalCorrupt: the journal is damaged in the middle.
    """
    wanted = tuple(flow_id(arrival) for arrival in asked.arrivals if arrival.intercepted)
    if not wanted:
        return None
    arrivals = {arrival.number: arrival for arrival in asked.arrivals}
    began = beginning(records, of_plays(folder.journal, frozenset(wanted)))
    spans = tuple(spans_of(records, arrivals, asked.vendors, began)) if began else ()
    grouped = together(plays_of(records, arrivals, asked.vendors, spans) if began else (), spans)
    by_id = {play.id: play for play in grouped.plays}
    facts = Facts(by_id, grouped.spans, index_of(asked.people), folder.content_keys(), grouped.stands_for)
    sorted_out = sort_out(folder.journal, facts)
    plan = Plan(
        id=folder.path.name,
        lab=asked.lab,
        seed=asked.seed,
        versions=asked.versions,
        plays=wanted,
        command=asked.command,
        unreadable={"": sorted_out.unsearched} if sorted_out.unsearched else {},
        left_out=sorted_out.left_out,
    )
    folder.keep_plan(plan, asked.people, asked.agreements)
    folder.replace_journal(sorted_out.recorded)
    folder.releases.unlink(missing_ok=True)
    for play, told in accounts_of(releases, grouped.plays, sorted_out.recorded.exchanges).items():
        keep_accounts(folder.releases, play, told)
    return folder.judge(finished, people=asked.people)
