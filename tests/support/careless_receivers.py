"""Receivers of EGIL that do one thing wrong, beside those of ``sp_mocks.receiving.faults``."""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from careless import BROKEN, Asked, Fault, Mistake, Reply, Scene, fault, reads, remembering

from testbed.lab.home import LabHome
from testbed.lab.tried_callers import TriedCallers

BELOW = "/egil"
SIS_USER = "urn:scim:schemas:extension:sis:school:1.0:User"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
URL = re.compile(rb"http://listener\.test/[^\"\\\s]*")
KNOWN = frozenset({"urn:ietf:params:scim:schemas:core:2.0:User", SIS_USER})
FORGED = (
    "scim-register-altered scim-register-other-key scim-register-brings-its-key scim-register-unsigned "
    "scim-register-other-issuer scim-register-expired"
)
"""Cases in which the register tells of somebody whom nobody may believe to be in it."""
type Test = Callable[[Asked], object]


def breaks_if(id_: str, accepts: str, test: Test) -> Fault:
    """One that breaks down over some calls."""

    async def mistake(asked: Asked, scene: Scene) -> Reply:
        return BROKEN if test(asked) else await scene.inner(asked)

    return fault(id_, accepts, mistake)


def takes_as(id_: str, accepts: str, instead: Callable[[Asked], Asked | None]) -> Fault:
    """One that takes some calls for others."""

    async def mistake(asked: Asked, scene: Scene) -> Reply:
        return await scene.inner(instead(asked) or asked)

    return fault(id_, accepts, mistake)


def after(id_: str, accepts: str, then: Callable[[Asked, Reply], Reply]) -> Fault:
    """One that answers otherwise."""

    async def mistake(asked: Asked, scene: Scene) -> Reply:
        return then(asked, await scene.inner(asked))

    return fault(id_, accepts, mistake)


def _posts(asked: Asked) -> bool:
    return asked.method in ("POST", "PUT")


def _without_accents(asked: Asked) -> Asked | None:
    if not _posts(asked):
        return None
    plain = unicodedata.normalize("NFKD", asked.body.decode("utf-8", "replace")).encode("ascii", "ignore")
    return asked.but(body=plain)


def _short(asked: Asked) -> Asked | None:
    return asked.but(json={**asked.json, "displayName": "x"}) if len(asked.body) > 1_000_000 else None


def _unchecked_units(asked: Asked) -> list[str]:
    user = asked.json if isinstance(asked.json, dict) else {}
    extension = user.get(SIS_USER)
    return [one["value"] for one in (extension or {}).get("enrolments", [])] if isinstance(extension, dict) else []


async def _looks_up(asked: Asked, scene: Scene, path: str) -> bool:
    bare = asked.but(method="GET", path=f"{BELOW}/{path}", query="", body=b"")
    return (await scene.inner(bare)).taken


async def _fails_on_unknown_units(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    for unit in _unchecked_units(asked) if reply.taken else ():
        if not await _looks_up(asked, scene, f"SchoolUnits/{unit}"):
            return BROKEN
    return reply


async def _fails_on_unknown_members(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    group = asked.json if _posts(asked) and "StudentGroups" in asked.path and reply.taken else {}
    for one in group.get("studentMemberships", []):
        if not await _looks_up(asked, scene, f"Users/{one['value']}"):
            return BROKEN
    return reply


async def _fetches_every_address(asked: Asked, scene: Scene) -> Reply:
    for url in URL.findall(asked.body):
        await scene.fetch(url.decode())
    return await scene.inner(asked)


def _loses_every_tenth() -> Mistake:
    """Answers that it has taken everybody, and counts up to those whom it has not."""
    sent = 0

    async def mistake(asked: Asked, scene: Scene) -> Reply:
        nonlocal sent
        reply = await scene.inner(asked)
        if asked.method == "POST" and asked.path == f"{BELOW}/Users" and reply.taken:
            sent += 1
            if sent % 10 == 0:
                await scene.inner(asked.but(method="DELETE", path=f"{asked.path}/{asked.json['externalId']}", body=b""))
        return reply

    return mistake


async def _takes_twice(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    if asked.method == "POST" and reply.status == 409:
        return await scene.inner(asked.but(method="PUT", path=f"{asked.path}/{asked.json['externalId']}"))
    return reply


async def _believes_the_bodys_id(asked: Asked, scene: Scene) -> Reply:
    if asked.method == "PUT" and isinstance(asked.json, dict) and asked.json.get("id") != asked.parts[-1]:
        await scene.inner(asked.but(method="DELETE", body=b""))
        return await scene.inner(asked.but(method="POST", path=asked.path.rpartition("/")[0]))
    return await scene.inner(asked)


async def _deletes_everybody(asked: Asked, scene: Scene) -> Reply:
    if asked.method != "DELETE" or asked.parts[-1] != "Users":
        return await scene.inner(asked)
    for one in (await scene.inner(asked.but(method="GET"))).json["Resources"]:
        await scene.inner(asked.but(path=f"{asked.path}/{one['id']}"))
    return Reply(204)


async def _deletes_members_too(asked: Asked, scene: Scene) -> Reply:
    if asked.method == "DELETE" and "StudentGroups" in asked.path:
        group = (await scene.inner(asked.but(method="GET"))).json
        for one in group.get("studentMemberships", []):
            await scene.inner(asked.but(path=f"{BELOW}/Users/{one['value']}"))
    return await scene.inner(asked)


def _name_is_no_object(asked: Asked) -> bool:
    return isinstance(asked.json, dict) and not isinstance(asked.json.get("name", {}), dict)


def _schemas_of(asked: Asked) -> Any:
    document = asked.json
    return document.get("schemas", []) if isinstance(document, dict) and "Users" in asked.path else list(KNOWN)


def _echoed(asked: Asked, reply: Reply) -> Reply:
    return Reply(reply.status, reply.body + asked.body, reply.headers) if 400 <= reply.status < 500 else reply


def _in_html(_: Asked, reply: Reply) -> Reply:
    return Reply(reply.status, b"<h1>No</h1>", {"content-type": "text/html"}) if reply.status >= 400 else reply


def _unescaped(asked: Asked, reply: Reply) -> Reply:
    plain = html.unescape(reply.body.decode()).encode()
    return Reply(reply.status, plain, reply.headers) if asked.path == "/roster" else reply


def _tells_its_host(asked: Asked, reply: Reply) -> Reply:
    host = asked.headers.get("x-forwarded-host", "")
    return Reply(reply.status, reply.body + host.encode(), reply.headers) if reply.taken else reply


def careless_receivers(home: LabHome) -> tuple[Fault, ...]:
    """All of them.

    Args:
        home: holds the schools' keys, by which those that let anybody in take them for a school.
    """
    callers = TriedCallers(home)

    def as_own(asked: Asked) -> Asked:
        return asked.shown(callers, "own")

    def nobody(asked: Asked) -> bool:
        return not (asked.scope.get("extensions") or {}).get("tls", {}).get("client_cert_chain")

    def by_header(asked: Asked) -> Asked | None:
        return as_own(asked) if nobody(asked) and "x-ssl-client-cert" in asked.headers else None

    def schools_filter(asked: Asked) -> Asked | None:
        return as_own(asked).but(query="") if "filter=externalId" in asked.query else None

    async def anybody(asked: Asked, scene: Scene) -> Reply:
        reply = await scene.inner(asked)
        return await scene.inner(as_own(asked)) if reply.status == 403 and BELOW in asked.path else reply

    async def anybody_changes(asked: Asked, scene: Scene) -> Reply:
        reply = await scene.inner(asked)
        changes = asked.method in ("PUT", "DELETE") and BELOW in asked.path
        return await scene.inner(as_own(asked)) if reply.status == 403 and changes else reply

    async def by_id_alone(asked: Asked, scene: Scene) -> Reply:
        reply = await scene.inner(asked)
        if reply.status == 404 and UUID.fullmatch(asked.parts[-1]):
            return await scene.inner(as_own(asked))
        return reply

    return (
        fault("lets-anybody-in", f"scim-caller-* {FORGED}", anybody),
        fault("lets-anybody-change", "scim-caller-delete-by-nobody scim-caller-change-by-stranger", anybody_changes),
        takes_as("believes-a-certificate-in-a-header", "scim-caller-header-certificate", by_header),
        reads("heeds-no-signature", "scim-register-altered", bad_signature="new-pin"),
        reads("goes-by-the-keys-name", "scim-register-other-key", other_key="new-pin"),
        reads("takes-the-key-that-comes-along", "scim-register-brings-its-key", other_kid="new-pin"),
        reads("takes-what-is-unsigned", "scim-register-unsigned", no_algorithm="new-pin"),
        reads("asks-not-whose-register", "scim-register-other-issuer", other_issuer="new-pin"),
        reads("takes-yesterdays-register", "scim-register-expired", expired="new-pin"),
        reads("never-withdraws", "scim-register-revoked", without_pin="honest"),
        reads("goes-on-for-ever", "scim-register-outlived", gone="honest"),
        reads("knows-no-new-keys", "scim-register-new-key-is-known", new_pin="honest"),
        fault(
            "looks-up-by-id-alone",
            "scim-schools-read scim-schools-change scim-schools-delete scim-schools-group",
            by_id_alone,
        ),
        takes_as("searches-all-schools", "scim-schools-list-filtered", schools_filter),
        takes_as("loses-accents", "scim-kept-names-with-signs scim-kept-changed", _without_accents),
        after("shows-markup", "scim-kept-name-as-markup", _unescaped),
        fault("deletes-members-with-the-group", "scim-kept-group-deleted", _deletes_members_too),
        remembering("loses-every-tenth", "scim-kept-everybody", _loses_every_tenth),
        fault("takes-twice", "scim-ids-twice", _takes_twice),
        after(
            "deletes-whom-it-does-not-have",
            "scim-ids-delete-nobody",
            lambda asked, reply: Reply(204) if asked.method == "DELETE" and reply.status == 404 else reply,
        ),
        after(
            "fails-on-whom-it-does-not-have",
            "scim-ids-change-nobody scim-schools-change",
            lambda asked, reply: BROKEN if asked.method == "PUT" and reply.status == 404 else reply,
        ),
        fault("believes-the-bodys-id", "scim-ids-other-id-in-body", _believes_the_bodys_id),
        breaks_if("fails-on-odd-ids", "scim-ids-no-uuid", lambda asked: ".." in asked.path),
        takes_as(
            "reads-any-media-type",
            "scim-form-media-type",
            lambda asked: asked.but(headers={"content-type": "application/scim+json"}) if asked.body else None,
        ),
        breaks_if(
            "fails-on-broken-json",
            "scim-form-broken-json scim-form-error-form scim-load-deep",
            lambda asked: asked.body and asked.json is None,
        ),
        breaks_if("fails-on-lists", "scim-form-no-object", lambda asked: isinstance(asked.json, list)),
        breaks_if("fails-on-null-signs", "scim-form-null-sign", lambda asked: b"\\u0000" in asked.body),
        takes_as(
            "makes-up-user-names",
            "scim-form-no-user-name",
            lambda asked: (
                asked.but(json={"userName": "x@skola.test", **asked.json})
                if asked.path.endswith("/Users") and isinstance(asked.json, dict)
                else None
            ),
        ),
        breaks_if("fails-without-schemas", "scim-form-no-schemas", lambda asked: not _schemas_of(asked)),
        breaks_if(
            "fails-on-unknown-schemas",
            "scim-form-unknown-schema scim-reach-schema",
            lambda asked: set(_schemas_of(asked)) - KNOWN and asked.method == "POST",
        ),
        breaks_if("fails-on-wrong-types", "scim-form-wrong-type", _name_is_no_object),
        takes_as(
            "takes-any-collection",
            "scim-form-unknown-collection",
            lambda asked: asked.but(path=f"{BELOW}/Users") if asked.path.endswith("/Pupils") else None,
        ),
        fault("fails-on-unknown-units", "scim-form-unknown-unit", _fails_on_unknown_units),
        fault("fails-on-unknown-members", "scim-form-group-before-members", _fails_on_unknown_members),
        breaks_if("fails-on-patch", "scim-form-patch", lambda asked: asked.method == "PATCH"),
        takes_as(
            "takes-any-method",
            "scim-form-unknown-method",
            lambda asked: asked.but(method="GET") if asked.method == "FROB" else None,
        ),
        fault("deletes-everybody", "scim-form-delete-all", _deletes_everybody),
        after("errors-in-html", "scim-form-error-form", _in_html),
        after(
            "echoes-in-errors",
            "scim-form-broken-json scim-form-no-user-name scim-form-wrong-type scim-form-error-form",
            _echoed,
        ),
        breaks_if(
            "fails-on-filters", "scim-form-filter scim-schools-list-filtered", lambda asked: "filter" in asked.query
        ),
        fault(
            "fetches-every-address",
            "scim-reach-reference scim-reach-member-reference scim-reach-photo scim-reach-schema",
            _fetches_every_address,
        ),
        after("builds-addresses-from-the-host", "scim-reach-host", _tells_its_host),
        takes_as("takes-any-size", "scim-load-huge", _short),
    )


HONEST_FAULTS: dict[str, str] = {
    "ignores-pins": (
        "scim-caller-same-name scim-caller-foreign-issuer scim-register-new-key-is-known scim-register-revoked"
    ),
    "takes-no-certificate": "scim-caller-header-entity scim-caller-header-with-other-key",
    "open-list": "scim-caller-list-by-nobody scim-caller-list-by-stranger",
    "keeps-those-deleted": "scim-kept-deleted",
    "keeps-old-memberships": "scim-kept-member-left",
    "closes-accounts-with-membership": "scim-kept-member-left",
    "fails-on-change": ("scim-ids-other-id-in-body scim-kept-changed scim-kept-left-out-is-gone scim-kept-member-left"),
    "demands-civic-numbers": "scim-kept-without-optional",
    "mixes-schools": "scim-schools-list scim-schools-same-id",
    "follows-references": "scim-reach-reference",
}
"""Faults that honest traffic shows too, and the cases that must show them."""
SEEN_BY_CHANCE = "drops-some-silently"
"""It loses pupils by their ids, which are new each time; :func:`_loses_every_tenth` does the same by counting."""
NOT_SEEN = {
    "names-in-errors": "writes names into answers of success, which any answer with the resource does",
    "forwards-roster": "passes on to others, which certifying in this process does not see: 'testbed run' does",
}
"""Faults that no case shows, and why."""
