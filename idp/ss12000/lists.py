"""The lists of one view, page by page, and the views of all callers."""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.config import Clock
from idp.population.school import Owner
from idp.ss12000.amendments import Amendments, Held
from idp.ss12000.caller import Caller
from idp.ss12000.errors import forbidden
from idp.ss12000.filters import Ordered, is_descending, ordered
from idp.ss12000.lens import Lens
from idp.ss12000.profile import Profile
from idp.ss12000.query import Query
from idp.ss12000.roll import Change, Roll
from idp.ss12000.view import Gone, View
from testbed.model.written import Agreement

MAX_KEPT_LISTS = 8
MAX_KEPT_VIEWS = 16


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list."""

    ids: tuple[str, ...]
    last: tuple[str, str] | None
    """Sort value and id of its last resource, where more come after it."""


class Lists:
    """The lists of one view. A list that was made once is kept while its pages are fetched."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._kept: OrderedDict[Query, Ordered] = OrderedDict()

    def page(self, query: Query, after: tuple[str, str] | None, limit: int) -> Page:
        """So many resources after this one.

        Args:
            query: says which, and in what order.
            after: sort value and id of the last one of the page before; None: from the beginning.
            limit: how many at most.

        Raises:
            Problem: that cannot be asked, or not by this caller.
        """
        found = self._list(query)
        if is_descending(query):
            end = bisect_left(found, after) if after else len(found)
            start = max(end - limit, 0)
            chosen, more = found[start:end][::-1], start > 0
        else:
            start = bisect_right(found, after) if after else 0
            chosen, more = found[start : start + limit], start + limit < len(found)
        return Page(tuple(name for _, name in chosen), chosen[-1] if more else None)

    def _list(self, query: Query) -> Ordered:
        if query not in self._kept:
            self._kept[query] = ordered(self.view, query)
            if len(self._kept) > MAX_KEPT_LISTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(query)
        return self._kept[query]


@dataclass(frozen=True, slots=True)
class _Kept:
    agreement: Agreement
    changes: Sequence[Change]
    lists: Lists


class Views:
    """What each caller may see now.

    Args:
        roll: of the school.
        owner: of the school.
        secret: behind pseudonyms.
        now: the time, in aware UTC.
    """

    def __init__(self, roll: Roll, owner: Owner, secret: bytes, now: Clock) -> None:
        self._roll, self._owner, self._secret, self._now = roll, owner, secret, now
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._amended: dict[str, Amendments] = {}

    def amend(self, before: Caller, after: Caller, at: datetime) -> None:
        """From this moment on another agreement holds with a caller; what follows from it is told as changes are.

        Args:
            before: the caller under the agreement that held.
            after: the same under the one that holds now.
            at: the moment, which is after every change of a person so far.
        """
        so_far = self._amended.get(before.name, Amendments())
        self._amended[before.name] = so_far.after(self._held(before), self._held(after), at)

    def _held(self, caller: Caller) -> Held:
        """All that the caller can see."""
        if not self.in_force(caller):
            return {}
        view = self.of(caller).view
        return {(kind, name): view.plain(kind, name) for kind in sorted(caller.kinds) for name in view[kind]}

    def check(self, caller: Caller) -> None:
        """That the caller's agreement is in force, or has been over for no longer than it may take to delete what the
        caller has.

        Raises:
            Problem: it is not, or there is none.
        """
        profile = self._profile(caller)
        if not profile.begins <= self._now() < profile.forgets_until:
            raise forbidden("the agreement is not in force")

    def in_force(self, caller: Caller) -> bool:
        """Whether the caller has an agreement that is in force."""
        return caller.agreement is not None and caller.agreement.in_force(self._now().date())

    def must_be_in_force(self, caller: Caller) -> None:
        """That the caller has an agreement that is in force.

        Raises:
            Problem: it has none, or one that is not.
        """
        if not self.in_force(caller):
            raise forbidden("the agreement is not in force")

    def of(self, caller: Caller) -> Lists:
        """The lists of a caller whose agreement is in force.

        Raises:
            Problem: there is none, or it is not.
        """
        self.must_be_in_force(caller)
        lists = self._lists(self._profile(caller), self._roll.changes())
        lists.view.touched = self._amended.get(caller.name, Amendments()).touched
        return lists

    def gone(self, caller: Caller) -> tuple[Gone, ...]:
        """What the caller could see and can no longer: everything, once its agreement is over.

        Raises:
            Problem: as :meth:`check` does.
        """
        self.check(caller)
        profile, changes = self._profile(caller), self._roll.changes()
        if self.in_force(caller):
            view = self._lists(profile, changes).view
            found = {(one.kind, one.id): one.at for one in view.gone}
        else:
            view = self._lists(profile, tuple(change for change in changes if change.at < profile.ends)).view
            rest = {(kind, name): profile.ends for kind in caller.kinds for name in view[kind]}
            found = {(one.kind, one.id): one.at for one in view.gone} | rest
        # NOTE: an agreement may be ended for a day that has passed; the caller is told of it when the school is.
        for key, at in self._amended.get(caller.name, Amendments()).dropped.items():
            if not self.in_force(caller) or key[1] not in view[key[0]]:
                found[key] = max(at, found.get(key, at))
        return tuple(sorted(Gone(at, kind, name) for (kind, name), at in found.items()))

    def _profile(self, caller: Caller) -> Profile:
        if caller.agreement is None:
            raise forbidden("there is no agreement with the caller")
        return Profile(caller.agreement, self._secret)

    def _lists(self, profile: Profile, changes: Sequence[Change]) -> Lists:
        agreement = profile.agreement
        kept = self._kept.get(agreement.id)
        if kept is None or kept.agreement != agreement or kept.changes != changes[: len(kept.changes)]:
            lens = Lens(self._roll.beginning.going_on(), profile, self._owner)
            self._kept[agreement.id] = _Kept(agreement, changes, Lists(View(lens, changes)))
        elif len(kept.changes) < len(changes):
            kept.lists.view.follow(changes[len(kept.changes) :])
            self._kept[agreement.id] = _Kept(agreement, changes, Lists(kept.lists.view))
        self._kept.move_to_end(agreement.id)
        if len(self._kept) > MAX_KEPT_VIEWS:
            self._kept.popitem(last=False)
        return self._kept[agreement.id].lists
