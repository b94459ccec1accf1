"""The answer of an app that stands behind another."""

import asyncio

from starlette.types import ASGIApp, Message, Scope


async def collected(app: ASGIApp, scope: Scope, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers without a length, and body, once all of it has come.

    Args:
        app: who answers.
        scope: of the request.
        body: the request's, whole.
    """
    came: list[Message] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        message = next(asked, None)
        if message is None:
            # NOTE: an app that sends a long answer waits here for its caller to go away, who never does; were it told
            # anything at once, it would ask again at once, and nothing else would have a turn.
            await asyncio.get_running_loop().create_future()
        return message or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        came.append(message)

    await app(scope, receive, send)
    told = b"".join(message.get("body", b"") for message in came[1:])
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in came[0]["headers"]}
    headers.pop("content-length", None)
    return int(came[0]["status"]), headers, told
