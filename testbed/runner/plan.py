"""What is going to be played, settled before anything is: it can be written down and played again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from testbed.model.files import ScenarioInvalid, read_text
from testbed.model.verdict import Play
from testbed.model.written import Person, Scenario, Vendor
from testbed.runner.casting import candidates, draw
from testbed.runner.catalogue import Catalogue

SCHEMA = "testbed.plan/1"


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before it is played; ``plan.json`` in its folder."""

    id: str
    lab: str
    seed: int
    versions: Mapping[str, str]
    plays: tuple[str, ...]
    """Ids, in order: a play that the journal lacks was never begun."""
    options: tuple[str, ...] = ()
    """What a command needs beside seed and person to play the same again, as ``--pupils 200``."""
    files: Mapping[str, str] = MappingProxyType({})
    """Scenario id to the file that was named for it."""
    command: str = ""
    """Of captures that were judged and not played: what judges them again."""
    unreadable: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By play, what of its capture could not be read, one line each; under "" what concerns all."""
    left_out: tuple[str, ...] = ()
    """What captures hold that is no traffic of the web."""

    def unreadable_of(self, play: str) -> tuple[str, ...]:
        """What the verdict on a play cannot rest on."""
        return (*self.unreadable.get("", ()), *self.unreadable.get(play, ()))


def plays_of(
    scenarios: Sequence[Scenario], catalogue: Catalogue, people: Mapping[str, Person], seed: int, repeat: int = 1
) -> tuple[Play, ...]:
    """Every scenario with its person, ``repeat`` times with other people each time.

    Raises:
        ScenarioInvalid: nobody fits a scenario.
    """
    who = [candidates(people.values(), one, catalogue.sources[("scenario", one.id)]) for one in scenarios]
    plays = []
    for repetition in range(repeat):
        for scenario, fitting in zip(scenarios, who, strict=True):
            vendor = catalogue.vendor_of(scenario)
            person = draw(fitting, scenario, seed, repetition)
            plays.append(
                Play(
                    id=scenario.id if repetition == 0 else f"{scenario.id}.{repetition + 1}",
                    scenario=scenario,
                    vendor=vendor,
                    person=person.id,
                    agreement=vendor.agreement or "",
                    also=tuple(catalogue.vendors[name] for name in scenario.also),
                )
            )
    return tuple(plays)


def vendors_in(plays: Sequence[Play]) -> tuple[Vendor, ...]:
    """Every vendor that takes part in some play, each once: those whom a lab must have."""
    return tuple({vendor.id: vendor for play in plays for vendor in (play.vendor, *play.also)}.values())


def dump_plan(plan: Plan) -> str:
    """The text of plan.json."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "id": plan.id,
            "lab": plan.lab,
            "seed": plan.seed,
            "versions": dict(plan.versions),
            "plays": list(plan.plays),
            "options": list(plan.options),
            "files": dict(plan.files),
            **_of_captures(plan),
        },
        ensure_ascii=False,
        indent=1,
    )


def _of_captures(plan: Plan) -> dict[str, object]:
    if not plan.command:
        return {}
    unreadable = {name: list(lines) for name, lines in plan.unreadable.items()}
    return {"command": plan.command, "unreadable": unreadable, "left_out": list(plan.left_out)}


def load_plan(path: Path) -> Plan:
    """Read plan.json.

    Raises:
        ScenarioInvalid: it is missing or not one.
    """
    try:
        data = json.loads(read_text(path))
        if data["schema"] != SCHEMA:
            raise ValueError(data["schema"])
        return Plan(
            id=str(data["id"]),
            lab=str(data["lab"]),
            seed=int(data["seed"]),
            versions={str(name): str(version) for name, version in data["versions"].items()},
            plays=tuple(str(play) for play in data["plays"]),
            options=tuple(str(option) for option in data.get("options", ())),
            files={str(name): str(path) for name, path in data.get("files", {}).items()},
            command=str(data.get("command", "")),
            unreadable={str(n): tuple(str(line) for line in ls) for n, ls in data.get("unreadable", {}).items()},
            left_out=tuple(str(line) for line in data.get("left_out", ())),
        )
    except ScenarioInvalid:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ScenarioInvalid(
            path, "", f"is not a plan of {SCHEMA}", "name a folder that 'testbed run' made"
        ) from error
