"""The OpenID Foundation's tests of providers, by their names: logout, begun by a vendor, told to the others."""

from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from testbed.model.pages import LOGOUT_FORM

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"
AFTER = "https://lasning.test/oidc/logged-out"
BACK_CHANNEL = "https://lasning.test/oidc/backchannel-logout"
FRONT_CHANNEL = "https://annan.test/oidc/frontchannel-logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def end(oidc: Any, **parameters: str) -> httpx.Response:
    """Where the end_session_endpoint leads, without leaving the school."""
    first = await oidc.browser.get(f"/oidc/logout?{urlencode(parameters)}")
    answer: httpx.Response = await oidc.within(first)
    return answer


async def is_logged_in(oidc: Any) -> bool:
    return "code" in oidc.returned(await oidc.ask(prompt="none"))


def asks_whether(answer: httpx.Response) -> bool:
    """The school's own page, on which the person says that they want to log out."""
    return answer.status_code == 200 and f'id="{LOGOUT_FORM}"' in answer.text


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code == 400 and "location" not in answer.headers


async def discovered(oidc: Any) -> dict[str, Any]:
    return dict((await oidc.browser.get("/.well-known/openid-configuration")).json())


# --- begun by a vendor -------------------------------------------------------------------------------------------


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(oidc: Any) -> None:
    assert (await discovered(oidc))["end_session_endpoint"] == f"{ISSUER}/oidc/logout"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_oidcc_rp_initiated_logout(oidc: Any, method: str) -> None:
    tokens = await oidc.tokens()
    sent = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER, "state": "st&te"}
    if method == "GET":
        answer = await end(oidc, **sent)
    else:
        answer = await oidc.within(await oidc.browser.post("/oidc/logout", data=sent))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{AFTER}?state=st%26te"
    assert not await is_logged_in(oidc)


async def test_oidcc_rp_initiated_logout_no_state(oidc: Any) -> None:
    tokens = await oidc.tokens()
    answer = await end(oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
    assert answer.headers["location"] == AFTER


async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(oidc: Any) -> None:
    tokens = await oidc.tokens()
    answer = await end(oidc, id_token_hint=tokens["id_token"])
    assert answer.status_code == 200
    assert not await is_logged_in(oidc)


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({}, id="no-params"),
        pytest.param({"state": "st&te"}, id="only-state"),
        pytest.param(
            {"client_id": "reading", "post_logout_redirect_uri": AFTER, "state": "st&te"}, id="no-id-token-hint"
        ),
    ],
)
async def test_oidcc_rp_initiated_logout_no_params_only_state_no_id_token_hint(
    oidc: Any, parameters: dict[str, str]
) -> None:
    """Any site could have sent the person here, so the person is asked (RP-Initiated Logout 1.0, 2)."""
    await oidc.tokens()
    answer = await end(oidc, **parameters)
    assert asks_whether(answer)
    assert "st&te" not in unescape(answer.text)
    assert await is_logged_in(oidc)


async def test_oidcc_rp_initiated_logout_no_id_token_hint_and_nobody_to_be_sent_back(oidc: Any) -> None:
    """Without hint and client ID nobody knows whose registered address it would be."""
    await oidc.tokens()
    assert is_refused(await end(oidc, post_logout_redirect_uri=AFTER))
    assert await is_logged_in(oidc)


@pytest.mark.parametrize("place", ["https://evil.test/", f"{AFTER}/", f"{AFTER}?extra=1", f"{AFTER}#x", "javascript:1"])
async def test_oidcc_rp_initiated_logout_bad_and_query_added_to_post_logout_redirect_uri(oidc: Any, place: str) -> None:
    tokens = await oidc.tokens()
    assert is_refused(await end(oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=place))
    assert await is_logged_in(oidc)


async def test_oidcc_rp_initiated_logout_modified_id_token_hint(oidc: Any) -> None:
    head, claims, signature = (await oidc.tokens())["id_token"].split(".")
    other = "A" if signature[5] != "A" else "B"
    modified = ".".join((head, claims, signature[:5] + other + signature[6:]))
    assert is_refused(await end(oidc, id_token_hint=modified, post_logout_redirect_uri=AFTER))
    assert await is_logged_in(oidc)


async def test_oidcc_rp_initiated_logout_bad_id_token_hint(oidc: Any) -> None:
    await oidc.tokens()
    assert is_refused(await end(oidc, id_token_hint="not.a.token", post_logout_redirect_uri=AFTER))
    assert await is_logged_in(oidc)


# --- told to the others ------------------------------------------------------------------------------------------


async def test_oidcc_backchannel_logout_discovery_endpoint_verification(oidc: Any) -> None:
    told = await discovered(oidc)
    assert told["backchannel_logout_supported"] is True
    assert told["backchannel_logout_session_supported"] is True


async def test_oidcc_backchannel_rp_initiated_logout(oidc: Any) -> None:
    """The other client begins, this one is told by its server."""
    told = (await oidc.read((await oidc.tokens())["id_token"])).claims
    other = await oidc.log_in("other", redirect_uri="https://annan.test/oidc/callback")
    hint = await oidc.redeem(other["code"], client_id="other", redirect_uri="https://annan.test/oidc/callback")
    await end(oidc, id_token_hint=hint.json()["id_token"])
    [(address, sent)] = oidc.posted
    assert address == BACK_CHANNEL
    assert set(sent) == {"logout_token"}
    token = await oidc.read(sent["logout_token"])
    now = int(oidc.now.timestamp())
    assert token.header["typ"] == "logout+jwt"
    assert token.claims["exp"] > now
    assert len(token.claims["jti"]) > 20
    assert {name: value for name, value in token.claims.items() if name not in ("exp", "jti")} == {
        "iss": ISSUER,
        "aud": "reading",
        "iat": now,
        "sub": told["sub"],
        "sid": told["sid"],
        "events": {EVENT: {}},
    }
    assert not await is_logged_in(oidc)


async def test_oidcc_frontchannel_logout_discovery_endpoint_verification(oidc: Any) -> None:
    told = await discovered(oidc)
    assert told["frontchannel_logout_supported"] is True
    assert told["frontchannel_logout_session_supported"] is True


async def test_oidcc_frontchannel_rp_initiated_logout(oidc: Any) -> None:
    """This client begins, the other one is told by a frame, which names issuer and session."""
    hint = (await oidc.tokens())["id_token"]
    other = await oidc.log_in("other", redirect_uri="https://annan.test/oidc/callback")
    told = await oidc.redeem(other["code"], client_id="other", redirect_uri="https://annan.test/oidc/callback")
    sid = (await oidc.read(told.json()["id_token"])).claims["sid"]
    page = await end(oidc, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="x")
    assert page.status_code == 200
    [frame] = [
        unescape(part.partition('"')[0]) for part in page.text.split("<iframe")[1:] for part in part.split('src="')[1:2]
    ]
    assert frame.partition("?")[0] == FRONT_CHANNEL
    assert parse_qs(urlsplit(frame).query) == {"x": ["1"], "iss": [ISSUER], "sid": [sid]}
    assert "https://annan.test" in page.headers["content-security-policy"]
    assert not await is_logged_in(oidc)
