"""From captures made elsewhere to what the judge reads: one scenario for each, that nobody played here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from testbed.interception.capture import Capture
from testbed.interception.recorded import Recorded
from testbed.model.attributes import by_claim, by_saml_name
from testbed.model.messages import Assertion, Message, SamlResponse
from testbed.model.verdict import CAPTURE, Play
from testbed.model.wire import Exchange
from testbed.model.written import Agreement, Bilingual, Expect, Person, Scenario, Vendor
from testbed.privacy.hiding import Hiding
from testbed.privacy.oidc import Stated, stated_in
from testbed.privacy.others import hosts_of
from testbed.privacy.people import PeopleIndex, index_of
from testbed.privacy.subject import subject_of, subject_of_claims
from testbed.runner.plan import Plan
from testbed.wire.messages import messages

NOWHERE = "https://not-seen.invalid/"
"""Where a vendor's page would be that no capture shows (RFC 2606)."""
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Beside:
    """What was given beside the captures."""

    people: Mapping[str, Person]
    agreement: Agreement | None
    command: str
    """By which it is all judged again."""
    unreadable: tuple[str, ...] = ()
    """What of the people file could not be read."""


@dataclass(slots=True)
class _Gathering:
    """What has been gathered of some captures."""

    plays: list[Play] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    unreadable: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.exchanges[-1].number if self.exchanges else 0

    def name_for(self, wanted: str) -> str:
        """An id that no play has yet."""
        taken = {play.id for play in self.plays}
        numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)


def gathered(
    captures: Sequence[Capture], beside: Beside, versions: Mapping[str, str], now: datetime
) -> tuple[Recorded, Plan]:
    """All captures as one recording, and the plan that it would have had.

    A journal has plays of its own, and they stay what they are; whatever else was recorded becomes one play for each
    capture. ``now`` is when a recording without any exchange began.
    """
    gathering, hiding = _Gathering(), Hiding(beside.people)
    if beside.unreadable:
        gathering.unreadable[""] = beside.unreadable
    for place, capture in enumerate(captures, start=1):
        name = _name(capture, place, hiding)
        _take(capture, name, beside, gathering)
        gathering.left_out += [f"{capture.name}: {line}" for line in capture.left_out]
    started = min((exchange.started for exchange in gathering.exchanges), default=now)
    recorded = Recorded(CAPTURE, started, tuple(gathering.plays), tuple(gathering.exchanges), ())
    plan = Plan(
        id=f"{started:%Y%m%dT%H%M%SZ}-{gathering.plays[0].id if gathering.plays else CAPTURE}",
        lab=CAPTURE,
        seed=0,
        versions=versions,
        plays=tuple(play.id for play in gathering.plays),
        command=beside.command,
        unreadable=gathering.unreadable,
        left_out=tuple(gathering.left_out),
    )
    return recorded, plan


def _name(capture: Capture, place: int, hiding: Hiding) -> str:
    """From the file's name, unless that tells who it is about."""
    stem = capture.name.rpartition(".")[0] or capture.name
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower())[:MAX_NAME].strip("-")
    return name if name and not hiding.holds(name) and not hiding.holds(stem) else f"{CAPTURE}-{place}"


def _take(capture: Capture, name: str, beside: Beside, gathering: _Gathering) -> None:
    offset, before = gathering.last, len(gathering.plays)
    renamed = {play.id: gathering.name_for(play.id) for play in capture.plays}
    unreadable = tuple(f"{capture.name}: {line}" for line in capture.unreadable)
    own = [one for one in capture.exchanges if one.play not in renamed]
    if own or not capture.plays:
        play = _play(capture, gathering.name_for(name), own, beside)
        gathering.plays.append(play)
        renamed = {**{one.play: play.id for one in own}, **renamed}
    for played in capture.plays:
        fitting = beside.agreement if beside.agreement and _is_about(beside.agreement, played.vendor) else None
        agreement = fitting.id if fitting else ""
        gathering.plays.append(replace(played, id=renamed[played.id], agreement=agreement))
    for one in capture.exchanges:
        gathering.exchanges.append(replace(one, number=one.number + offset, play=renamed[one.play]))
    if unreadable:
        # NOTE: nobody knows to which of a journal's plays a line belonged that cannot be read.
        gathering.unreadable.update({play.id: unreadable for play in gathering.plays[before:]})


def _play(capture: Capture, name: str, exchanges: Sequence[Exchange], beside: Beside) -> Play:
    vendor, made_by = _vendor(beside.agreement), f", {capture.made_by}" if capture.made_by else ""
    scenario = Scenario(
        id=name,
        title=Bilingual(
            sv=f"Inspelningen {capture.name} ({capture.kind}{made_by})",
            en=f"The capture {capture.name} ({capture.kind}{made_by})",
        ),
        flow="login",
        vendor=vendor.id,
        expect=Expect(login="accepted"),
    )
    return Play(
        id=name,
        scenario=scenario,
        vendor=vendor,
        person=player_of(exchanges, beside.people),
        agreement=beside.agreement.id if beside.agreement else "",
        started=exchanges[0].started if exchanges else None,
        finished=exchanges[-1].started if exchanges else None,
        captured=True,
    )


def _vendor(agreement: Agreement | None) -> Vendor:
    """The vendor whom an agreement is about. It has no page that is known, and how it is registered is not known."""
    processor = agreement.processor if agreement else None
    home = f"https://{processor.hosts[0]}/" if processor and processor.hosts else NOWHERE
    return Vendor.model_validate(
        {
            "id": agreement.id if agreement else "unknown-vendor",
            "name": processor.name if processor else "Okänd leverantör / Unknown vendor",
            "protocol": "saml",
            "entity_id": processor.entity_ids[0] if processor and processor.entity_ids else "",
            "metadata": home,
            "login": home,
            "probe": {"url": NOWHERE},
            "agreement": agreement.id if agreement else None,
        }
    )


def _is_about(agreement: Agreement, vendor: Vendor) -> bool:
    processor = agreement.processor
    named = {*processor.entity_ids, *processor.client_ids}
    return vendor.agreement == agreement.id or vendor.party in named or bool(hosts_of(vendor) & set(processor.hosts))


def player_of(exchanges: Sequence[Exchange], people: Mapping[str, Person]) -> str:
    """The one whom all logins speak of; "" where there is none, or several, or somebody whom nobody knows."""
    index = index_of(people)
    found: set[str] = set()
    for exchange in exchanges:
        for message in messages(exchange):
            found.update(_spoken_of(message, index))
    return next(iter(found)) if len(found) == 1 else ""


def _spoken_of(message: Message, index: PeopleIndex) -> Iterator[str]:
    """Ids; "" for somebody who is identified and not known."""
    if isinstance(message, SamlResponse):
        for assertion in message.assertions:
            person = subject_of(assertion, index, "")
            if person or _identifies(assertion):
                yield person
    stated = stated_in(message)
    if stated is not None:
        person = subject_of_claims(stated.claims, stated.sub, index, "")
        if person or _identifies_by_claim(stated):
            yield person


def _identifies(assertion: Assertion) -> bool:
    known = (by_saml_name().get(one.name) for one in assertion.attributes if any(one.values))
    return any(row is not None and row.unique for row in known)


def _identifies_by_claim(stated: Stated) -> bool:
    known = (by_claim().get(one.name) for one in stated.claims if any(one.values))
    return any(row is not None and row.unique for row in known)
