"""What a vendor holds, as can be seen from outside: by a resource's own address, in a list, on its page.

Which of them a vendor has is learned, not configured: EGIL asks of a receiver to take and to drop, and leaves it to the
vendor whether a school can read anything back.
"""

import html
from dataclasses import dataclass, field
from enum import StrEnum

from testbed.certify.exchange.bodies import COLLECTIONS
from testbed.certify.exchange.calling import Answer, Caller
from testbed.certify.exchange.names import Names, mark
from testbed.certify.exchange.world import ExchangeWorld
from testbed.model.exchange_case import Call


class Eye(StrEnum):
    """One way to see what a vendor holds."""

    SINGLE = "single"
    """GET of the resource itself."""
    LIST = "list"
    """GET of all of its kind."""
    PAGE = "page"
    """The page that shows whom it holds."""


@dataclass(slots=True)
class Eyes:
    """Those that are open at one vendor, by the kind of resource."""

    caller: Caller
    world: ExchangeWorld
    open_: dict[str, frozenset[Eye]] = field(default_factory=dict)

    async def learn(self, kind: str, id_: str) -> None:
        """Keep by which of them this resource, which has just been taken and whose id nobody had before, is seen."""
        seen = {eye for eye in Eye if await self._shows(eye, kind, id_)}
        self.open_[kind] = frozenset(seen)

    def sees(self, name: str) -> bool:
        """Whether any eye is open for what has this name."""
        return bool(self.open_.get(kind_of(name)))

    async def held(self, name: str, names: Names) -> tuple[bool | None, str]:
        """Whether any open eye shows the resource of this name, and which; None where none is open, or one
        was not answered and no other shows it."""
        kind, id_ = kind_of(name), names.id_of(name)
        looking, blind = self.open_.get(kind, frozenset()), False
        for eye in sorted(looking):
            shown = await self._shows(eye, kind, id_)
            if shown:
                return True, eye.value
            blind = blind or shown is None
        return (False, "") if looking and not blind else (None, "")

    async def texts(self, kind: str, id_: str) -> str:
        """All that can be read of a resource."""
        found = [(await self._read(eye, kind, id_))[1] for eye in sorted(self.open_.get(kind, frozenset()))]
        return "\n".join(text for text in found if text is not None)

    async def member(self, group: str, person: str, names: Names) -> bool | None:
        """Whether the person is in the group, as far as the group can be read; None where it cannot."""
        looking = self.open_.get("group", frozenset())
        for eye in (Eye.SINGLE, Eye.LIST):
            if eye in looking:
                answer, _ = await self._read(eye, "group", names.id_of(group))
                return None if answer is None or answer.tells_nothing else answer.has(names.id_of(person))
        if Eye.PAGE in looking:
            # NOTE: the page shows people, so that a group is seen there as long as somebody is in it.
            return await self._shows(Eye.PAGE, "group", names.id_of(group))
        return None

    async def _shows(self, eye: Eye, kind: str, id_: str) -> bool | None:
        """None where the vendor was too busy, or broke down: that shows nothing, and does not show that it is gone."""
        answer, text = await self._read(eye, kind, id_)
        if text is None or (answer is not None and answer.tells_nothing):
            return None
        if answer is not None and not answer.taken:
            return False
        return id_ in text or mark(id_) in text or mark(id_).lower() in text

    async def _read(self, eye: Eye, kind: str, id_: str) -> tuple[Answer | None, str | None]:
        if eye is Eye.PAGE:
            page = await self.world.page(self.world.roster) if self.world.roster else None
            return None, None if page is None else html.unescape(page)
        path = f"/{COLLECTIONS[kind]}" + (f"/{id_}" if eye is Eye.SINGLE else "")
        answer = await self.caller.call(Call(path=path), Names())
        return answer, f"{answer.text}\n{answer.json}"


def kind_of(name: str) -> str:
    """Of a resource: the first word of its name in a case."""
    return name.partition("-")[0]
