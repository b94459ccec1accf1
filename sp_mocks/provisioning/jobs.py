"""Jobs: what was sent at once is worked off bit by bit, and a job tells what became of each resource.

Nothing runs in the background and no clock is waited for: a job goes on whenever somebody asks how it stands, which is
told first, so that a caller sees what is pending as it would elsewhere. One that nobody asks about is worked off after
a while, at the next request of its school, whatever that is.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from sp_mocks.provisioning.entries import Entry, Json, written
from sp_mocks.provisioning.holdings import Holdings
from sp_mocks.provisioning.resources import SINGULAR, Kind, read

type Action = Literal["create", "upsert", "replace", "delete"]
AT_A_TIME = 500
"""Resources that are worked off each time."""
ITSELF_AFTER = timedelta(seconds=30)
MAX_WAITING, MAX_KEPT = 50, 500
"""Jobs of one school: that are not done, and that are remembered."""
CREATED, OK = 201, 200


@dataclass(slots=True)
class Item:
    """One resource of a job."""

    id: str
    sent: object = field(repr=False)
    """None of one to delete."""
    name: str = field(default="", repr=False)
    """Of the person, where the receiver is one that tells it."""
    done: datetime | None = None
    status: int = 0
    remarks: tuple[Entry, ...] = ()


@dataclass(slots=True)
class Job:
    """What was sent by one request."""

    kind: Kind
    action: Action
    began: datetime
    items: Sequence[Item] = field(repr=False)
    id: str = field(default_factory=lambda: str(uuid4()))
    worked_off: int = 0

    @property
    def is_done(self) -> bool:
        """Whether all of it is worked off."""
        return self.worked_off == len(self.items)


@dataclass
class Jobs:
    """Those of one school, in their order."""

    holdings: Holdings
    forgets: bool
    """Deletes what it is told to delete."""
    kept: OrderedDict[str, Job] = field(default_factory=OrderedDict)

    def begin(self, job: Job) -> None:
        """Take one on; of too many that wait the oldest is worked off at once, and of too many the oldest forgotten."""
        self.kept[job.id] = job
        waiting = [one for one in self.kept.values() if not one.is_done]
        if len(waiting) > MAX_WAITING:
            self._work(waiting[0], len(waiting[0].items), job.began)
        if len(self.kept) > MAX_KEPT:
            self.kept.popitem(last=False)

    def settle(self, now: datetime) -> None:
        """Work off those that have waited for long."""
        for job in list(self.kept.values()):
            if not job.is_done and job.began + ITSELF_AFTER <= now:
                self._work(job, len(job.items), now)

    def go_on(self, job: Job, now: datetime) -> None:
        """Work off some of it, once those before it are done."""
        for before in list(self.kept.values()):
            if before is job:
                break
            self._work(before, len(before.items), now)
        self._work(job, AT_A_TIME, now)

    def _work(self, job: Job, many: int, now: datetime) -> None:
        items = job.items[job.worked_off : job.worked_off + many]
        if job.action == "delete":
            self._delete(job, items)
        for item in items:
            if job.action != "delete":
                self._put(job, item, now)
            item.done, item.sent = now, None
        job.worked_off += len(items)

    def _put(self, job: Job, item: Item, now: datetime) -> None:
        resource = read(job.kind, item.sent)
        if isinstance(resource, tuple):
            item.remarks = tuple(entry.about(SINGULAR[job.kind], item.id, entry.attribute) for entry in resource)
        else:
            known = item.id in self.holdings.by_id[job.kind]
            new, over = job.action != "replace", job.action != "create"
            item.remarks = self.holdings.put(job.kind, resource, now, new=new, over=over)
            item.status = OK if known else CREATED
        item.status = next((entry.status for entry in _errors(item)), item.status)

    def _delete(self, job: Job, items: Sequence[Item]) -> None:
        held = self.holdings.by_id[job.kind]
        # NOTE: a receiver at fault tells of those that it never held, as one that does well, and keeps the rest.
        ids = [item.id for item in items if self.forgets or item.id not in held]
        said = self.holdings.drop(job.kind, ids)
        for item in items:
            item.remarks = said.get(item.id, ())
            item.status = next((entry.status for entry in _errors(item)), OK)


@dataclass(frozen=True, slots=True)
class Telling:
    """How a receiver tells what became of a job."""

    base_url: str
    """Of the API."""
    tells_errors: bool = True
    names_nobody: bool = True

    def body(self, job: Job, now: datetime, *, only_errors: bool) -> Json:
        """How a job stands (AsynchronousResponse).

        Args:
            job: the job.
            now: the time.
            only_errors: what went well is left out.
        """
        items = [self._item(job, item, now) for item in job.items]
        return {"jobId": job.id, "responses": [said for said, status in items if status == "Error" or not only_errors]}

    def _item(self, job: Job, item: Item, now: datetime) -> tuple[Json, str]:
        meta = {"created": written(job.began), "modified": written(item.done or job.began)}
        if item.done is None:
            return {"id": item.id, "response": {"status": "Pending"}, "meta": meta}, "Pending"
        remarks = item.remarks if self.tells_errors else ()
        errors = [entry for entry in remarks if entry.severity == "Error"]
        warnings = [entry for entry in remarks if entry.severity == "Warning"]
        status = "Error" if errors else "Warning" if warnings else "Success"
        response: dict[str, object] = {"status": status, "statusCode": item.status if self.tells_errors else OK}
        if not errors and job.action != "delete":
            response["location"] = f"{self.base_url}/{job.kind}/{item.id}"
        for name, entries in (("errors", errors), ("warnings", warnings)):
            if entries:
                response[name] = [self._entry(entry, item).body(now) for entry in entries]
        return {"id": item.id, "response": response, "meta": meta}, status

    def _entry(self, entry: Entry, item: Item) -> Entry:
        return entry if self.names_nobody else replace(entry, message=f"{entry.message} ({item.name})")


def name_in(sent: object) -> str:
    """What whoever was sent is called, "" where nothing tells."""
    parts = (sent.get(name) for name in ("givenName", "familyName")) if isinstance(sent, dict) else ()
    return " ".join(part for part in parts if isinstance(part, str))


def _errors(item: Item) -> Iterator[Entry]:
    return (entry for entry in item.remarks if entry.severity == "Error")
