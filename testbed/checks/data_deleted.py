"""Those whom a school has taken back: whether a vendor asks who they are, and forgets them."""

from collections.abc import Iterator

from testbed.checks.core import PLAYED, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.exchange import ANSWERED, FETCHES, data_answers
from testbed.checks.probes import opened, text_of
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, Pointer, host_of


@check(
    clause="GDPR Article 5(1)(e) and 17; SS 12000:2020, deletedEntities",
    sv="Den som skolan har tagit bort finns inte kvar hos tjänsten",
    about="vendor",
    needs=(PLAYED, FETCHES, ANSWERED),
)
def deleted_persons_forgotten(evidence: Evidence) -> Iterator[Outcome]:
    """Whoever the school has taken back is no longer held.

    A pupil who has moved, or has come to need a protected identity, is otherwise found where somebody looks for them.
    """
    answers, held, vendor = data_answers(evidence), _rosters(evidence), host_of(evidence.play.vendor.login)
    gone: dict[str, int] = {}
    for answer in answers:
        for record in answer.records:
            if answer.asked == "deleted":
                gone[record.id] = answer.where.exchange
            else:
                # NOTE: somebody may come back.
                gone.pop(record.id, None)
    changes = [one for one in answers if one.asked == "list" and not one.whole and not _goes_on(one.query)]
    if not changes and not gone:
        yield Skip("the vendor asked for everything, and for no changes")
        return
    if changes and not any(one.asked == "deleted" for one in answers):
        yield Observation(
            "the vendor asked for what has changed, and never for who is gone",
            "/deletedEntities is asked for too",
            where=changes[0].where,
            person="",
            recipient=vendor,
        )
        return
    if not held:
        yield NotVerified("the page that shows whom the vendor holds was not opened")
        return
    last = held[-1]
    shown = set(text_of(last).split())
    for name, since in gone.items():
        if last.number > since and name in shown:
            yield Observation(
                f"{last.request.url} shows {name}, whom the school has taken back",
                "nothing of those who are gone",
                where=Pointer(last.number, "response.body"),
                person="",
                recipient=vendor,
            )


def _rosters(evidence: Evidence) -> list[Exchange]:
    exchange = evidence.play.vendor.exchange
    return opened(evidence, exchange.roster) if exchange else []


def _goes_on(query: tuple[tuple[str, str], ...]) -> bool:
    return any(name == "pageToken" for name, _ in query)
