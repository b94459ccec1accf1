"""What checks of rosters that schools send share: who called, what was sent, and what became of it."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from testbed.checks.core import Need
from testbed.model.exchange_messages import (
    DataRecord,
    Fate,
    MachineRegister,
    MachineToken,
    RegisteredMachine,
    RosterAsked,
    RosterCall,
)
from testbed.model.orders import ChangeMachine
from testbed.model.vendor import SENT
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of

CREATED, OK, ACCEPTED, NO_CONTENT, NOT_FOUND, CONFLICT = 201, 200, 202, 204, 404, 409
PROVISIONING = "provisioning-api"
"""The type of access that a token opens."""
LEEWAY = timedelta(minutes=5)
"""Of clocks: a token that has ended just now may be taken for a good one."""

_RIGHT: Mapping[RosterAsked, tuple[int, ...]] = MappingProxyType(
    {"create": (CREATED,), "replace": (OK,), "delete": (NO_CONTENT, NOT_FOUND)}
)
"""How SCIM says that something was taken (RFC 7644, 3.3, 3.5.1 and 3.6); what is not there need not be deleted."""

RECEIVES = Need(lambda evidence: evidence.play.vendor.protocol in SENT, "the vendor is sent no rosters")


def calls(evidence: Evidence) -> tuple[RosterCall, ...]:
    """Those of the vendor's own protocol at its own receiving side, in order."""
    vendor = evidence.play.vendor
    host = host_of((vendor.exchange.receives if vendor.exchange else None) or "")
    found = (m for m in evidence.messages if isinstance(m, RosterCall))
    return tuple(one for one in found if one.host == host and one.protocol == vendor.protocol)


CALLED = Need(lambda evidence: bool(calls(evidence)), "nobody called the vendor's receiving side")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a caller is one whom the vendor may take for a school."""

    stranger: bool | None
    """None: it cannot be told."""
    why: str = ""
    """The end of a sentence: why it is a stranger, or why that cannot be told."""


KNOWN = Standing(stranger=False)


class Callers:
    """Who calls, held against the register of machines as it was published last, and against tokens.

    Args:
        evidence: of the play.
    """

    def __init__(self, evidence: Evidence) -> None:
        found = (m for m in evidence.messages if isinstance(m, MachineRegister))
        self._registers = sorted(found, key=lambda one: one.at)
        self._read_at = [one.at for one in self._registers]
        self._keys_are_seen = any(call.shown for call in calls(evidence))
        self._named = self._in_registers()
        # NOTE: such an order is carried out once no reader may go any longer by what it has kept.
        self._changed = [one.at for one in evidence.play.orders if isinstance(one.order, ChangeMachine)]
        exchange = evidence.play.vendor.exchange
        self._address = _address((exchange.receives if exchange else None) or "")

    def standing(self, call: RosterCall) -> Standing:
        """Of whoever made this call."""
        by_register = self._by_register(call)
        if by_register.stranger is False and call.protocol == "provisioning":
            return self._by_token(call)
        return by_register

    def may_send(self, call: RosterCall) -> bool:
        """Whether it is judged as a school's: it is one's, or nothing is known of who may call."""
        return self.standing(call).stranger is False or not self._registers

    def _by_register(self, call: RosterCall) -> Standing:
        last = self._last_before(call)
        if last < 0:
            return Standing(None, "no register of machines was fetched before it")
        naming = self._named.get(self._key(call), {})
        if last in naming:
            return KNOWN
        who = "shows no key" if self._keys_are_seen and not call.shown else "is in no register of machines"
        latest = max((place for place in naming if place < last), default=-1)
        if latest >= 0:
            # NOTE: whoever has just read the register may go by it for as long as that said.
            former, since = self._registers[latest], self._registers[latest + 1].at
            if any(former.at < done <= call.at for done in self._changed):
                return Standing(stranger=True, why="is in the register of machines no longer")
            if call.at - since < timedelta(seconds=former.cache_ttl_s):
                return Standing(None, f"the register of before may be kept for {former.cache_ttl_s} s")
            who = "is in the register of machines no longer"
        return Standing(stranger=True, why=who)

    def _in_registers(self) -> Mapping[str, Mapping[int, RegisteredMachine]]:
        """By the key that a machine shows, where the recorder sees no keys by its host: the entity in each register."""
        found: dict[str, dict[int, RegisteredMachine]] = {}
        for place, register in enumerate(self._registers):
            for one in register.machines:
                for name in one.pins if self._keys_are_seen else one.hosts if one.pins else ():
                    found.setdefault(name, {}).setdefault(place, one)
        return found

    def _key(self, call: RosterCall) -> str:
        return call.shown if self._keys_are_seen else call.caller

    def _last_before(self, call: RosterCall) -> int:
        """The place of the register that was published when the call was made; -1 where there was none."""
        return bisect_right(self._read_at, call.at) - 1

    def _by_token(self, call: RosterCall) -> Standing:
        token = call.token
        if token is None:
            return Standing(stranger=True, why="shows no token")
        machine = self._named.get(self._key(call), {}).get(self._last_before(call))
        if why := out_of_time(token, call.at):
            return Standing(stranger=True, why=why)
        if not any(kind == PROVISIONING and _address(one) == self._address for kind, one in token.opens):
            return Standing(stranger=True, why="shows a token that opens something else")
        if machine is not None and token.entity_id != machine.entity_id:
            return Standing(stranger=True, why="shows a token of somebody else")
        return KNOWN


def out_of_time(token: MachineToken, at: datetime) -> str:
    """Why a token is none at this moment, "" where it is one: compared by differences, for nothing can be added to a
    moment at the end of all time."""
    if token.ends is None:
        return "shows a token that cannot be read, or that never ends"
    if at - token.ends > LEEWAY:
        return f"shows a token that ended {token.ends:%Y-%m-%d %H:%M} UTC"
    if token.begins is not None and token.begins - at > LEEWAY:
        return f"shows a token that begins {token.begins:%Y-%m-%d %H:%M} UTC"
    return ""


def _address(url: str) -> tuple[str, str, str]:
    """An address as it is compared (RFC 3986, 6.2.2.1 and 6.2.3): hosts in any letter case, the scheme's own port left
    out, no slash at the end."""
    parts = urlsplit(url) if host_of(url) else urlsplit("")
    return parts.scheme, host_of(url), parts.path.rstrip("/")


def is_below(url: str, place: str) -> bool:
    """Whether an address is this place, or one below it."""
    (*own, path), (*theirs, begins) = _address(url), _address(place)
    return bool(host_of(url)) and own == theirs and f"{path}/".startswith(f"{begins}/")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One record of one call, and what became of it."""

    call: RosterCall
    record: DataRecord
    fate: Fate

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose record it is and which."""
        return self.call.caller, self.call.collection, self.record.id


def attempts(evidence: Evidence) -> tuple[Attempt, ...]:
    """Everything that the vendor was sent by those who may, in order."""
    made, callers = calls(evidence), Callers(evidence)
    jobs = _jobs(made)
    return tuple(
        Attempt(call, record, _fate(call, record.id, jobs))
        for call in made
        if call.writes and callers.may_send(call)
        for record in call.sent or (DataRecord(call.where, ""),)
    )


type _Job = tuple[str, str]
"""Who asks, and the job."""


def _jobs(made: tuple[RosterCall, ...]) -> Mapping[_Job, Mapping[str, Fate]]:
    """What was said last of each record of each job."""
    told: dict[_Job, dict[str, Fate]] = {}
    for call in made:
        if call.asked == "job" and call.answered_well:
            told.setdefault((call.caller, call.job), {}).update({one.id: one.fate for one in call.answered})
    return told


def _fate(call: RosterCall, record: str, jobs: Mapping[_Job, Mapping[str, Fate]]) -> Fate:
    if (call.protocol, call.asked, call.status) == ("scim", "create", CONFLICT):
        # NOTE: what is there already is rightly refused; the school replaces it then.
        return "unknown"
    if call.protocol == "scim":
        return "taken" if call.status in _RIGHT[call.asked] else "refused"
    if not call.answered_well:
        return "taken" if (call.asked, call.status) == ("delete", NOT_FOUND) else "refused"
    if not call.job:
        # NOTE: "accepted" says that nothing has been done yet (RFC 9110, 15.3.3), and no job tells of it later.
        return "unknown" if call.status == ACCEPTED else "taken"
    return jobs.get((call.caller, call.job), {}).get(record, "unknown")


def taken(evidence: Evidence) -> Iterator[Attempt]:
    """What the vendor took in or dropped."""
    yield from (one for one in attempts(evidence) if one.fate == "taken")
