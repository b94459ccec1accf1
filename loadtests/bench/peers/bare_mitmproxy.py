"""Peer: mitmproxy as the laboratory runs it, without the laboratory's recorder. Runs in .venv.

bare_mitmproxy.py PORT CONFDIR

Says ``ready`` in one line when it listens, and ends when its standard input does.
"""

import asyncio
import sys

from mitmproxy import options
from mitmproxy.tools.dump import DumpMaster


class _Ready:
    """Says so, and waits for the end of standard input."""

    def __init__(self, master: DumpMaster) -> None:
        self._master = master
        self._waiting: asyncio.Task[None] | None = None

    async def running(self) -> None:
        """mitmproxy calls this when it listens."""
        print("ready", flush=True)
        self._waiting = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        await reader.read()
        self._master.shutdown()


async def _serve(port: int, confdir: str) -> None:
    opts = options.Options(mode=[f"regular@127.0.0.1:{port}"], confdir=confdir)
    master = DumpMaster(opts, with_termlog=False, with_dumper=False)
    master.options.update(connection_strategy="lazy", upstream_cert=False, body_size_limit="256m")
    master.addons.add(_Ready(master))
    await master.run()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
