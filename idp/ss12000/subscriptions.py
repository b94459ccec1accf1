"""Who wants to hear of changes, and where."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import TypeAdapter

from idp.ss12000.bodies import NewSubscription, Renewal
from idp.ss12000.caller import Caller
from idp.ss12000.errors import Problem, bad, forbidden, not_here
from idp.ss12000.kinds import SINGULAR, plural_of
from idp.ss12000.lens import Json
from idp.ss12000.moments import moment
from idp.ss12000.view import written
from idp.state import Shelf, State

LIFETIME = timedelta(days=90)
MAX_SUBSCRIPTIONS = 10_000
MAX_OF_ONE_CALLER = 20


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription."""

    id: str
    name: str
    target: str
    kinds: tuple[str, ...]
    """Plurals of the resource types."""
    expires: datetime

    def body(self) -> Json:
        """As it is answered."""
        return {
            "id": self.id,
            "name": self.name,
            "target": self.target,
            "expires": written(self.expires),
            "resourceTypes": [{"resource": SINGULAR[kind]} for kind in self.kinds],
        }


class Subscriptions:
    """The subscriptions of all callers, for all workers of a school; each caller reaches its own alone.

    Args:
        state: where they are kept, with the clock.
        limit: how many one caller may have.
    """

    def __init__(self, state: State, limit: int = MAX_OF_ONE_CALLER) -> None:
        self._state, self._limit = state, limit
        self._kept = Shelf(state, "ss12000-subscription", TypeAdapter(Subscription), LIFETIME, MAX_SUBSCRIPTIONS)

    def add(self, caller: Caller, wish: NewSubscription) -> Subscription:
        """A new subscription, for 90 days.

        Raises:
            Problem: the caller may not have this one (400, 403), or has too many (409).
        """
        target = _own_target(caller, wish.target)
        kinds = tuple(dict.fromkeys(_open_kind(caller, one.resource) for one in wish.resource_types))
        if self._alive(caller) >= self._limit:
            raise Problem(HTTPStatus.CONFLICT, "too_many", "there are too many subscriptions; delete one first")
        made = Subscription(str(uuid4()), wish.name, target, kinds, self._state.now() + LIFETIME)
        self._kept.put(_of(caller) + made.id, made)
        return made

    def _alive(self, caller: Caller) -> int:
        """How many a caller has; forgets those that are over.

        NOTE: one that was made to end early would keep its place for 90 days, and enough of them everybody else's.
        """
        for name in self._kept.names(_of(caller)):
            if (found := self._kept.get(name)) and found.expires <= self._state.now():
                self._kept.remove(name)
        return len(self._kept.names(_of(caller)))

    def of(self, caller: Caller) -> Iterator[Subscription]:
        """Those of a caller that are alive."""
        for name in self._kept.names(_of(caller)):
            if (found := self._kept.get(name)) and found.expires > self._state.now():
                yield found

    def get(self, caller: Caller, name: str) -> Subscription:
        """One of a caller's own.

        Raises:
            Problem: it has none of this id.
        """
        found = self._kept.get(_of(caller) + name)
        if found is None or found.expires <= self._state.now():
            raise not_here()
        return found

    def renew(self, caller: Caller, name: str, wish: Renewal) -> Subscription:
        """Let it live on, 90 days at most.

        Raises:
            Problem: there is none of this id, or the wish is for a moment that has passed.
        """
        now = self._state.now()
        until = moment(wish.expires) if wish.expires is not None else now + LIFETIME
        if until <= now:
            raise bad("a subscription ends later than now")
        renewed = replace(self.get(caller, name), expires=min(until, now + LIFETIME))
        self._kept.put(_of(caller) + name, renewed)
        return renewed

    def remove(self, caller: Caller, name: str) -> None:
        """Forget it.

        Raises:
            Problem: the caller has none of this id.
        """
        self.get(caller, name)
        self._kept.remove(_of(caller) + name)


def may_be_told(caller: Caller, target: str) -> bool:
    """Whether a notice may go to this address: by https, to a host of the caller's own."""
    return _host(target) in caller.hosts


def _host(target: str) -> str | None:
    """The host of an https address, with the port where it is not 443; None where it is no plain one."""
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        return None
    plain = target.isascii() and target.isprintable() and not any(sign in target for sign in " \\@#")
    if not plain or parts.scheme != "https" or not parts.hostname:
        return None
    return f"{parts.hostname}:{port}" if port not in (None, 443) else parts.hostname


def _own_target(caller: Caller, target: str) -> str:
    if _host(target) is None:
        raise bad("the target is an https address")
    if not may_be_told(caller, target):
        raise forbidden("the target is at a host of the caller's own")
    return target


def _open_kind(caller: Caller, spelling: str) -> str:
    kind = plural_of(spelling)
    if kind is None:
        raise bad("there is no such resource type")
    if kind not in caller.kinds:
        raise forbidden("this resource type is not open to the caller")
    return kind


def _of(caller: Caller) -> str:
    """What the names of a caller's subscriptions begin with; no caller's name begins with another's."""
    return hashlib.sha256(caller.name.encode()).hexdigest() + ":"
