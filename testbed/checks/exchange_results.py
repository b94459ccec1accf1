"""Whether a platform of national tests shows a teacher the pupils of their own activities, and no others."""

from collections import deque
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from testbed.checks.core import PLAYED, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.rosters import is_cut, words_of
from testbed.checks.sent import CALLED, RECEIVES, Attempt, attempts
from testbed.model.exchange_messages import OF_PERSONS, DataRecord, Relation
from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER, Exchange, Pointer
from testbed.privacy.people import index_of
from testbed.privacy.references import ACTIVITIES, DUTIES, GROUPS, person_of

HTTP_OK = 200


class _Taught:
    """Whom each teacher teaches, by all that was created in the play so far.

    What came before is not known. But an activity names a duty that is there already, and a duty its holder: so of a
    teacher who was created here everything is known, and of others nothing is said.
    """

    def __init__(self) -> None:
        self.persons: dict[str, DataRecord] = {}
        self._duties: dict[str, DataRecord] = {}
        self._groups: dict[str, DataRecord] = {}
        self._activities: dict[str, DataRecord] = {}
        self.unsure = False
        """Of something nobody knows whether it was taken."""

    def hear(self, one: Attempt) -> None:
        """Something was sent, after all that came before."""
        if one.fate != "taken":
            self.unsure = self.unsure or one.fate != "refused"
            return
        kept = self._kept(one.call.collection)
        if one.call.asked == "delete":
            kept.pop(one.record.id, None)
        elif one.call.asked == "create" or one.record.id in kept:
            kept[one.record.id] = one.record

    def _kept(self, collection: str) -> dict[str, DataRecord]:
        if collection in OF_PERSONS:
            return self.persons
        if collection in DUTIES:
            return self._duties
        if collection in GROUPS:
            return self._groups
        return self._activities if collection in ACTIVITIES else {}

    def pupils_of(self, teacher: str) -> frozenset[str] | None:
        """Ids; None where it is not known."""
        if teacher not in self.persons:
            return None
        duties = {one for one, record in self._duties.items() if teacher in _ids(record, "holder")}
        groups: set[str] = set()
        for activity in self._activities.values():
            if duties & _ids(activity, "duty"):
                groups |= _ids(activity, "group")
        if not groups <= self._groups.keys():
            return None
        return frozenset().union(*(_ids(self._groups[one], "member") for one in groups))


def _ids(record: DataRecord, relation: Relation) -> frozenset[str]:
    return frozenset(one.id for one in record.references if one.relation == relation)


@check(
    clause="GDPR Article 5(1)(f) and 32; Skolverket's provisioning API, Activity",
    sv="En lärare ser resultaten för eleverna i sina egna aktiviteter, och inga andra",
    about="vendor",
    needs=(PLAYED, RECEIVES, CALLED),
)
def teachers_see_their_own(evidence: Evidence) -> Iterator[Outcome]:
    """A teacher sees the results of the pupils in the groups of their own activities, and of no others.

    A grade in the hands of somebody who does not teach the child is a secret told, and it happened for whole
    municipalities at once.
    """
    pages, sent, taught = _pages(evidence), deque(attempts(evidence)), _Taught()
    if not pages:
        yield Skip("nobody opened what teachers see")
        return
    known = False
    for teacher, page in sorted(pages.items(), key=lambda one: one[1].number):
        while sent and sent[0].call.where.exchange < page.number:
            taught.hear(sent.popleft())
        own = taught.pupils_of(teacher)
        if own is None:
            continue
        known = True
        if taught.unsure:
            yield NotVerified("what became of some of what was sent was not told")
            continue
        if is_cut(page):
            yield NotVerified(f"{page.request.url} is longer than what is looked at")
        for one in sorted((words_of(page) & taught.persons.keys()) - own - {teacher}):
            yield Observation(
                f"{teacher} sees {one}, who is in none of their activities",
                "the pupils of the teacher's own activities",
                where=Pointer(page.number, "response.body"),
                person=person_of(taught.persons[one], index_of(evidence.people)),
                sender=page.receiver,
            )
    if not known:
        yield Skip("whom the teachers teach was sent before this play")


def _pages(evidence: Evidence) -> Mapping[str, Exchange]:
    """The page of each teacher, by the teacher's id, as it was opened last."""
    exchange = evidence.play.vendor.exchange
    results = urlsplit((exchange.results if exchange else None) or "")
    found: dict[str, Exchange] = {}
    for one in evidence.exchanges if results.netloc else ():
        parts = one.request.parts
        home, _, last = parts.path.rpartition("/")
        here = (parts.netloc, home) == (results.netloc, results.path.rstrip("/"))
        if here and last and one.sender == BROWSER and one.response and one.response.status == HTTP_OK:
            found[unquote(last)] = one
    return found
