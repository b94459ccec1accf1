"""One journal of several: what browsers and the school saw, and beside it what a vendor's server sent to others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from testbed.interception.recorded import Recorded
from testbed.model.verdict import Play
from testbed.model.wire import Exchange


def joined(main: Recorded, beside: Sequence[Recorded]) -> Recorded:
    """All exchanges in the order of their time, numbered anew.

    What stands beside knows of no plays. It belongs to the one that had begun last: a server may send what it gathered
    when a play, and even the last one, is over. What it sent before the first is left out, for nobody had logged in.
    """
    others = [
        replace(exchange, play=play)
        for recorded in beside
        for exchange in recorded.exchanges
        if (play := _play_at(exchange, main.plays))
    ]
    own = _without_repeated(main.exchanges, others)
    ordered = sorted((*own, *others), key=lambda exchange: exchange.started)
    numbered = tuple(replace(exchange, number=number) for number, exchange in enumerate(ordered, start=1))
    problems = (*main.problems, *(problem for recorded in beside for problem in recorded.problems))
    return replace(main, exchanges=numbered, problems=problems)


def heeds_proxy(main: Recorded, beside: Sequence[Recorded], server: str, school: str) -> bool:
    """Whether the server's calls to the school came by the proxy, all of them and at least one.

    Args:
        main: what the school saw.
        beside: what the proxy saw.
        server: host of the vendor.
        school: host of the school.
    """
    proxied = [e for one in beside for e in one.exchanges if e.sender == server and e.receiver == school]
    direct = [e for e in _without_repeated(main.exchanges, proxied) if e.sender == server]
    return bool(proxied) and not direct


def _play_at(exchange: Exchange, plays: Iterable[Play]) -> str:
    begun = [play for play in plays if play.started is not None and play.started <= exchange.started]
    return max(begun, key=lambda play: play.started or exchange.started).id if begun else ""


def _without_repeated(main: Iterable[Exchange], others: Sequence[Exchange]) -> list[Exchange]:
    """Those that the proxy does not tell of too: what goes by the proxy to the school is seen by both."""
    waiting = list(others)
    kept = []
    for exchange in main:
        again = next((other for other in waiting if _is_same(exchange, other)), None)
        if again is None:
            kept.append(exchange)
        else:
            waiting.remove(again)
    return kept


def _is_same(seen: Exchange, proxied: Exchange) -> bool:
    one, other = seen.request, proxied.request
    alike = (seen.sender, one.method, one.url, one.body) == (proxied.sender, other.method, other.url, other.body)
    passed = (seen.started - proxied.started).total_seconds() * 1000
    return alike and 0 <= passed <= proxied.duration_ms
