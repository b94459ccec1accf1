"""``python -m loadtests.worker --master HOST:PORT``: makes load on this machine for a master on another.

The key that the master shows stands in the environment variable TESTBED_LOAD_KEY, for arguments can be read by whoever
lists processes, or in a file that ``--key-file`` names. It ends when the master lets it go.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from loadtests.distributed import Worker
from testbed.model.load import Process, Stage

KEY = "TESTBED_LOAD_KEY"
MOST_PORT = 65535
BAD_INPUT = 2


def process(arguments: Sequence[str], key: str) -> Process:
    """What the command line says.

    Args:
        arguments: of the command.
        key: where they name no file of it.

    Raises:
        ValueError: in one sentence, what is wrong with it.
        OSError: the file of the key cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m loadtests.worker", description="Make load for a master.")
    parser.add_argument("--master", required=True, metavar="HOST:PORT", help="where the master listens")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help=f"holds the key, in place of {KEY}")
    told = parser.parse_args(arguments)
    master = told.master
    host, _, port = master.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) <= MOST_PORT:
        raise ValueError(f"--master is {master!r}; write the address and the port that the master shows, as HOST:PORT")
    if told.key_file:
        key = told.key_file.read_text(encoding="ascii").strip()
    if not key:
        raise ValueError(f"{KEY} is not set; the master shows the key when it waits for workers")
    return Process(Stage.WORKER, host, int(port), key=key)


def main() -> None:
    """Be that worker."""
    try:
        worker = Worker(process(sys.argv[1:], os.environ.get(KEY, "")))
    except (ValueError, OSError) as error:
        print(str(error) or "nobody answers there; is the master waiting for workers?", file=sys.stderr)
        sys.exit(BAD_INPUT)
    print("This worker has joined, and goes when the master does.", flush=True)
    worker.wait()


if __name__ == "__main__":
    main()
