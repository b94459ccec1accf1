"""Data APIs of SS 12000 that do one thing wrong."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from careless import BROKEN, Asked, Fault, Reply, Scene, fault, reads
from careless_receivers import after, breaks_if, takes_as

from testbed.lab.home import LabHome
from testbed.lab.places import CLIENTS, TOKEN_URL
from testbed.lab.tried_callers import TriedCallers
from testbed.lab.tried_server import API
from testbed.lab.tried_tokens import TriedTokens
from testbed.model.exchange_case import Token

FAR = 4_000_000_000
OWN = CLIENTS["own"]
ACCESS = [{"type": "ss12000-api", "locations": [API]}]
type Claims = Mapping[str, Any]


def _parts(asked: Asked) -> tuple[Claims, Claims, str] | None:
    """Header, claims and signature of the token that was sent."""
    token = asked.headers.get("authorization", "").removeprefix("Bearer ").split(".")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token[:2])
    except (ValueError, TypeError):
        return None
    return header, claims, token[2] if len(token) > 2 else ""


def _query(asked: Asked) -> Mapping[str, list[str]]:
    return parse_qs(asked.query, keep_blank_values=True)


def _without(asked: Asked, *names: str) -> Asked:
    kept = [part for part in asked.query.split("&") if part.partition("=")[0] not in names]
    return asked.but(query="&".join(kept))


def _refused(reply: Reply) -> bool:
    return reply.status in (400, 401, 403, 404, 405)


def _quoted(asked: Asked, reply: Reply) -> Reply:
    """Tells what was asked, in its errors."""
    told = unquote_plus(f"{asked.path}?{asked.query} ") + asked.body.decode("utf-8", "replace")
    return Reply(reply.status, reply.body + told.encode(), reply.headers) if reply.status in (400, 404) else reply


def _in_html(_: Asked, reply: Reply) -> Reply:
    return Reply(reply.status, b"<h1>No</h1>", {"content-type": "text/html"}) if reply.status >= 400 else reply


def _as_change(asked: Asked, reply: Reply) -> Reply:
    """Whoever is expanded counts as changed."""
    if "expand" not in asked.query or not isinstance(reply.json, dict) or "meta" not in reply.json:
        return reply
    record = reply.json
    record["meta"]["modified"] = datetime(2031, 1, 1, tzinfo=UTC).isoformat()
    return Reply(reply.status, json.dumps(record).encode(), reply.headers)


async def _first_page_for_a_bad_token(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    return (
        await scene.inner(_without(asked, "pageToken")) if reply.status == 400 and "pageToken" in asked.query else reply
    )


async def _no_error_for_a_number(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    return await scene.inner(_without(asked, "limit")) if reply.status == 400 and "limit" in asked.query else reply


async def _inclusive_after(asked: Asked, scene: Scene) -> Reply:
    """Reads ``after`` as ``on or after``: those of the very moment are there too."""
    moment = _query(asked).get("meta.modified.after")
    reply = await scene.inner(asked)
    if not moment or not reply.taken:
        return reply
    every = (await scene.inner(_without(asked, "meta.modified.after"))).json["data"]
    same = [one for one in every if one["meta"]["modified"] == moment[0]]
    document = reply.json
    return Reply(200, json.dumps({**document, "data": [*document["data"], *same]}).encode(), reply.headers)


def _exclusive_before(asked: Asked, reply: Reply) -> Reply:
    moment = _query(asked).get("meta.modified.before")
    if not moment or not reply.taken:
        return reply
    left = [one for one in reply.json["data"] if one["meta"]["modified"] != moment[0]]
    return Reply(200, json.dumps({**reply.json, "data": left}).encode(), reply.headers)


async def _any_id(asked: Asked, scene: Scene) -> Reply:
    """Takes an id that it does not understand, or does not have, for the first person's."""
    reply = await scene.inner(asked)
    if asked.method == "GET" and asked.path.startswith("/persons/") and reply.status in (400, 404):
        first = (await scene.inner(asked.but(path="/persons", query="limit=1"))).json["data"][0]
        return Reply(200, json.dumps(first).encode(), {"content-type": "application/json"})
    return reply


async def _everybody_where_nobody_is_named(asked: Asked, scene: Scene) -> Reply:
    """Answers with everybody where nobody matches."""
    reply = await scene.inner(asked)
    if not reply.taken:
        return reply
    if asked.path == "/persons/lookup" and reply.json == []:
        every = await scene.inner(asked.but(method="GET", path="/persons", body=b""))
        return Reply(200, json.dumps(every.json["data"]).encode(), reply.headers)
    if "nameContains" in asked.query and reply.json["data"] == []:
        return await scene.inner(_without(asked, "nameContains"))
    return reply


class _Subscriptions:
    """Takes subscriptions to wherever, and finds them by their ids alone; each kind of carelessness apart."""

    def __init__(self, *, anywhere: tuple[str, ...] = (), for_anybody: Callable[[Asked], Asked] | None = None) -> None:
        self._anywhere, self._for_anybody = anywhere, for_anybody

    async def __call__(self, asked: Asked, scene: Scene) -> Reply:
        if self._for_anybody and asked.path.startswith("/subscriptions") and asked.method != "POST":
            return await scene.inner(self._for_anybody(asked))
        target = asked.json.get("target", "") if isinstance(asked.json, dict) and asked.path == "/subscriptions" else ""
        if target.startswith(self._anywhere or "-"):
            return await scene.inner(asked.but(json={**asked.json, "target": f"{OWN}/webhook"}))
        return await scene.inner(asked)


def careless_servers(home: LabHome) -> tuple[Fault, ...]:
    """All of them.

    Args:
        home: holds the keys by which those that take bad tokens take them for good ones.
    """
    callers = TriedCallers(home)
    tokens: list[TriedTokens] = []

    def good(claims: Claims) -> str:
        """A good token that says this; the service's key is read when it is first needed."""
        if not tokens:
            tokens.append(TriedTokens(home, TOKEN_URL, API, lambda: datetime.now(UTC)))
        right = {"exp": FAR, "iat": 0, "nbf": 0, "aud": "nutid", "iss": TOKEN_URL, "requested_access": ACCESS}
        return tokens[0].made(OWN, Token(claims={**claims, **right}))

    def sent_as(asked: Asked, claims: Claims) -> Asked:
        return asked.but(headers={"authorization": f"Bearer {good(claims)}"})

    def signed_anew(asked: Asked) -> Asked | None:
        parts = _parts(asked)
        if parts is None:
            return None
        good({})
        lacking = dict.fromkeys(("exp", "nbf", "requested_access"))
        token = tokens[0].made(OWN, Token(claims={**lacking, **parts[1]}))
        return asked.but(headers={"authorization": f"Bearer {token}"})

    def own(asked: Asked) -> Asked:
        return sent_as(asked, {"entity_id": OWN}).shown(callers, "own")

    def forgives(id_: str, accepts: str, test: Callable[[Claims, Claims], object]) -> Fault:
        """One that does not mind something about a token: it takes it as if that were right."""

        def instead(asked: Asked) -> Asked | None:
            parts = _parts(asked)
            return sent_as(asked, parts[1]) if parts and test(parts[0], parts[1]) else None

        return takes_as(id_, accepts, instead)

    def holder(asked: Asked) -> Asked | None:
        """Takes whoever brings a token for whom it was made for."""
        parts = _parts(asked)
        names = [by for by, name in CLIENTS.items() if parts and parts[1].get("entity_id") == name]
        return asked.shown(callers, names[0]) if names and "alg" in (parts or ({},))[0] else None

    def by_header(asked: Asked) -> Asked | None:
        return asked.shown(callers, "own") if "x-ssl-client-cert" in asked.headers else None

    def by_name(asked: Asked) -> Asked | None:
        tls = (asked.scope.get("extensions") or {}).get("tls", {})
        named = "api.skola.test" in str(tls.get("client_cert_name"))
        return asked.shown(callers, "own") if named else None

    def bad_credentials(asked: Asked) -> Asked | None:
        return own(asked) if _parts(asked) is None else None

    def anothers_page(asked: Asked) -> Asked | None:
        parts = _parts(asked)
        theirs = parts is not None and parts[1].get("entity_id") == CLIENTS["other"]
        return own(asked) if theirs and "pageToken" in asked.query else None

    def anothers_list(asked: Asked) -> Asked | None:
        return asked.but(path="/persons") if asked.path == "/groups" and "pageToken" in asked.query else None

    async def repairs_page_tokens(asked: Asked, scene: Scene) -> Reply:
        """Reads of a page token what it can, and of one it cannot, the number of a page."""
        return await _first_page_for_a_bad_token(asked, scene)

    page_tokens = "ss12000-page-token-made-up ss12000-page-token-changed ss12000-page-token-cut"
    return (
        takes_as(
            "needs-no-token",
            "ss12000-token-none ss12000-token-basic ss12000-token-garbage ss12000-deleted-by-nobody "
            "ss12000-errors-form-of-token",
            bad_credentials,
        ),
        forgives(
            "heeds-no-end", "ss12000-token-expired", lambda _, claims: claims.get("exp", 0) - claims["iat"] > 5000
        ),
        forgives("needs-no-end", "ss12000-token-no-end", lambda _, claims: "exp" not in claims),
        forgives("heeds-no-beginning", "ss12000-token-not-yet", lambda _, claims: claims["nbf"] > claims["iat"]),
        forgives(
            "asks-not-for-which-school",
            "ss12000-token-other-school ss12000-token-other-kind ss12000-token-no-access",
            lambda _, claims: claims.get("requested_access") != ACCESS,
        ),
        forgives("asks-not-for-whom", "ss12000-token-other-audience", lambda _, claims: claims["aud"] != "nutid"),
        forgives("asks-not-from-whom", "ss12000-token-other-issuer", lambda _, claims: claims["iss"] != TOKEN_URL),
        forgives("takes-unsigned-tokens", "ss12000-token-unsigned", lambda header, _: header["alg"] == "none"),
        forgives("takes-the-public-key", "ss12000-token-key-confusion", lambda header, _: header["alg"] == "HS256"),
        forgives("takes-the-key-that-comes-along", "ss12000-token-brings-its-key", lambda header, _: "jwk" in header),
        takes_as(
            "heeds-no-signature",
            "ss12000-token-unsigned ss12000-token-other-key ss12000-token-brings-its-key ss12000-token-key-confusion",
            signed_anew,
        ),
        takes_as(
            "needs-no-agreement",
            "ss12000-token-unknown-client",
            lambda asked: (
                own(asked) if (parts := _parts(asked)) and parts[1].get("entity_id") == "https://nobody.test" else None
            ),
        ),
        takes_as(
            "takes-whoever-brings-a-token",
            "ss12000-mutual-tls-without-certificate ss12000-mutual-tls-others-* ss12000-mutual-tls-same-name "
            "ss12000-mutual-tls-header",
            holder,
        ),
        takes_as("goes-by-the-name", "ss12000-mutual-tls-same-name", by_name),
        takes_as("believes-a-certificate-in-a-header", "ss12000-mutual-tls-header", by_header),
        reads("never-withdraws", "ss12000-mutual-tls-revoked", without_pin="honest"),
        takes_as(
            "filters-with-a-page-token",
            "ss12000-page-token-with-filter",
            lambda asked: _without(asked, "nameContains") if "pageToken" in asked.query else None,
        ),
        fault(
            "begins-anew-for-a-bad-page-token",
            f"{page_tokens} ss12000-page-token-with-filter ss12000-page-token-of-*",
            repairs_page_tokens,
        ),
        takes_as("takes-anybodys-page-token", "ss12000-page-token-of-another", anothers_page),
        takes_as("takes-any-lists-page-token", "ss12000-page-token-of-another-list", anothers_list),
        takes_as(
            "has-one-page-alone",
            "ss12000-page-token-*",
            lambda asked: _without(asked, "pageToken") if "pageToken" in asked.query else None,
        ),
        fault(
            "takes-any-limit",
            "ss12000-query-limit-zero ss12000-query-limit-negative ss12000-query-limit-word ss12000-errors-echo",
            _no_error_for_a_number,
        ),
        breaks_if("fails-on-large-limits", "ss12000-query-limit-huge", lambda asked: "limit=1000000000" in asked.query),
        takes_as(
            "passes-over-what-it-does-not-know",
            "ss12000-query-unknown-filter ss12000-query-after-no-moment ss12000-query-unknown-expansion "
            "ss12000-deleted-no-moment",
            lambda asked: _without(
                asked,
                "schoolUnitt",
                *(["expand"] if "%C3" in asked.query else []),
                *(["meta.modified.after", "after"] if "%C3" in asked.query else []),
            ),
        ),
        fault("after-is-inclusive", "ss12000-query-after-is-exclusive", _inclusive_after),
        after("before-is-exclusive", "ss12000-query-before-is-inclusive", _exclusive_before),
        fault(
            "everybody-for-nobody",
            "ss12000-query-nobody-matches ss12000-lookup-nobody ss12000-lookup-empty",
            _everybody_where_nobody_is_named,
        ),
        after("expansion-counts-as-change", "ss12000-query-expansion", _as_change),
        fault(
            "takes-any-id",
            "ss12000-query-bad-id ss12000-query-path-in-id ss12000-query-unknown-id ss12000-errors-form "
            "ss12000-errors-echo-in-path",
            _any_id,
        ),
        after(
            "says-that-it-has-deleted",
            "ss12000-query-read-only",
            lambda asked, reply: Reply(204) if asked.method == "DELETE" and reply.status == 405 else reply,
        ),
        after(
            "finds-nobody",
            "ss12000-lookup-by-id",
            lambda asked, reply: Reply(200, b"[]") if asked.path.endswith("/lookup") and reply.taken else reply,
        ),
        breaks_if(
            "fails-on-broken-json",
            "ss12000-lookup-broken-json ss12000-lookup-deep",
            lambda asked: asked.body and asked.json is None,
        ),
        takes_as(
            "takes-objects-for-ids",
            "ss12000-lookup-wrong-type",
            lambda asked: asked.but(json={"ids": []}) if b"$ne" in asked.body else None,
        ),
        takes_as(
            "takes-any-size",
            "ss12000-lookup-huge",
            lambda asked: asked.but(json={"ids": []}) if len(asked.body) > 1_000_000 else None,
        ),
        after("errors-in-html", "ss12000-errors-form* ss12000-lookup-broken-json", _in_html),
        after(
            "quotes-the-question",
            "ss12000-errors-echo* ss12000-lookup-broken-json ss12000-errors-form",
            _quoted,
        ),
        breaks_if("has-no-deleted-entities", "ss12000-deleted-offered ss12000-deleted-no-moment", _is_about_deleted),
        after(
            "subscribes-nobody",
            "ss12000-subscription-offered",
            lambda asked, reply: (
                BROKEN if asked.method == "POST" and asked.path == "/subscriptions" and reply.taken else reply
            ),
        ),
        after(
            "keeps-subscriptions",
            "ss12000-subscription-deleted",
            lambda asked, reply: (
                Reply(200, b"{}")
                if asked.path.startswith("/subscriptions/") and reply.status == 404 and _is_own(asked)
                else reply
            ),
        ),
        fault(
            "finds-subscriptions-by-id-alone",
            "ss12000-subscription-read-by-another ss12000-subscription-listed-to-another "
            "ss12000-subscription-deleted-by-another",
            _Subscriptions(for_anybody=own),
        ),
        fault(
            "calls-its-own-network",
            "ss12000-subscription-own-network ss12000-subscription-metadata-address",
            _Subscriptions(anywhere=("https://127.", "http://169.254.")),
        ),
        fault("calls-without-tls", "ss12000-subscription-plain-http", _Subscriptions(anywhere=("http://fetching",))),
        fault("opens-files", "ss12000-subscription-file", _Subscriptions(anywhere=("file:",))),
        fault("calls-anybody", "ss12000-subscription-listener", _Subscriptions(anywhere=("http://listener",))),
    )


def _is_about_deleted(asked: Asked) -> bool:
    return asked.path == "/deletedEntities" and _parts(asked) is not None


def _is_own(asked: Asked) -> bool:
    parts = _parts(asked)
    return parts is not None and parts[1].get("entity_id") == OWN
