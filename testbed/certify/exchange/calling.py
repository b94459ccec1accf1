"""Make one call of a case, and keep what was answered: bounded, in time, and whatever goes wrong on the way."""

import asyncio
import json
import re
import ssl
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal

import httpx
from pydantic import JsonValue

from testbed.certify.desk import NotToBeSeen
from testbed.certify.exchange.bodies import content_of
from testbed.certify.exchange.names import Names
from testbed.certify.exchange.world import ExchangeWorld
from testbed.model.exchange_case import Call, Token

MAX_ANSWER = 8 * 1024 * 1024
MAX_PAGES = 200
FOLLOWING = "following-page"
TOLD = 300
"""So much of an answer stands in a report."""
NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL|HTTP_REQUEST")
"""What OpenSSL calls an answer that is none of TLS."""
MEDIA_TYPES = {"scim": "application/scim+json", "ss12000": "application/json"}


type Unreached = Literal["nobody", "distrusted", "no-tls"]
"""Nothing listens there; its certificate is not trusted, or not for this address; what answers speaks no TLS."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call."""

    sent: str
    """The request as it went out, without its token."""
    status: int = 0
    """0: there was no answer."""
    body: bytes = b""
    media_type: str = ""
    turned_away: bool = False
    """The connection was refused, or ended, before there was an answer."""
    why: str = ""
    """What went wrong where there is no answer."""
    unreached: Unreached | None = None
    """Why the call did not even begin, where it did not."""

    @property
    def taken(self) -> bool:
        """The vendor says that it has done so."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def tells_nothing(self) -> bool:
        """The vendor was not reached, too busy, or broke down: that shows neither that it holds something nor that it
        does not."""
        return self.status in (0, HTTPStatus.TOO_MANY_REQUESTS) or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> JsonValue:
        """The document; None where it is none."""
        try:
            document: JsonValue = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document

    @property
    def told(self) -> str:
        """For a report: what a refusal says; of what was handed out nothing, for it may tell of real pupils."""
        if not self.status:
            return self.why
        said = self.media_type if self.taken else self.text[:TOLD]
        return f"{self.status} {said}".strip()

    def at(self, pointer: str) -> JsonValue:
        """What stands at a JSON pointer (RFC 6901); None where nothing does."""
        found = self.json
        for step in pointer.split("/")[1:]:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def has(self, text: str) -> bool:
        """Whether a text stands in it, as it is or as JSON writes it."""
        return text in self.text or text in json.dumps(self.json, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one run.

    Args:
        world: where the vendor is, and who may call it.
        protocol: says the usual media type, and whether calls bring tokens.
        answer_s: that the vendor may take for one answer.
    """

    world: ExchangeWorld
    protocol: str
    answer_s: float

    async def call(self, call: Call, names: Names) -> Answer:
        """Make it, with its following pages where it says so, and keep of its answer what it says.

        Raises:
            NotToBeSeen: what it is made of is not known, or it was to keep what the answer does not have.
        """
        path, query = names.fill(call.path), names.fill_texts(call.query)
        headers = {
            "Accept": MEDIA_TYPES[self.protocol],
            "Accept-Encoding": "identity",
            **names.fill_texts(call.headers),
        }
        content = None
        if call.body is not None:
            content = content_of(call.body, names)
            headers["Content-Type"] = call.media_type or MEDIA_TYPES[self.protocol]
        shown = dict(headers)
        if self.protocol == "ss12000" and "Authorization" not in headers:
            token = self.world.token(call.by, _filled(call, names))
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
        async with self.world.caller(call.by) as http:
            # NOTE: made here, so that a case can send a path that no client would let stand.
            request = http.build_request(
                call.method, f"{self.world.base}{path}", params=query or None, headers=headers, content=content
            )
            answer = await self._sent(http, request, _written(call, request, shown, content))
        if call.all_pages:
            answer = await self._with_following(call, names, answer)
        if answer.taken:
            for name, pointer in call.keep.items():
                names.known[name] = _text_at(answer, pointer)
        return answer

    async def _with_following(self, call: Call, names: Names, answer: Answer) -> Answer:
        """The pages that follow, as text after the first."""
        body, last = bytearray(answer.body), answer
        for _ in range(MAX_PAGES):
            document = last.json
            token = document.get("pageToken") if isinstance(document, dict) else None
            if not last.taken or not isinstance(token, str) or not token or len(body) > MAX_ANSWER:
                break
            names.known[FOLLOWING] = token
            following = {"query": {"pageToken": f"{{{FOLLOWING}}}"}, "all_pages": False, "keep": {}}
            last = await self.call(call.model_copy(update=following), names)
            body += b"\n" + last.body
        return replace(answer, body=bytes(body))

    async def _sent(self, http: httpx.AsyncClient, request: httpx.Request, sent: str) -> Answer:
        body = bytearray()
        try:
            async with asyncio.timeout(self.answer_s):
                answer = await http.send(request, stream=True, follow_redirects=False)
                try:
                    async for chunk in answer.aiter_raw():
                        body += chunk
                        if len(body) > MAX_ANSWER:
                            break
                finally:
                    await answer.aclose()
        except TimeoutError:
            return Answer(sent, why=f"no answer within {self.answer_s:.0f} s")
        except httpx.HTTPError as error:
            why = f"{type(error).__name__}: {error}"[:TOLD]
            return Answer(sent, turned_away=True, why=why, unreached=_unreached(error))
        return Answer(sent, answer.status_code, bytes(body), answer.headers.get("content-type", ""))


def _unreached(error: httpx.HTTPError) -> Unreached | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "distrusted"
        if isinstance(cause, ssl.SSLError):
            return "no-tls" if NO_TLS.search(str(cause)) else None
        cause = cause.__cause__ or cause.__context__
    never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol)
    return "nobody" if never else None


def _filled(call: Call, names: Names) -> Token | None:
    token = call.token
    if token is None:
        return None
    claims, header = (names.fill_all(dict(one)) for one in (token.claims, token.header))
    return token.model_copy(update={"claims": claims, "header": header})


def _written(call: Call, request: httpx.Request, headers: dict[str, str], content: bytes | None) -> str:
    """The request for a report; who called stands first, for the certificate is what many cases are about."""
    lines = [
        f"{request.method} {request.url}",
        f"caller: {call.by}",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    body = content.decode("utf-8", "replace") if content else ""
    return "\n".join([*lines, "", body]).rstrip()


def _text_at(answer: Answer, pointer: str) -> str:
    found = answer.at(pointer)
    if not isinstance(found, str):
        raise NotToBeSeen(f"Svaret har ingen text på {pointer}.", f"The answer has no text at {pointer}.")
    return found
