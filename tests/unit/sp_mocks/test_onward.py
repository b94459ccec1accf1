"""What vendors pass on: sent by the handed client, about the person alone, and never in the way of the pupil."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.responses import Response

from sp_mocks.behaviour import Common
from sp_mocks.leaks.documents import json_event
from sp_mocks.leaks.leak import USER, ByAddress, ByCookie, ByPage, ByServer, Leak, Outgoing
from sp_mocks.onward import Embedded, Onward, send, told_of

pytestmark = pytest.mark.anyio
HOST = "lasning.test"
CALL = Outgoing("https://metrics.tracker.test/collect", b'{"email": "a@skola.test"}', (("Content-Type", "x/y"),))


@dataclass(frozen=True)
class Login:
    user: str = "a@skola.test"
    attributes: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {"mail": ("åsa@skola.test", "b@skola.test"), "sn": ()}
    )


class Endless(httpx.AsyncByteStream):
    """An answer that does not end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


ANSWERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "fine": lambda _: httpx.Response(200),
    "refused by the proxy": lambda _: httpx.Response(502, text="no such host"),
    "elsewhere": lambda _: httpx.Response(307, headers={"Location": "https://further.test/"}),
    "without end": lambda _: httpx.Response(200, stream=Endless()),
    "broken": broken,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_it_is_sent_once_whatever_is_answered(answer: Callable[..., httpx.Response]) -> None:
    sent = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(record), follow_redirects=True) as http:
        await send(http, CALL)
    (request,) = sent
    assert (request.method, str(request.url), request.content) == ("POST", CALL.url, CALL.body)
    assert request.headers["content-type"] == "x/y"


async def test_a_receiver_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sp_mocks.onward.TIMEOUT_S", 0.01)
    asked = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.Event().wait()
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        await send(http, CALL)
    assert asked.is_set()


async def test_a_mistake_of_ours_is_not_taken_for_the_receiver_s() -> None:
    def mistaken(_: httpx.Request) -> httpx.Response:
        raise LookupError

    async with httpx.AsyncClient(transport=httpx.MockTransport(mistaken)) as http:
        with pytest.raises(LookupError):
            await send(http, CALL)


def test_a_request_without_a_body_is_a_get() -> None:
    assert (Outgoing("https://x.test/").method, CALL.method) == ("GET", "POST")


def test_all_that_a_leak_names_is_told_or_nothing_is() -> None:
    def told(*names: str) -> object:
        return told_of(Login(), Leak(names, "x.test", ByCookie(lambda _: "")))

    assert told("mail", USER) == {"mail": "åsa@skola.test", USER: "a@skola.test"}
    assert told("mail", "sn") == {}
    assert told("givenName") == {}


def test_a_host_that_ends_with_a_dot_stands_before_the_vendor_s_own() -> None:
    def at(host: str) -> str:
        return Leak((USER,), host, ByCookie(lambda _: "")).at(HOST)

    assert (at("cdn."), at("cdn.test")) == ("cdn.lasning.test", "cdn.test")


async def passed_on(behaviour: Common) -> list[httpx.Request]:
    """What the server of a vendor sends when somebody logs in."""
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(202)

    async with httpx.AsyncClient(transport=httpx.MockTransport(record)) as http:
        await Onward(behaviour, HOST, http).logged_in(Login())
    return sent


def onward(leak: Leak | None) -> Onward:
    return Onward(Common(required=(), leak=leak), HOST, httpx.AsyncClient())


async def test_a_vendor_that_does_well_passes_nothing_on() -> None:
    assert await passed_on(Common(required=())) == []
    careful, answer = onward(None), Response()
    careful.mark(answer, Login())
    assert "set-cookie" not in answer.headers
    assert (careful.landing(Login(), "/me"), careful.embedded(Login()), careful.sources) == ("/me", None, ())
    assert (careful.leads_to(Login()), careful.referrer_policy) == ("", "")


async def test_the_server_tells_whom_the_leak_names() -> None:
    leak = Leak(("mail",), "metrics.tracker.test", ByServer(json_event("email", "mail")))
    (request,) = await passed_on(Common(required=(), leak=leak))
    assert str(request.url) == "https://metrics.tracker.test/collect"
    assert json.loads(request.content) == {"event": "login", "email": "åsa@skola.test"}
    lacking = Leak(("mail", "sn"), "metrics.tracker.test", ByServer(json_event("email", "mail")))
    assert await passed_on(Common(required=(), leak=lacking)) == []


async def test_a_company_for_reminders_is_told_the_address_alone() -> None:
    (request,) = await passed_on(Common(required=(), reminders=True))
    assert str(request.url) == "https://utskick.lasning.test/send"
    assert json.loads(request.content) == {"to": "åsa@skola.test", "template": "reminder"}


def test_a_page_fetches_at_the_host_or_by_an_address_of_its_own() -> None:
    def url(host: str, told: object) -> str:
        return f"https://{host}/{told[USER]}"  # type: ignore[index]

    direct = onward(Leak((USER,), "x.test", ByPage("iframe", url)))
    assert direct.embedded(Login()) == Embedded("iframe", "https://x.test/a@skola.test")
    assert direct.sources == (("frame-src", "x.test"), ("frame-src", "*.x.test"))
    led = onward(Leak((USER,), "x.test", ByPage("img", url, redirected=True)))
    assert led.embedded(Login()) == Embedded("img", "/partner.gif")
    assert led.leads_to(Login()) == "https://x.test/a@skola.test"
    assert (led.embedded(None), led.leads_to(None)) == (None, "")
    assert led.landing(Login(), "/me") == "/me"


def test_a_cookie_is_for_every_host_below_the_vendor_s() -> None:
    answer = Response()
    baking = onward(Leak(("mail",), "cdn.", ByCookie(lambda told: told["mail"].partition("@")[2])))
    baking.mark(answer, Login())
    assert answer.headers["set-cookie"] == (
        "visitor=skola.test; Domain=lasning.test; HttpOnly; Path=/; SameSite=none; Secure"
    )


def test_an_address_of_the_vendor_s_own_bears_the_value_and_tells_it_to_the_company_of_the_style() -> None:
    referring = onward(Leak((USER,), "css.test", ByAddress(lambda told: f"u={told[USER]}", "/css?f=1")))
    assert referring.landing(Login(), "/me") == "/start?u=a@skola.test"
    assert referring.embedded(Login()) == Embedded("link", "https://css.test/css?f=1")
    assert referring.sources == (("style-src", "css.test"),)
    assert referring.referrer_policy == "unsafe-url"
