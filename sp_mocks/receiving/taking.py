"""Take what a school sends, put a new state in place of the old, and let go: RFC 7644, 3.3, 3.5.1 and 3.6."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

import httpx

from sp_mocks.behaviour import EPPN
from sp_mocks.leaks.leak import Outgoing
from sp_mocks.onward import Onward, send
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.holdings import Held, Holdings
from sp_mocks.receiving.kept import kept_of
from sp_mocks.receiving.kinds import USER_EXTENSION, Collection
from sp_mocks.receiving.people import attributes_of, members_of
from sp_mocks.receiving.problems import BAD_REQUEST, CONFLICT, NOT_FOUND, SERVER_ERROR, Problem
from sp_mocks.receiving.reading import resource_in

UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
MEMBERSHIPS = "studentMemberships"
MAX_FOLLOWED = 10


@dataclass(frozen=True, slots=True)
class Pupil:
    """Of whom something is passed on. See :class:`sp_mocks.sessions.LoggedIn`."""

    user: str
    attributes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Taking:
    """How one vendor takes resources."""

    behaviour: ReceivingBehaviour
    base_url: str
    """Of its endpoints."""
    onward: Onward
    http: httpx.AsyncClient
    now: Callable[[], datetime]

    async def create(self, holdings: Holdings, collection: Collection, members: Mapping[str, object]) -> Held:
        """Hold something new.

        The id is the one that the school gives (EGIL: id is externalId); the vendor's own where it gives none.

        Raises:
            Problem: it is not to be had so, or is held already.
        """
        resource = self._read(collection, members)
        given = resource.get("externalId")
        one = given if isinstance(given, str) and UUID.fullmatch(given) else str(uuid.uuid4())
        if holdings.find(collection, one):
            raise Problem(CONFLICT, "a resource of this id is held already", "uniqueness")
        moment = self.now()
        held = Held({**kept_of(collection, resource, self.wanted), "id": one}, moment, moment)
        if not (collection == "Users" and self._loses(one)):
            holdings.put(collection, one, held)
        if collection == "Users":
            holdings.hidden.pop(one, None)
            await self._pass_on(resource)
        return held

    async def replace(
        self, holdings: Holdings, collection: Collection, one: str, members: Mapping[str, object]
    ) -> Held:
        """Put a new state in place of the old one, of which nothing is left.

        Raises:
            Problem: there is none, or it is not to be had so.
        """
        before = found(holdings, collection, one)
        if not self.behaviour.replaces:
            raise Problem(SERVER_ERROR, "something went wrong")
        resource = self._read(collection, members)
        if before.resource.get("externalId") == one and resource.setdefault("externalId", one) != one:
            raise Problem(BAD_REQUEST, "externalId is the id, and stays", "mutability")
        held = Held({**kept_of(collection, resource, self.wanted), "id": one}, before.created, self.now())
        if collection == "StudentGroups":
            held = self._regrouped(holdings, before, held)
        holdings.put(collection, one, held)
        if collection == "Users":
            await self._pass_on(resource)
        return held

    def delete(self, holdings: Holdings, collection: Collection, one: str) -> None:
        """Hold it no longer.

        Raises:
            Problem: it is not there.
        """
        gone = found(holdings, collection, one)
        holdings.drop(collection, one)
        if collection == "Users" and not self.behaviour.forgets:
            holdings.hidden[one] = gone

    @property
    def wanted(self) -> tuple[str, ...]:
        """What the service keeps of a person, by canonical name."""
        return tuple(dict.fromkeys((*self.behaviour.wanted, *self.behaviour.demands)))

    def _read(self, collection: Collection, members: Mapping[str, object]) -> dict[str, object]:
        resource = resource_in(collection, members)
        demanded = self.behaviour.demands if collection == "Users" else ()
        if len(attributes_of(resource, demanded)) < len(demanded):
            raise Problem(BAD_REQUEST, "an attribute is missing that this service cannot do without", "invalidValue")
        return resource

    def _loses(self, one: str) -> bool:
        # NOTE: by the id and not by the order, in which nobody is twice.
        return bool(self.behaviour.loses_every) and uuid.UUID(one).int % self.behaviour.loses_every == 0

    def _regrouped(self, holdings: Holdings, before: Held, after: Held) -> Held:
        """What becomes of those who are no longer members, where the vendor makes more of it than it should."""
        staying = dict.fromkeys(members_of(after.resource, MEMBERSHIPS))
        leaving = [one for one in members_of(before.resource, MEMBERSHIPS) if one not in staying]
        if self.behaviour.closes_with_membership:
            for one in leaving:
                holdings.drop("Users", one)
        if not self.behaviour.keeps_old_memberships:
            return after
        members = [{"value": one} for one in (*staying, *leaving)]
        return replace(after, resource={**after.resource, MEMBERSHIPS: members})

    async def _pass_on(self, resource: Mapping[str, object]) -> None:
        """Nothing, where the vendor does well."""
        told = attributes_of(resource, self.wanted)
        if "sisSchoolUnitCode" in told:
            await self.onward.logged_in(Pupil("".join(told.get(EPPN, ())[:1]), told))
        if self.behaviour.follows_references:
            for address in list(_references(resource.get(USER_EXTENSION)))[:MAX_FOLLOWED]:
                await self._fetch(address)

    async def _fetch(self, address: str) -> None:
        try:
            url = httpx.URL(urljoin(f"{self.base_url}/", address))
        except (httpx.InvalidURL, ValueError):
            return
        if url.scheme in ("http", "https") and url.host:
            await send(self.http, Outgoing(str(url)))


def found(holdings: Holdings, collection: Collection, one: str) -> Held:
    """What is held by this id.

    Raises:
        Problem: nothing is.
    """
    held = holdings.find(collection, one)
    if held is None:
        raise Problem(NOT_FOUND, "there is no such resource")
    return held


def _references(value: object) -> Iterator[str]:
    """Each $ref within."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(one)
