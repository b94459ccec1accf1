"""Rosters that were exchanged for several at once at one vendor, judged together.

Calls by which rosters are exchanged are made for a vendor and not for whoever asked for it: of two exchanges at once
nobody can say which a call is of, and none need say so. What was asked for, what the school gave, and where it went on
to is held against the agreement whoever asked. What a page showed at a moment is not, for nobody can say whether a
fetch was before it or under way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from testbed.model.scenario import ROSTER
from testbed.model.verdict import Play
from testbed.privacy.others import hosts_of
from testbed.runner.load_threads import Span


@dataclass(frozen=True, slots=True)
class Together:
    """Plays and spans in which each such group is one."""

    plays: tuple[Play, ...]
    """One of a group stands for all of it; the others lack what they could be judged by alone, and name it."""
    spans: tuple[Span, ...]
    """Of everybody; a group has one."""
    stands_for: Mapping[str, str]
    """By the id of a play that is judged with another: the other's."""


def together(plays: Sequence[Play], spans: Sequence[Span]) -> Together:
    """Put those together that exchanged rosters at once.

    Args:
        plays: that were intercepted, by number.
        spans: of everybody.
    """
    rosters = frozenset(host for play in plays if play.scenario.flow in ROSTER for host in hosts_of(play.vendor))
    exchanging = [span for span in spans if not span.hosts.isdisjoint(rosters)]
    changed, merged, stands_for = dict[str, Play](), list[Span](), dict[str, str]()
    by_id = {play.id: play for play in plays}
    for group in _groups(exchanging):
        own = [by_id[span.play] for span in group if span.play]
        begins, ends = min(span.begins for span in group), max(span.ends for span in group)
        whole = replace(group[0], play="", person="", begins=begins, ends=ends)
        able = [play for play in own if not play.lacking]
        if len(group) > 1 and able:
            first = able[0]
            whole = replace(whole, play=first.id)
            changed |= {play.id: _with(play, first) for play in able[1:]}
            changed[first.id] = replace(first, captured=True, started=whole.begins, finished=whole.ends)
            stands_for |= {play.id: first.id for play in own if play is not first}
        merged.append(whole if len(group) > 1 else group[0])
    others = [span for span in spans if span not in exchanging]
    return Together(tuple(changed.get(play.id, play) for play in plays), (*others, *merged), stands_for)


def _with(play: Play, first: Play) -> Play:
    lacking = f"{play.vendor.id} exchanged rosters for several at once, who are judged together as {first.id}"
    return replace(play, lacking=lacking)


def _groups(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Those that met, and those that met them, by their beginning."""
    open_: list[list[Span]] = []
    for span in sorted(spans, key=lambda one: one.begins):
        met = [group for group in open_ if any(one.meets(span) for one in group)]
        open_ = [group for group in open_ if group not in met]
        open_.append([*(one for group in met for one in group), span])
    yield from open_
