"""``testbed list``: what there is to run, and what is checked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from sp_mocks.oidc.unsafe import OIDC_UNSAFE
from sp_mocks.unsafe import UNSAFE_FAULTS
from testbed.certify.cases import load_every_case
from testbed.certify.profiles import load_profiles
from testbed.checks.core import describe
from testbed.cli.console import out
from testbed.model.attributes import attributes
from testbed.runner.catalogue import Catalogue, load_catalogue, project_folder
from testbed.runner.profiles import own_profiles

type Rows = list[dict[str, str]]
EXAMPLES = "Examples:\n\ntestbed list scenarios\n\ntestbed list checks --json"


class Kind(StrEnum):
    """What can be listed."""

    CHECKS = "checks"
    SCENARIOS = "scenarios"
    SUITES = "suites"
    VENDORS = "vendors"
    AGREEMENTS = "agreements"
    FAULTS = "faults"
    PROFILES = "profiles"
    ATTRIBUTES = "attributes"
    CASES = "cases"
    PURPOSES = "purposes"
    LOADS = "loads"


def _checks(_: Catalogue) -> Rows:
    return [{name: str(value) for name, value in asdict(info).items()} for info in describe()]


def _scenarios(known: Catalogue) -> Rows:
    return [
        {"id": s.id, "vendor": s.vendor, "login": s.expect.login, "title": s.title.en, "titel": s.title.sv}
        for s in known.scenarios.values()
    ]


def _suites(known: Catalogue) -> Rows:
    return [{"id": s.id, "title": s.title.en, "scenarios": " ".join(s.scenarios)} for s in known.suites.values()]


def _vendors(known: Catalogue) -> Rows:
    return [
        {
            "id": v.id,
            "name": v.name,
            "protocol": v.protocol,
            "agreement": v.agreement or "",
            "profile": v.simulated.profile if v.simulated else "",
            "fault": (v.simulated.fault or "") if v.simulated else "",
        }
        for v in known.vendors.values()
    ]


def _agreements(known: Catalogue) -> Rows:
    return [
        {"id": a.id, "processor": a.processor.name, "from": str(a.valid.from_), "until": str(a.valid.until)}
        for a in known.agreements.values()
    ]


def _faults(_: Catalogue) -> Rows:
    """Those that honest traffic shows, by the checks that notice them; then those that only attacks show, by cases."""
    honest = [(f.id, f.title, frozenset(f.breaks)) for f in EVERY_FAULT.values()]
    attacked = [(f.id, f.title, frozenset(f.accepts)) for f in UNSAFE_FAULTS.values()]
    attacked += [(f.id, f.title, frozenset(f.accepts)) for f in OIDC_UNSAFE.values()]
    return [
        {"id": name, "title": title.en, "titel": title.sv, "breaks": " ".join(sorted(breaks))}
        for name, title, breaks in (*honest, *attacked)
    ]


def _profiles(_: Catalogue) -> Rows:
    return [{"id": p.id, "title": p.title.en, "titel": p.title.sv} for p in EVERY_PROFILE.values()]


def _attributes(_: Catalogue) -> Rows:
    return [{name: str(value) for name, value in asdict(row).items()} for row in attributes()]


def _cases(_: Catalogue) -> Rows:
    return [
        {
            "id": c.id,
            "level": c.level,
            "expect": c.expect,
            "clause": c.clause,
            "title": c.title.en,
            "titel": c.title.sv,
            "needs": " ".join(c.needs),
        }
        for c in load_every_case([project_folder()])
    ]


def _purposes(_: Catalogue) -> Rows:
    return [
        {"id": p.id, "version": p.version, "title": p.title.en, "titel": p.title.sv}
        for p in load_profiles([project_folder()]).values()
    ]


def _loads(_: Catalogue) -> Rows:
    """People at the scale that each has by default."""
    return [
        {
            "id": p.id,
            "title": p.title.en,
            "titel": p.title.sv,
            "people": f"{sum(wave.size for wave in p.waves) * p.scale:.0f}",
            "scale": f"{p.scale:g}",
            "seconds": f"{p.window_s:.0f}",
            "flows": " ".join(dict.fromkeys(part.flow for part in p.parts)),
        }
        for _, p in own_profiles().values()
    ]


_LISTS: Mapping[Kind, Callable[[Catalogue], Rows]] = {
    Kind.CHECKS: _checks,
    Kind.SCENARIOS: _scenarios,
    Kind.SUITES: _suites,
    Kind.VENDORS: _vendors,
    Kind.AGREEMENTS: _agreements,
    Kind.FAULTS: _faults,
    Kind.PROFILES: _profiles,
    Kind.ATTRIBUTES: _attributes,
    Kind.CASES: _cases,
    Kind.PURPOSES: _purposes,
    Kind.LOADS: _loads,
}


def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    catalogue: Annotated[list[Path] | None, typer.Option(help="One more folder laid out as scenarios/ is.")] = None,
) -> None:
    """List what there is."""
    rows = _LISTS[kind](load_catalogue(catalogue or ()))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    view = Table(show_lines=False)
    for heading in rows[0] if rows else ():
        view.add_column(heading, overflow="fold")
    for row in rows:
        view.add_row(*(Text(cell) for cell in row.values()))
    out.print(view)
