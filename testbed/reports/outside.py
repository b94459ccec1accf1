"""A record of captures from outside, masked once and for all reports alike: they may hold real pupils."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, cast

from testbed.model.verdict import (
    Evidence,
    Expectation,
    Finding,
    Judgement,
    Play,
    Result,
    Run,
    RunRecord,
    Where,
)
from testbed.model.wire import Exchange
from testbed.model.written import Bilingual, Person
from testbed.privacy.hiding import Hiding, length
from testbed.reports.masking import Masking

WHOLE = frozenset(
    [
        "access_token",
        "code",
        "code_challenge",
        "code_verifier",
        "compact",
        "description",
        "id",
        "identifiers",
        "in_response_to",
        "jwk",
        "name_id",
        "nonce",
        "refresh_token",
        "relay_state",
        "session",
        "session_index",
        "session_indexes",
        "state",
        "subject",
        "title",
        "value",
        "values",
    ]
)
"""Fields of messages that are values: nothing of them stays but their length."""

ADDRESSES = frozenset({"acs_url", "delivered_by", "delivered_to", "destination", "redirect_uri"})
HOSTS = frozenset({"sender", "recipient"})
NAMES = frozenset({"algorithm", "attribute", "friendly_name", "key_id", "name", "name_format"})
"""Words of protocols, in which numbers are long."""
READINGS = frozenset({"messages", "disclosures", "issued", "unreadable"})
"""What evidence is made of beside exchanges."""


def masked(record: RunRecord) -> RunRecord:
    """The same record without anybody's values: what was found where, about whom by id, and not what it said."""
    return _Masked(Masking(Hiding(record.people))).record(record)


class _Masked:
    def __init__(self, masking: Masking) -> None:
        self._masking, self._hiding = masking, masking.hiding
        self._by_field: dict[str, Callable[[str], str]] = {
            **dict.fromkeys(WHOLE, length),
            **dict.fromkeys(ADDRESSES, masking.url),
            **dict.fromkeys(HOSTS, self._hiding.host),
            **dict.fromkeys(NAMES, self._hiding.known),
            "person": self._hiding.person,
            "xml": masking.xml,
            "text": masking.json,
        }

    def record(self, record: RunRecord) -> RunRecord:
        run = record.run
        names = {j.play.id: self._play_id(j.play.id, place) for place, j in enumerate(run.judgements, start=1)}
        evidence = {names.get(name, name): self._evidence(one, names) for name, one in record.evidence.items()}
        return replace(
            record,
            run=self._run(run, names),
            evidence=evidence,
            people={},
            masked=True,
        )

    def _play_id(self, name: str, place: int) -> str:
        return f"capture-{place}" if self._hiding.known(name) != name else name

    def _run(self, run: Run, names: Mapping[str, str]) -> Run:
        return replace(
            run,
            id=self._hiding.known(run.id),
            judgements=tuple(self._judgement(one, names) for one in run.judgements),
            problems=tuple(map(self._hiding.known, run.problems)),
            unreadable=tuple(map(self._hiding.known, run.unreadable)),
            left_out=tuple(map(self._hiding.known, run.left_out)),
        )

    def _lines(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._hiding.text(line) for line in lines)

    def _judgement(self, judgement: Judgement, names: Mapping[str, str]) -> Judgement:
        met = judgement.expectation
        return replace(
            judgement,
            play=self._play(judgement.play, names),
            reason=self._hiding.text(judgement.reason),
            expectation=Expectation(met.met, self._lines(met.missing), self._lines(met.unexpected)),
            results=tuple(self._result(result) for result in judgement.results),
        )

    def _play(self, play: Play, names: Mapping[str, str]) -> Play:
        title, name = play.scenario.title, names.get(play.id, play.id)
        told = Bilingual(sv=self._hiding.known(title.sv), en=self._hiding.known(title.en))
        own = play.scenario.id if self._hiding.known(play.scenario.id) == play.scenario.id else name
        return replace(
            play,
            id=name,
            scenario=play.scenario.model_copy(update={"title": told, "id": own}),
            person=self._hiding.person(play.person),
            stopped=self._hiding.text(play.stopped),
            error=self._hiding.text(play.error),
            orders=(),
            broken=(),
            seen=(),
        )

    def _result(self, result: Result) -> Result:
        found = tuple(self._finding(one) for one in result.findings)
        return replace(result, reason=self._hiding.text(result.reason), findings=found)

    def _finding(self, finding: Finding) -> Finding:
        text = self._hiding.text
        where = finding.where
        return replace(
            finding,
            observed=text(finding.observed),
            expected=text(finding.expected),
            where=Where(where.exchange, text(where.locator)) if where else None,
            attribute=self._hiding.known(finding.attribute),
            person=self._hiding.person(finding.person),
            sender=self._hiding.host(finding.sender),
            recipient=self._hiding.host(finding.recipient),
            reproduce=self._hiding.known(finding.reproduce),
        )

    def _evidence(self, evidence: Evidence, names: Mapping[str, str]) -> Evidence:
        readings = {
            one.name: self._any(getattr(evidence, one.name)) for one in fields(evidence) if one.name in READINGS
        }
        shown = {one.person for one in evidence.disclosures} | {evidence.play.person}
        people = {name: evidence.people[name] for name in sorted(shown) if name in evidence.people}
        return replace(
            evidence,
            play=self._play(evidence.play, names),
            exchanges=tuple(self._exchange(one) for one in evidence.exchanges),
            people={one.id: one for one in map(self._person, people.values())},
            releases=(),
            **cast("Any", readings),
        )

    def _person(self, person: Person) -> Person:
        """An id and a role: that somebody is marked for protection is a value like others."""
        return Person.model_construct(
            id=self._hiding.person(person.id),
            role=person.role,
            school=person.school,
            school_units=(),
            groups=(),
            security_marking="Ingen",
            attributes={},
        )

    def _exchange(self, exchange: Exchange) -> Exchange:
        return replace(
            exchange,
            sender=self._hiding.host(exchange.sender),
            receiver=self._hiding.host(exchange.receiver),
            request=self._masking.request(exchange.request),
            response=self._masking.response(exchange.response) if exchange.response else None,
            error=self._hiding.text(exchange.error),
            frames=tuple(self._masking.frame(frame) for frame in exchange.frames),
            led_by=self._hiding.host(exchange.led_by),
        )

    def _any(self, value: object, field: str = "") -> object:
        """A reading of a message: its structure, and no values."""
        if isinstance(value, StrEnum) or value == "":
            return value
        if isinstance(value, str):
            return self._by_field.get(field, self._hiding.text)(value)
        if isinstance(value, tuple):
            return tuple(self._any(one, field) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            changed = {one.name: self._any(getattr(value, one.name), one.name) for one in fields(value)}
            return replace(cast("Any", value), **changed)
        return b"" if isinstance(value, bytes) else value
