"""A vendor that fetches from several schools: what one has told it is not shown to another."""

from collections import defaultdict
from collections.abc import Iterator

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, check
from testbed.checks.exchange import ANSWERED, FETCHES, data_answers
from testbed.checks.probes import opened
from testbed.checks.rosters import is_cut, words_of
from testbed.model.verdict import Evidence
from testbed.model.wire import Pointer


def _pages(evidence: Evidence) -> dict[str, str]:
    """The page of each school, by the host of its data API."""
    exchange = evidence.play.vendor.exchange
    return exchange.rosters if exchange else {}


SEVERAL = Need(lambda evidence: len(_pages(evidence)) > 1, "the vendor has no page for each of several schools")


@check(
    clause="GDPR Article 32(1)(b) and 28(3)(a)",
    sv="Det som en skola har lämnat ut visas inte för en annan",
    about="vendor",
    needs=(PLAYED, FETCHES, SEVERAL, ANSWERED),
)
def rosters_apart(evidence: Evidence) -> Iterator[Outcome]:
    """What one school has told is not shown to another.

    Each owner answers for its own pupils alone, and has promised nobody that a neighbour's staff may look at them.
    """
    told: defaultdict[str, set[str]] = defaultdict(set)
    for answer in data_answers(evidence):
        for record in answer.records:
            if record.id and answer.asked != "deleted":
                told[record.id].add(answer.host)
    shown = {host: opened(evidence, url) for host, url in _pages(evidence).items()}
    unopened = sorted(host for host, pages in shown.items() if not pages)
    if unopened:
        yield NotVerified(f"the page that shows whom the vendor holds of {', '.join(unopened)} was not opened")
    for host, pages in shown.items():
        for page in pages:
            if is_cut(page):
                yield NotVerified(f"{page.request.url} is longer than what is looked at")
            for name in sorted(words_of(page) & told.keys()):
                if host not in told[name]:
                    yield Observation(
                        f"{page.request.url} shows {name}, whom {' and '.join(sorted(told[name]))} has told of",
                        f"nobody but those of {host}",
                        where=Pointer(page.number, "response.body"),
                        person="",
                        recipient=page.receiver,
                    )
