"""``testbed metadata lint``: is what an entity says of itself fit for the federation?"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer
from lxml import etree
from rich.text import Text

from testbed.cli.console import AS_EXPECTED, NOT_AS_EXPECTED, err, out
from testbed.cli.metadata_view import JsonList, Linted, PeopleView, View
from testbed.cli.progress import reading
from testbed.model.files import ScenarioInvalid
from testbed.model.messages import EntityRole
from testbed.wire.metadata_files import descriptors
from testbed.wire.metadata_rules import lint as remarks_on
from testbed.wire.metadata_rules import lint_group, roles_of
from testbed.wire.metadata_rules.core import ENTITY
from testbed.wire.xml import Unreadable

app = typer.Typer(no_args_is_help=True)
EXAMPLES = (
    "Examples:\n\ntestbed metadata lint my-service.xml\n\ntestbed metadata lint my-school.xml --role idp --swedish\n\n"
    "testbed metadata lint aggregate.xml --json"
)
EVERY = 1000
"""Entities between two lines of a log."""


class Role(StrEnum):
    """A role that the rules know."""

    IDP = "idp"
    SP = "sp"


ROLES: Mapping[Role | None, tuple[EntityRole, ...]] = MappingProxyType(
    {None: ("idp", "sp"), Role.IDP: ("idp",), Role.SP: ("sp",)}
)


@app.callback()
def metadata() -> None:
    """Look at SAML metadata."""


@app.command(epilog=EXAMPLES)
def lint(
    files: Annotated[list[Path], typer.Argument(help="Metadata: an EntityDescriptor, or an aggregate of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for programs.")] = False,
    swedish: Annotated[bool, typer.Option("--swedish", help="Write the remarks in Swedish.")] = False,
    role: Annotated[Role | None, typer.Option(help="Look at identity providers (schools) or services alone.")] = None,
) -> None:
    """Hold metadata against the federation's seven rules.

    Ends with 0 when no rule that is enforced is broken, 1 when one is, 2 when a file cannot be read as metadata.
    Signatures are not verified, and nothing is fetched.
    """
    now = datetime.now(UTC)
    broken = False
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        view: View = JsonList(kept, sys.stdout) if as_json else PeopleView(out, swedish)
        for path in files:
            for linted in _linted(path, ROLES[role], now):
                view.add(linted)
                broken |= linted.broken
        view.show()
    raise typer.Exit(NOT_AS_EXPECTED if broken else AS_EXPECTED)


def _linted(path: Path, roles: tuple[EntityRole, ...], now: datetime) -> Iterator[Linted]:
    """What is said of each entity in the file.

    Raises:
        ScenarioInvalid: it cannot be read, is no metadata, or holds nothing in these roles.
    """
    entities, looked_at = 0, False
    try:
        with path.open("rb") as file, reading(path, file) as watched:
            for element in descriptors(watched):
                if element.tag != ENTITY:
                    yield from _frame(path, element, now)
                    continue
                linted = _entity(path, element, roles, now)
                entities, looked_at = entities + 1, looked_at or bool(linted.roles)
                if entities % EVERY == 0 and not err.is_terminal:
                    err.print(Text(f"{path.name}: {entities} entities"))
                yield linted
    except OSError as error:
        problem = (error.strerror or "cannot be read").lower()
        raise ScenarioInvalid(path, "", problem, "check the path and its permissions") from error
    except Unreadable as error:
        raise ScenarioInvalid(path, "", str(error), "give SAML metadata as it is published") from error
    if not looked_at:
        problem = f"holds nothing in the role {' or '.join(roles)} (entities: {entities})"
        raise ScenarioInvalid(path, "", problem, "give metadata of that role, or another --role")


def _entity(path: Path, element: etree._Element, roles: tuple[EntityRole, ...], now: datetime) -> Linted:
    has = tuple(role for role in roles_of(element) if role in roles)
    return Linted(path, element.get("entityID", ""), has, remarks_on(element, now, has))


def _frame(path: Path, element: etree._Element, now: datetime) -> Iterator[Linted]:
    remarks = lint_group(element, now)
    if remarks:
        yield Linted(path, element.get("Name", ""), (), remarks, aggregate=True)
