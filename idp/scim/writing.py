"""One resource created, replaced or deleted at a receiver, whatever it was thought to hold."""

import json
from http import HTTPStatus

from idp.scim.kinds import Kind
from idp.sending.answers import Answer
from idp.sending.calls import Calls
from idp.sending.reconciling import Fate

ATTEMPTS = 3
"""A receiver that says by turns that a resource is there and that it is not is believed no longer."""


async def write(calls: Calls, kind: Kind, name: str, body: bytes, *, there: bool) -> Fate:
    """Have the receiver hold this body.

    A 409 to POST says that it has the resource already, and a 404 to PUT that it has not (RFC 7644, 3.3 and 3.5.1); the
    other request follows. Any other answer than the one success has been given for each is none.

    Args:
        calls: to the receiver.
        kind: the resource's type.
        name: its id.
        body: its new body.
        there: it may be there.

    Raises:
        GivenUp: the push cannot go on.
    """
    for _ in range(ATTEMPTS):
        if there:
            answer = await calls.ask("PUT", f"/{kind.endpoint}/{name}", body)
            if answer.status == HTTPStatus.OK and names(answer, name):
                return Fate.REPLACED
            turned = answer.status == HTTPStatus.NOT_FOUND
        else:
            answer = await calls.ask("POST", f"/{kind.endpoint}", body)
            if answer.status == HTTPStatus.CREATED and names(answer, name):
                return Fate.CREATED
            turned = answer.status == HTTPStatus.CONFLICT
        # NOTE: what a proxy says in HTML is no word of the receiver's.
        if not turned or not answer.sound:
            return Fate.FAILED
        there = not there
    return Fate.FAILED


async def delete(calls: Calls, kind: Kind, name: str) -> Fate:
    """Have the receiver hold this resource no longer; one that it has not (404) is as good as deleted.

    Raises:
        GivenUp: the push cannot go on.
    """
    answer = await calls.ask("DELETE", f"/{kind.endpoint}/{name}")
    done = answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND) and answer.sound
    return Fate.DELETED if done else Fate.FAILED


def names(answer: Answer, resource: str) -> bool:
    """Whether an answer speaks of this resource: by nothing but its status, or by the id that EGIL demands."""
    if not answer.sound:
        return False
    if not answer.body:
        return True
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("id") == resource
