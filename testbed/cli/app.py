"""Every command under its name. A command's module is imported when it is asked for, for some bring the whole lab."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer

# NOTE: typer carries its own copy of click and gives what a group is asked for and answers no public name.
from typer._click import Command, Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is written."""

    module: str
    """In this package. It has a typer ``app``, or a function and examples of its use."""
    function: str = ""
    """"" where the module has commands of its own below this one."""
    help: str = ""
    """Of a command with others below it; else the function's docstring is."""


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "run": Place("run", "run"),
        "certify": Place("certify", "certify"),
        "judge": Place("judge", "judge"),
        "load": Place("load", "load"),
        "report": Place("report", "report"),
        "list": Place("listing", "list_"),
        "doctor": Place("doctor", "doctor"),
        "agreement": Place("agreement", help="Look at data processing agreements."),
        "metadata": Place("metadata", help="Look at what a school or a vendor says of itself."),
        "people": Place("people", help="Make invented people."),
        "corpus": Place("corpus", help="Make captures with known leaks, to measure detectors by."),
        "idp": Place("idp", help="Put the mock school in front of a product of your own."),
        "lab": Place("lab", help="Hold a lab open to look at with a browser of your own."),
        "federation": Place("federation", help="Look at what the lab's federation publishes."),
    }
)
SETTINGS = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The commands of :data:`PLACES`, each made when it is asked for."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - as typer hands them over
        """Its names alone, from which typer lists commands and guesses what a misspelt one was meant to be."""
        super().__init__(**{**settings, "commands": {name: TyperCommand(name) for name in PLACES}})

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """See the class."""
        if cmd_name not in PLACES:
            return None
        place, holder = PLACES[cmd_name], typer.Typer(context_settings=SETTINGS)
        module = import_module(f"testbed.cli.{place.module}")
        if place.function:
            holder.command(cmd_name, epilog=getattr(module, "EXAMPLES", None))(getattr(module, place.function))
        else:
            holder.add_typer(module.app, name=cmd_name, help=place.help)
        return get_group(holder).commands[cmd_name]


app = typer.Typer(
    name="testbed",
    cls=Commands,
    help="Play school logins, intercept them, and hold the data that moved against the agreement.\n\n"
    "Start with 'testbed run'. Commands that judge end with 0 as expected, 1 not as expected, 2 inconclusive or error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings=SETTINGS,
)


@app.callback()
def testbed() -> None:
    """Make of the app above a group, which typer knows by its commands, and here by this."""
