"""``testbed doctor``: what this machine has, and what it lacks for which purpose."""

import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from testbed.cli.console import AS_EXPECTED, NOT_AS_EXPECTED, out
from testbed.interception.browser import BrowserKind
from testbed.interception.chromium import PROGRAMS
from testbed.lab.home import LabHome
from testbed.lab.open import LabName, must_have
from testbed.model.files import ScenarioInvalid

MELLON = Path("/usr/lib/apache2/modules/mod_auth_mellon.so")
"""Where Debian puts it."""
OLDEST_PYTHON = (3, 13)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that something of the testbed stands on."""

    name: str
    serves: str
    must: bool
    look: Callable[[], str]
    """Returns what was found, "" when it is lacking."""
    mend: str


def _package(name: str) -> Callable[[], str]:
    def look() -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    return look


def _program(*names: str) -> Callable[[], str]:
    return lambda: next((found for name in names if (found := shutil.which(name))), "")


def _loopback() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"ports are to be had (such as {listener.getsockname()[1]})"


def _containers() -> str:
    try:
        must_have(LabName.DOCKER, BrowserKind.HTTP)
    except ScenarioInvalid:
        return ""
    return "a lab in containers can be opened"


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3])) if sys.version_info >= OLDEST_PYTHON else ""


NEEDS = (
    Need("Python 3.13 or newer", "everything", True, _python, "install it, then 'make setup'"),
    Need("pysaml2", "the mock school", True, _package("pysaml2"), "make setup"),
    Need("xmlsec bindings", "signing", True, _package("xmlsec"), "make setup"),
    Need("mitmproxy", "the loopback lab", True, _package("mitmproxy"), "make setup"),
    Need("loopback sockets", "the loopback lab", True, _loopback, "allow this user to listen on 127.0.0.1"),
    Need("lab home", "keys that stay the same", True, lambda: str(LabHome.open().path), "see the message"),
    Need("xmlsec1", "tests with an outside verifier", False, _program("xmlsec1"), "Debian: apt-get install xmlsec1"),
    Need(
        "Apache with mod_auth_mellon",
        "tests with software of others",
        False,
        lambda: str(MELLON) if MELLON.is_file() else "",
        "Debian: apt-get install apache2 libapache2-mod-auth-mellon",
    ),
    Need("Chromium", "--browser chromium", False, _program(*PROGRAMS), "Debian: apt-get install chromium"),
    Need(
        "container engine, compose and image",
        "--lab docker",
        False,
        _containers,
        "'testbed lab up --lab docker' says which is missing",
    ),
    Need("Playwright", "--browser chromium", False, _package("playwright"), "make setup"),
)


def doctor() -> None:
    """Say what this machine has and what it lacks; 1 when something that must be there is missing."""
    view = Table()
    for heading in ("Need", "For", "Found", "To mend"):
        view.add_column(heading, overflow="fold")
    lacking = False
    for need in NEEDS:
        found = need.look()
        lacking |= need.must and not found
        shown = Text(found or ("MISSING" if need.must else "not here"), style="" if found else "bold")
        view.add_row(Text(need.name), Text(need.serves), shown, Text("" if found else need.mend))
    out.print(view)
    raise typer.Exit(NOT_AS_EXPECTED if lacking else AS_EXPECTED)
