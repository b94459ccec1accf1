"""``python -m loadtests.bench.load_worker``: asks the canned server, as the load generator or as plain locust, and says
how many requests it made in how much CPU time of its own.

One JSON line on standard input says what to do, one on standard output what came of it.
"""

# NOTE: before anything else: importing locust changes the interpreter's sockets.
from loadtests.users import Desk, environment_of  # isort: skip

import json
import os
import resource
import sys
import time
from functools import cache
from pathlib import Path

import gevent
from gevent import ssl
from locust import FastHttpUser, task
from locust.env import Environment

from loadtests.bench.canned import BLOB, person
from loadtests.bench.crowds import canned_order
from loadtests.bench.load_worker_said import Came, Work
from testbed.model.load import Outcome

SETTLE_S = 30.0
WAIT_S = 200.0
"""So long people wait after the last has arrived; a machine with others on it shakes hands slowly."""
WAITING_LOOK_S = 0.2
REQUESTS_OF_A_LOGIN = 9


def cpu_s() -> float:
    """Of this process, so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def rss() -> int:
    """Octets that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _given(work: Work, settle_s: float) -> tuple[Environment, Desk]:
    environment, desk = environment_of()
    ca = Path(work.ca).read_text(encoding="ascii") if work.ca else ""
    desk.given.set((canned_order(work.base, work.count, work.per_s, ca, settle_s), 1))
    return environment, desk


def logins(work: Work) -> Came:
    """Whole logins by open arrivals, each page read and each session looked at."""
    environment, desk = _given(work, SETTLE_S)
    runner = environment.create_local_runner()
    began = cpu_s()
    desk.begins.set(time.monotonic() + 0.5)
    runner.start(1, spawn_rate=1)
    desk.over.wait()
    spent = cpu_s() - began
    records = desk.take(work.count)
    right = sum(record.outcome is Outcome.RIGHT for record in records)
    return Came(environment.stats.total.num_requests, spent, right, rss())


def waiting(work: Work) -> Came:
    """People who have asked for a page that does not come."""
    environment, desk = _given(work, WAIT_S)
    runner = environment.create_local_runner()
    began, most = cpu_s(), 0
    desk.begins.set(time.monotonic())
    runner.start(1, spawn_rate=1)
    held = 0
    # NOTE: the canned server has answered nobody; whoever is no longer under way could not wait.
    while not desk.over.is_set() and held < work.count:
        gevent.sleep(WAITING_LOOK_S)
        held = max(held, desk.state().under_way)
        most = max(most, rss())
    gevent.sleep(SETTLE_S / 10)
    held, most = desk.state().under_way, max(most, rss())
    runner.stop()
    return Came(environment.stats.total.num_requests, cpu_s() - began, 0, most, held)


@cache
def _context() -> ssl.SSLContext:
    """One for all, as ours have; locust would make one for each client, which costs more than all else."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Plain(FastHttpUser):
    """Makes the requests of the same logins and looks at none of the answers."""

    abstract = True
    ssl_context_factory = staticmethod(_context)
    left = 0
    anew = False
    number = 0

    @task
    def log_in(self) -> None:
        """The requests of one login."""
        cls = type(self)
        if cls.left <= 0:
            gevent.sleep(SETTLE_S)
            return
        cls.left -= 1
        cls.number += 1
        who, client = person(cls.number), self.client
        client.get("/login", allow_redirects=False)
        client.get("/sso?SAMLRequest=" + "fVLLbtswELz3KwjeJVF" * 30, name="/sso")
        client.post("/person", data={"key": "k3y", "person": who})
        client.post("/acs", data={"RelayState": who, "SAMLResponse": BLOB}, allow_redirects=False)
        for path in ("/me", "/me", "/start", "/logout", "/me"):
            client.get(path)
        if self.anew:
            # NOTE: a new client would read the authorities' certificates again, which costs forty times a handshake.
            for each in client.client.clientpool.clients.values():
                pool = each._connection_pool
                pool.release_socket(pool.get_socket())


def plain(work: Work) -> Came:
    """The same requests by stock locust, as fast as it can."""
    kind = type("Users", (Plain,), {"host": work.base, "left": work.count, "anew": work.kind == "fast-anew"})
    environment = Environment(user_classes=[kind])
    runner = environment.create_local_runner()
    wanted = work.count * REQUESTS_OF_A_LOGIN
    began = cpu_s()
    runner.start(10, spawn_rate=10)
    while environment.stats.total.num_requests < wanted:
        gevent.sleep(WAITING_LOOK_S / 10)
    spent = cpu_s() - began
    return Came(environment.stats.total.num_requests, spent, work.count, rss())


def main() -> None:
    """Do it."""
    work = Work(**json.loads(sys.stdin.readline()))
    do = {"logins": logins, "waiting": waiting}.get(work.kind, plain)
    print(do(work).line(), flush=True)
    # NOTE: what locust has under way is not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
