"""The command ``testbed``: one module a command, each thin."""

import os
import sys
import traceback

import typer
from rich.console import Console

# NOTE: typer carries its own copy of click and gives misuse of a command no public name.
from typer._click.exceptions import ClickException

from testbed.cli.app import app
from testbed.cli.console import INCONCLUSIVE
from testbed.interception import ParticipantUnavailable
from testbed.interception.recorded import JournalCorrupt
from testbed.model.files import ScenarioInvalid

_errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run the command line; every way to end has the exit status that the contract names."""
    try:
        status = app(standalone_mode=False)
    except ClickException as misuse:
        misuse.show()
        sys.exit(INCONCLUSIVE)
    except (typer.Abort, KeyboardInterrupt):
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
    sys.exit(status if isinstance(status, int) else 0)
