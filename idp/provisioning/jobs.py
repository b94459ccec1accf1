"""One job at a receiver: resources sent at once, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from idp.provisioning.kinds import Kind
from idp.sending.calls import Calls, Method
from idp.sending.limits import GivenUp, SendingConfig, Why

FIRST_PAUSE_S, MOST_PAUSE_S = 0.2, 5.0
"""Between two times that a job is asked about; each is twice the last."""
UNKNOWN_REFERENCE = "4001"
"""Of a remark that something which the resource names is not there."""
NOT_THERE = 404


class _Read(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Accepted(_Read):
    job: Annotated[
        str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"), Field(alias="jobId")
    ]


class _Remark(_Read):
    id: str = ""


class _Response(_Read):
    status: Literal["Pending", "Success", "Error", "Warning", "TemporaryError"]
    code: Annotated[int | None, Field(alias="statusCode")] = None
    warnings: list[_Remark] = []


class _Told(_Read):
    id: str
    response: _Response


class _Status(_Read):
    responses: list[_Told]


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent at once."""

    method: Method
    path: str
    """Below the receiver's address."""
    kind: Kind
    body: bytes
    deletes: bool = False


class Jobs:
    """The jobs of one push.

    Args:
        calls: to the receiver.
        config: has the patience with it.
    """

    def __init__(self, calls: Calls, config: SendingConfig) -> None:
        self._calls, self._patience, self._pause = calls, config.patience, config.pause
        self._paused_s = 0.0

    async def taken(self, sent: Sent) -> frozenset[str] | None:
        """Send, and wait until it is known what became of all.

        Returns:
            The ids of what was taken: not of what was refused or not told of, nor of what was taken without something
            that it names, which is sent again next time. None where it was too large to be taken at all.

        Raises:
            GivenUp: the push cannot go on.
        """
        answer = await self._calls.ask(sent.method, sent.path, sent.body)
        if answer.status == HTTPStatus.CONTENT_TOO_LARGE:
            return None
        if answer.status != HTTPStatus.ACCEPTED:
            return frozenset()
        try:
            # NOTE: the address in Location is the receiver's word, and a token must not follow it elsewhere.
            job = _Accepted.model_validate_json(answer.body).job
        except ValidationError:
            return frozenset()
        told = await self._end_of(f"/{sent.kind.endpoint}/bulk/jobs/{job}")
        return frozenset(one.id for one in told if _is_taken(one.response, deletes=sent.deletes))

    async def _end_of(self, path: str) -> Iterable[_Told]:
        pause, paused_s = FIRST_PAUSE_S, 0.0
        while True:
            answer = await self._calls.ask("GET", path)
            if answer.status != HTTPStatus.OK:
                return ()
            try:
                told = _Status.model_validate_json(answer.body).responses
            except ValidationError:
                return ()
            if all(one.response.status != "Pending" for one in told):
                return told
            paused_s += pause
            self._paused_s += pause
            if paused_s > self._patience.job_s or self._paused_s > self._patience.jobs_s:
                raise GivenUp(Why.BUSY)
            await self._pause(pause)
            pause = min(2 * pause, MOST_PAUSE_S)


def _is_taken(response: _Response, *, deletes: bool) -> bool:
    if response.status == "Error" and deletes and response.code == NOT_THERE:
        # NOTE: what the receiver does not hold is as good as deleted.
        return True
    if response.status == "Warning" and any(one.id == UNKNOWN_REFERENCE for one in response.warnings):
        return False
    return response.status in ("Success", "Warning")
