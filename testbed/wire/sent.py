"""What the two protocols have in common by which schools send rosters: bodies, texts beside them, addresses in them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import unquote, urljoin

from testbed.model.exchange_messages import Remark
from testbed.model.wire import Exchange, Pointer, Request, Response
from testbed.wire.bodies import decoded
from testbed.wire.objects import Members, object_of
from testbed.wire.school_records import written
from testbed.wire.xml import Unreadable

MAX_BODY = 16 * 1024 * 1024
MAX_RECORDS = 100_000
MAX_ADDRESSES, MAX_ADDRESS = 1000, 2000
MAX_STEPS = 1_000_000
"""Values of one body that are looked at for addresses."""
MAX_REMARK = 200_000
MAX_NAMES, MAX_NAME = 200, 200
HTTP_ERROR = 400
REQUEST, ANSWER = "request.body", "response.body"
REFERENCE = "$ref"
WEB = ("http://", "https://")


def path_of(request: Request) -> list[str]:
    """The steps of the request's path, escapes undone."""
    return [unquote(step) for step in request.parts.path.split("/") if step]


def asked_body(exchange: Exchange) -> Members | None:
    """The request's body as an object; None where it is none."""
    return members_of(decoded(exchange.request.headers, exchange.request.body))


def answered_text(response: Response) -> bytes:
    """The answer's body, without content codings."""
    return decoded(response.headers, response.body)


def members_of(body: bytes) -> Members | None:
    """The one object that a body is; None where it is none."""
    try:
        return object_of(body, MAX_BODY)
    except Unreadable:
        return None


def names_in(members: Members) -> tuple[str, ...]:
    """The names of what an object says."""
    return tuple(name[:MAX_NAME] for name in islice(members, MAX_NAMES))


def listed(members: Members, name: str) -> list[object] | None:
    """The list of this name; None where there is none, or one beyond all bounds."""
    found = members.get(name)
    return found if isinstance(found, list) and len(found) <= MAX_RECORDS else None


def addresses_in(value: object, base: str) -> tuple[str, ...]:
    """The addresses of the web that a body has as values, each once.

    Args:
        value: the body.
        base: what a reference of SCIM is relative to (RFC 7643, 2.3.7), with a slash at its end.
    """
    found: dict[str, None] = {}
    waiting, steps = [value], 0
    while waiting and steps < MAX_STEPS and len(found) < MAX_ADDRESSES:
        one = waiting.pop()
        steps += 1
        if isinstance(one, Mapping):
            waiting.extend(one.values())
            if isinstance(reference := one.get(REFERENCE), str):
                waiting.append(_absolute(base, reference))
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and one.lower().startswith(WEB) and len(one) <= MAX_ADDRESS:
            found[one] = None
    return tuple(found)


def _absolute(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


def error_remarks(exchange: Exchange) -> Iterator[Remark]:
    """The body of an answer that tells of an error."""
    response = exchange.response
    if response is not None and response.status >= HTTP_ERROR:
        text = answered_text(response).decode("utf-8", "replace")
        if text.strip():
            yield Remark(Pointer(exchange.number, ANSWER), _plain(text)[:MAX_REMARK])


def beside(where: Pointer, answered: Members, sent: Iterable[str]) -> Iterator[Remark]:
    """What an answer says beside the members that were sent."""
    known = frozenset(sent)
    more = {name: value for name, value in answered.items() if name not in known}
    if more:
        yield Remark(where, written(more).decode("utf-8", "replace")[:MAX_REMARK])


def _plain(text: str) -> str:
    """JSON with its signs as they are, for escapes would hide a name; other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
