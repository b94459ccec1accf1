"""Persons who were shown to others while many logged in at once."""

import shlex
from collections.abc import Iterator
from itertools import islice

import numpy as np

from testbed.model.load import LoadAbout, Outcome
from testbed.model.load_result import WrongPerson
from testbed.model.strict import Bilingual
from testbed.model.verdict import Finding, Severity
from testbed.runner.load_columns import Flows, Requests

NO_OTHER = "load.no-other-person"
NO_OTHER_TITLE = Bilingual(sv="Ingen får se någon annans", en="Nobody sees anybody else's")
CLAUSE = "Regulation (EU) 2016/679 Article 5(1)(f)"
MOST = 1000


def wrong_persons(flows: Flows, requests: Requests) -> tuple[tuple[WrongPerson, ...], int]:
    """One for each person who was shown to another, as far as there is room, and how many more there were."""
    every = sum(len(_shown(flows, place)) for place in _places(flows))
    named = tuple(islice(_named(flows, requests), MOST))
    return named, every - len(named)


def finding(one: WrongPerson, about: LoadAbout) -> Finding:
    """As a finding of the run."""
    at = f" at the request {one.request}" if one.request else ""
    return Finding(
        check=NO_OTHER,
        title=NO_OTHER_TITLE.en,
        clause=CLAUSE,
        severity=Severity.MUST,
        vendor=one.vendor,
        observed=f"Flow {one.number}, due at {one.due_s:.3f} s: {one.person} had logged in, and by {one.ended_s:.3f} s "
        f"was shown {one.shown or 'somebody else'}{at}.",
        expected=f"{one.vendor} shows {one.person} alone, however many log in at once.",
        person=one.shown,
        sender=one.vendor,
        recipient=one.person,
        channel="body",
        reproduce=shlex.join(["testbed", "load", *(about.options or (about.profile.id,)), *_seed(about)]),
    )


def _seed(about: LoadAbout) -> tuple[str, ...]:
    return () if "--seed" in about.options else ("--seed", str(about.seed))


def _named(flows: Flows, requests: Requests) -> Iterator[WrongPerson]:
    for place in _places(flows):
        for shown in _shown(flows, place):
            yield WrongPerson(
                number=int(flows.number[place]),
                vendor=flows.vendor[place],
                person=flows.person[place],
                shown=shown,
                due_s=float(flows.due_s[place]),
                ended_s=float(flows.ended_s[place]),
                request=_last_name(requests, place),
            )


def _places(flows: Flows) -> list[int]:
    return [int(place) for place in np.flatnonzero(flows.outcome.is_(Outcome.OTHER.value))]


def _shown(flows: Flows, place: int) -> list[str]:
    return flows.shown[place].split() or [""]


def _last_name(requests: Requests, place: int) -> str:
    end = int(np.searchsorted(requests.flow, place, "right"))
    return requests.name[end - 1] if end and requests.flow[end - 1] == place else ""
