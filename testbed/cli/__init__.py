"""The command ``testbed``: one module a command, each thin."""

import os
import sys
import traceback

import click
from rich.console import Console

from testbed.cli.app import app
from testbed.cli.outcome import INCONCLUSIVE
from testbed.interception import ParticipantUnavailable
from testbed.interception.journal import JournalCorrupt
from testbed.model.files import ScenarioInvalid

_errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run the command line; every way to end has the exit status that the contract names."""
    try:
        app(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(INCONCLUSIVE)
    except (click.Abort, KeyboardInterrupt):
        _errors.print("Interrupted.")
        sys.exit(INCONCLUSIVE)
    except (ScenarioInvalid, ParticipantUnavailable, JournalCorrupt) as problem:
        _errors.print(f"testbed: {problem}")
        sys.exit(INCONCLUSIVE)
    except BrokenPipeError:
        # NOTE: whoever read our output has gone (`testbed list | head`); without this, Python complains once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INCONCLUSIVE)
    except Exception:
        traceback.print_exc()
        _errors.print("testbed: this is a fault of the testbed itself; the lines above say where.")
        sys.exit(INCONCLUSIVE)
