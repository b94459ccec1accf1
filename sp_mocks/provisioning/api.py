"""The endpoints: lists, single resources, lookups; what is sent and deleted at once, and the jobs that tell of it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sp_mocks.provisioning.access import Access
from sp_mocks.provisioning.asking import body_of, data_in, flag_in, id_in, ids_in, keys_in, limit_in
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from sp_mocks.provisioning.entries import NO_METHOD, NO_STORE, NOT_FOUND, Json, Rejected, written
from sp_mocks.provisioning.holdings import KINDS, Held, Holdings
from sp_mocks.provisioning.jobs import Action, Item, Job, Jobs, Telling, name_in
from sp_mocks.provisioning.paging import PageTokens
from sp_mocks.provisioning.rates import READS, WRITES, Rates
from sp_mocks.provisioning.resources import SINGULAR, Kind, Person

ACCEPTED = 202
RECEIVED = "Anropet har tagits emot. Hur det gick står på adressen i Location."
REDUCED = frozenset({"id", "civicNo", "eduPersonPrincipalNames", "givenName", "middleName", "familyName"})
"""Of a person in a list, with meta and provisioningStatus."""
EVERYBODY = ""
"""What all schools are one by, where they are not kept apart."""
EVERY_METHOD = ("GET", "POST", "PUT", "DELETE", "PATCH")


@dataclass(frozen=True, slots=True)
class School:
    """What is held and done for one school."""

    owner: str
    """Its organisation, or :data:`EVERYBODY`."""
    holdings: Holdings
    jobs: Jobs


type Answering = Callable[[Request, School], Awaitable[Response]]


class ProvisioningApi:
    """The API of one receiver.

    Args:
        access: lets schools in.
        behaviour: what the receiver decides.
        now: the time, in aware UTC.
    """

    def __init__(self, access: Access, behaviour: ProvisioningBehaviour, now: Callable[[], datetime]) -> None:
        self._access, self._behaviour, self._now = access, behaviour, now
        self._base_url = access.place.base_url
        self._telling = Telling(self._base_url, behaviour.tells_errors, behaviour.names_nobody)
        self._tokens, self._reads, self._writes = PageTokens(), Rates(READS), Rates(WRITES)
        self._schools: dict[str, School] = {}

    @property
    def schools(self) -> Mapping[str, School]:
        """By organisation; those that have sent something."""
        return self._schools

    def settle(self) -> None:
        """Work off what has waited for long, of all schools."""
        for school in self._schools.values():
            school.jobs.settle(self._now())

    def routes(self) -> Iterator[Route]:
        """Below the path of the receiver's address."""
        for kind in KINDS:
            yield self._route(f"/{kind}", partial(self._list, kind), "GET", self._reads)
            yield self._route(f"/{kind}/lookup", partial(self._look_up, kind), "POST", self._reads)
            yield self._route(f"/{kind}/bulk", partial(self._create, kind), "POST", self._writes)
            yield self._route(f"/{kind}/bulk", partial(self._begin, kind, "replace"), "PUT", self._writes)
            yield self._route(f"/{kind}/bulk/delete", partial(self._delete, kind), "POST", self._writes)
            yield self._route(f"/{kind}/bulk/jobs/{{id}}", partial(self._job, kind), "GET", self._writes)
            done = partial(self._is_completed, kind)
            yield self._route(f"/{kind}/bulk/jobs/{{id}}/isCompleted", done, "GET", self._writes)
            yield self._route(f"/{kind}/{{id}}", partial(self._get, kind), "GET", self._reads)
        path = urlsplit(self._base_url).path
        yield Route(f"{path}/alive", self._alive, methods=["GET"])
        yield Route(f"{path}/{{rest:path}}", self._nothing, methods=EVERY_METHOD)

    def _route(self, path: str, answering: Answering, method: str, rates: Rates) -> Route:
        async def endpoint(request: Request) -> Response:
            left: Mapping[str, str] = {}
            try:
                organisation = await self._access.organisation(request)
                left = rates.count(organisation, self._now())
                school = self._school(organisation)
                school.jobs.settle(self._now())
                answer = await answering(request, school)
            except Rejected as rejected:
                answer = rejected.answer(self._now())
            for name, value in left.items():
                answer.headers[name] = value
            return answer

        return Route(f"{urlsplit(self._base_url).path}{path}", endpoint, methods=[method])

    def _school(self, organisation: str) -> School:
        owner = organisation if self._behaviour.keeps_apart else EVERYBODY
        if owner not in self._schools:
            holdings = Holdings()
            self._schools[owner] = School(owner, holdings, Jobs(holdings, self._behaviour.forgets))
        return self._schools[owner]

    # --- what is read -----------------------------------------------------------------------------------------------

    async def _list(self, kind: Kind, request: Request, school: School) -> Response:
        limit, token = limit_in(request.query_params), request.query_params.get("pageToken")
        now = self._now()
        after = self._tokens.read(token, school.owner, kind, now) if token is not None else ""
        chosen, last = school.holdings.page(kind, after, limit)
        at_work = school.holdings.at_work()
        data = [self._reduced(_body(held, at_work)) if kind == "persons" else _body(held, at_work) for held in chosen]
        following = self._tokens.make(school.owner, kind, last, now) if last else None
        return _json({"data": data, "pageToken": following})

    async def _get(self, kind: Kind, request: Request, school: School) -> Response:
        held = school.holdings.by_id[kind].get(id_in(request, kind))
        if held is None:
            raise Rejected((NOT_FOUND.at("id").about(SINGULAR[kind]),))
        return _json(_body(held, school.holdings.at_work()))

    async def _look_up(self, kind: Kind, request: Request, school: School) -> Response:
        body = await body_of(request)
        held, wanted = school.holdings.by_id[kind], dict[str, None]()
        if "ids" in body or kind != "persons":
            wanted |= dict.fromkeys(ids_in(body, "ids"))
        if kind == "persons":
            names = keys_in(body, "eduPersonPrincipalNames")
            wanted |= {school.holdings.by_eppn.get(name.casefold(), ""): None for name in names}
            numbers = frozenset(keys_in(body, "civicNos"))
            if numbers:
                wanted |= dict.fromkeys(p.id for p in school.holdings.all(Person) if p.civicNo.value in numbers)
        at_work = school.holdings.at_work()
        return _json([_body(held[one], at_work) for one in wanted if one in held])

    # --- what is changed --------------------------------------------------------------------------------------------

    async def _create(self, kind: Kind, request: Request, school: School) -> Response:
        over = flag_in(request.query_params, "updateIfExists")
        return await self._begin(kind, "upsert" if over else "create", request, school)

    async def _begin(self, kind: Kind, action: Action, request: Request, school: School) -> Response:
        sent = data_in(await body_of(request), kind)
        tells_names = not self._behaviour.names_nobody
        items = [Item(str(one["id"]).lower(), one, name_in(one) if tells_names else "") for one in sent]
        return self._begun(Job(kind, action, self._now(), items), school)

    async def _delete(self, kind: Kind, request: Request, school: School) -> Response:
        items = [Item(one, None) for one in ids_in(await body_of(request), "data")]
        return self._begun(Job(kind, "delete", self._now(), items), school)

    def _begun(self, job: Job, school: School) -> Response:
        school.jobs.begin(job)
        location = f"{self._base_url}/{job.kind}/bulk/jobs/{job.id}"
        return _json({"jobId": job.id, "message": RECEIVED}, ACCEPTED, {"Location": location})

    async def _job(self, kind: Kind, request: Request, school: School) -> Response:
        only_errors = flag_in(request.query_params, "showOnlyError")
        job, now = self._found(kind, request, school), self._now()
        answer = _json(self._telling.body(job, now, only_errors=only_errors))
        school.jobs.go_on(job, now)
        return answer

    async def _is_completed(self, kind: Kind, request: Request, school: School) -> Response:
        job = self._found(kind, request, school)
        answer = _json(job.is_done)
        school.jobs.go_on(job, self._now())
        return answer

    def _found(self, kind: Kind, request: Request, school: School) -> Job:
        job = school.jobs.kept.get(id_in(request, kind))
        if job is None or job.kind != kind:
            raise Rejected((NOT_FOUND.at("id"),))
        return job

    # --- the rest ---------------------------------------------------------------------------------------------------

    async def _alive(self, _: Request) -> Response:
        return Response(headers=NO_STORE)

    async def _nothing(self, request: Request) -> Response:
        """Whatever else is asked for below the receiver's address: also a method that a resource has not."""
        parts = request.path_params["rest"].split("/")
        return Rejected((NO_METHOD if parts[0] in KINDS else NOT_FOUND,)).answer(self._now())

    def _reduced(self, body: Json) -> Json:
        if not self._behaviour.reduces_lists:
            return body
        return {name: value for name, value in body.items() if name in REDUCED | {"meta", "provisioningStatus"}}


def _body(held: Held, at_work: frozenset[str]) -> Json:
    resource = held.resource
    there = not isinstance(resource, Person) or bool(resource.enrolments) or resource.id in at_work
    meta = {"created": written(held.created), "modified": written(held.modified)}
    return {**held.record, "meta": meta, "provisioningStatus": there}


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(value, status, headers={**NO_STORE, **(headers or {})})
