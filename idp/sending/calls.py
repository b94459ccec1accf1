"""Requests to one receiver, within bounds of time, size and patience."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Protocol

import httpx

from idp.sending.answers import IDENTITY, NO_ANSWER, Answer, read
from idp.sending.limits import GivenUp, SendingConfig, Why
from idp.sending.terms import Terms

FIRST_WAIT_S, MOST_DOUBLINGS = 0.5, 6

type Method = Literal["GET", "POST", "PUT", "DELETE"]

log = logging.getLogger("idp.sending")


class Permits(Protocol):
    """What lets the school in at a receiver, beside its certificate."""

    async def header(self) -> Mapping[str, str]:
        """What a request must carry.

        Raises:
            GivenUp: there is nothing to carry.
        """

    def forget(self) -> None:
        """The receiver has not taken it, so that another is worth one try."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a protocol writes its requests and answers."""

    media_type: str
    """Of requests."""
    types: Collection[str]
    """Of answers."""


class Calls:
    """The requests of one push.

    Args:
        http: the only way to the network.
        terms: with the receiver, without which nothing is sent.
        speech: its protocol's.
        config: has the patience with it.
        permits: None where the certificate is all.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        terms: Terms,
        speech: Speech,
        config: SendingConfig,
        permits: Permits | None = None,
    ) -> None:
        self._http, self._terms, self._speech, self._permits = http, terms, speech, permits
        self._patience, self._pause = config.patience, config.pause
        self._timeout = httpx.Timeout(self._patience.request_s, connect=self._patience.connect_s).as_dict()
        self._line = asyncio.Lock()
        self._waits, self._waited_s = 0, 0.0
        self._silences = 0
        self._headers: dict[Method, list[tuple[bytes, bytes]]] = {}
        self._urls: dict[str, httpx.URL] = {}

    async def ask(self, method: Method, path: str, body: bytes | None = None) -> Answer:
        """What the receiver answers, after as many attempts and waits as are allowed.

        What only asks (GET) discloses nothing, and may be asked even where nothing may be sent any more: so it becomes
        known what became of that which was.

        Args:
            method: of the request.
            path: below the receiver's address, from the slash on.
            body: of the request.

        Raises:
            GivenUp: it does not answer at all, lets nobody in, or is too busy; or the push must not go on.
        """
        silences = waits = refusals = 0
        while True:
            # NOTE: whoever was told to wait holds the line, and all wait with them.
            async with self._line:
                before = self._waits
            permit = await self._permits.header() if self._permits else {}
            if method != "GET":
                self._terms.must_hold()
            answer = await self._once(method, path, body, permit)
            if answer.status == NO_ANSWER:
                silences += 1
                self._silences += 1
                if self._silences >= self._patience.silences:
                    raise GivenUp(Why.UNREACHABLE)
                if silences >= self._patience.silences:
                    return answer
                continue
            self._silences = 0
            match answer.status:
                case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                    refusals += 1
                    if self._permits is None or refusals > 1:
                        raise GivenUp(Why.REFUSED)
                    self._permits.forget()
                case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
                    waits += 1
                    if waits > self._patience.waits:
                        raise GivenUp(Why.BUSY)
                    await self._wait(answer.waits_s(self._terms.now()), waits, before)
                case _:
                    return answer

    def _request(self, method: Method, path: str, body: bytes | None, permit: Mapping[str, str]) -> httpx.Request:
        """NOTE: to have the client put its own headers and an address together anew for each takes it as long as all
        else that the school does for one; what is the same for all is made once.
        """
        if method not in self._headers:
            own = {"Accept": self._speech.media_type, "Accept-Encoding": IDENTITY}
            if body is not None:
                own["Content-Type"] = self._speech.media_type
            first = self._http.build_request(method, self._terms.receiver.url, headers=own)
            self._headers[method] = [one for one in first.headers.raw if one[0].lower() != b"content-length"]
        url = self._urls.get(path) or httpx.URL(self._terms.receiver.url + path)
        if method == "POST":
            self._urls[path] = url
        permits = [(name.encode(), value.encode()) for name, value in permit.items()]
        headers = [*self._headers[method], *permits]
        return httpx.Request(method, url, headers=headers, content=body, extensions={"timeout": self._timeout})

    async def _wait(self, told: float | None, times: int, before: int) -> None:
        async with self._line:
            if self._waits != before:
                # NOTE: somebody has waited since this request was made.
                return
            seconds = FIRST_WAIT_S * 2 ** min(times - 1, MOST_DOUBLINGS) if told is None else told
            self._waited_s += seconds
            if seconds > self._patience.wait_s or self._waited_s > self._patience.waits_s:
                raise GivenUp(Why.BUSY)
            await self._pause(seconds)
            self._waits += 1

    async def _once(self, method: Method, path: str, body: bytes | None, permit: Mapping[str, str]) -> Answer:
        limit = self._patience.page if method == "GET" else self._patience.answer
        request = self._request(method, path, body, permit)
        try:
            async with (
                asyncio.timeout(self._patience.request_s),
                aclosing(await self._http.send(request, stream=True, follow_redirects=False)) as response,
            ):
                return await read(response, limit, self._speech.types)
        except (httpx.HTTPError, TimeoutError) as error:
            log.info("the receiver gave no answer: %s", type(error).__name__)
            return Answer(NO_ANSWER)
