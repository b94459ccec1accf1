"""A play in which schools send a vendor rosters, put together exchange by exchange, and what the judge makes of it."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from testbed.interception.recorded import Recorded
from testbed.model.orders import AnyOrder
from testbed.model.verdict import Evidence, Ordered, Play
from testbed.model.wire import BROWSER, Exchange, Headers, Request, Response
from testbed.model.written import Agreement, Person, Scenario, Vendor
from testbed.runner.judge import Knowledge, judge
from testbed.runner.plan import Plan

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
VENDOR, SCHOOL, NEIGHBOUR, STRANGER = "register.test", "api.skola.test", "api.granne.test", "stranger.test"
BASE, ROSTER = f"https://{VENDOR}/scim", f"https://{VENDOR}/roster"
KEYS = {SCHOOL: "school-key", NEIGHBOUR: "neighbour-key", STRANGER: "stranger-key"}
"""Digests of pins, as far as anybody looks."""
SCIM, JSON = "application/scim+json", "application/json"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
SIS = "urn:scim:schemas:extension:sis:school:1.0:"
UNIT, OTHER_UNIT = "00001101", "00001102"
GROUP = "http://skola.test/00001101/1A"


def person(name: str, **changes: Any) -> Person:
    """A pupil of the first school unit in class 1A, but for what is changed."""
    attributes: dict[str, Any] = {
        "eduPersonPrincipalName": f"{name}@skola.test",
        "givenName": name.capitalize(),
        "sn": "Lind",
        "displayName": f"{name.capitalize()} Lind",
        "sisSchoolUnitCode": UNIT,
        "sisSchoolGrade": "1",
        "sisSchoolCourseStudent": GROUP,
    } | changes.pop("attributes", {})
    units = changes.pop("units", (UNIT,))
    return Person(id=name, role=changes.pop("role", "pupil"), school_units=units, attributes=attributes, **changes)


PEOPLE = {
    one.id: one
    for one in (
        person("ada"),
        person("bodil"),
        person("cilla", units=(OTHER_UNIT,), attributes={"sisSchoolUnitCode": OTHER_UNIT}),
        person("disa", security_marking="Sekretessmarkering"),
        person("tea", role="teacher", attributes={"sisSchoolCourseTeacher": GROUP, "sisSchoolCourseStudent": ()}),
    )
}


def user(name: str, one: str = "", **more: object) -> dict[str, object]:
    """A person as EGIL has them (RFC 7643, 4.1, and the school's extension)."""
    return {
        "schemas": [CORE, f"{SIS}User"],
        "externalId": one or f"id-{name}",
        "userName": f"{name}@skola.test",
        "displayName": f"{name.capitalize()} Lind",
        "name": {"givenName": name.capitalize(), "familyName": "Lind"},
        **more,
    }


def group(one: str, title: str, *members: str) -> dict[str, object]:
    """A class as EGIL has it."""
    return {
        "schemas": [f"{SIS}StudentGroup"],
        "externalId": one,
        "displayName": title,
        "owner": {"value": "unit-1", "$ref": "SchoolUnits/unit-1"},
        "studentGroupType": "Klass",
        "studentMemberships": [{"value": f"id-{name}", "$ref": f"Users/id-{name}"} for name in members],
    }


def unit(one: str, code: str) -> dict[str, object]:
    """A school unit as EGIL has it."""
    return {"schemas": [f"{SIS}SchoolUnit"], "externalId": one, "displayName": "Björkskolan", "schoolUnitCode": code}


def enrolled(one: str, year: int = 1) -> dict[str, object]:
    """The extension of a pupil who is enrolled at a school unit."""
    return {f"{SIS}User": {"enrolments": [{"value": one, "$ref": f"SchoolUnits/{one}", "schoolYear": year}]}}


def jwt(**claims: object) -> str:
    """A token that nobody has signed."""
    parts = ({"alg": "ES256", "kid": "k"}, claims)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts), "c2ln"]
    )


def token(
    entity: str = f"https://{SCHOOL}", opens: str = BASE, ends: datetime = NOW + timedelta(days=10)
) -> Mapping[str, object]:
    """The claims of a good token of the national tests' kind."""
    return {
        "entity_id": entity,
        "exp": int(ends.timestamp()),
        "requested_access": [{"type": "provisioning-api", "locations": [opens]}],
    }


class Pushing:
    """What happened, in order; each exchange a second after the one before."""

    def __init__(self, protocol: str = "scim", people: Mapping[str, Person] = PEOPLE) -> None:
        self.people = people
        self.exchanges: list[Exchange] = []
        self.orders: list[Ordered] = []
        self.now = NOW
        self.agreement: dict[str, Any] = {
            "id": "register-2026",
            "controller": {"name": "Exempelkommun", "hosts": ["idp.skola.test", SCHOOL]},
            "processor": {"name": "Registret", "entity_ids": [f"https://{VENDOR}"], "hosts": [VENDOR]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "shared",
            "data": [
                {
                    "subjects": ["pupil"],
                    "required": ["eduPersonPrincipalName", "displayName", "givenName", "sn", "sisSchoolUnitCode"],
                    "optional": ["sisSchoolGrade", "sisSchoolCourseStudent"],
                    "limits": {"school_units": [UNIT]},
                }
            ],
            "protected_identity": "withhold",
        }
        self.vendor: dict[str, Any] = {
            "id": "register",
            "name": "Registret",
            "protocol": protocol,
            "exchange": {"entity_id": f"https://{VENDOR}", "roster": ROSTER, "receives": BASE},
            "login": f"https://{VENDOR}/login",
            "agreement": "register-2026",
        }

    def exchange(self, sender: str, request: Request, response: Response | None, shown: str = "") -> int:
        """Anything at all; returns its number."""
        self.now += timedelta(seconds=1)
        number = len(self.exchanges) + 1
        host = request.host
        self.exchanges.append(Exchange(number, "p", sender, host, request, response, self.now, 1.0, shown=shown))
        return number

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        status: int = 0,
        answer: object = None,
        *,
        sender: str = SCHOOL,
        shown: str | None = None,
        headers: Headers = (),
        media_type: str = SCIM,
    ) -> int:
        """A call of the vendor's receiving side; as one that does well answers it, where nothing else is said."""
        usual = {"POST": 201, "PUT": 200, "DELETE": 204, "GET": 200}[method]
        if answer is None and isinstance(body, Mapping) and not status:
            answer = {**body, "id": body.get("externalId"), "meta": {"resourceType": "User"}}
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        told = b"" if answer is None else json.dumps(answer, ensure_ascii=False).encode()
        kinds = (("Accept", media_type), *((("Content-Type", media_type),) if body is not None else ()), *headers)
        key = KEYS.get(sender, "") if shown is None else shown
        response = Response(status or usual, (("Content-Type", media_type),), told)
        return self.exchange(sender, Request(method, f"{BASE}{path}", kinds, sent), response, key)

    def register(self, *named: str, ttl: int = 0) -> int:
        """Somebody looks whom the register of machines names."""
        entities = [
            {"entity_id": f"https://{host}", "clients": [{"pins": [{"alg": "sha256", "digest": KEYS[host]}]}]}
            for host in named
        ]
        payload = json.dumps({"version": "1.0.0", "cache_ttl": ttl, "entities": entities}).encode()
        document = {"payload": base64.urlsafe_b64encode(payload).rstrip(b"=").decode(), "signatures": [{}]}
        url = "https://machines.federation.test/machines.jws"
        answered = Response(200, (("Content-Type", "application/jose+json"),), json.dumps(document).encode())
        return self.exchange(BROWSER, Request("GET", url), answered)

    def look(
        self,
        rows: Mapping[str, Sequence[str]] | Sequence[str],
        *,
        page: int = 1,
        following: bool = False,
        column: str = "",
        school: str = "",
    ) -> int:
        """Somebody opens the page that shows whom the vendor holds: ids, with what stands in a column."""
        cells = rows if isinstance(rows, Mapping) else dict.fromkeys(rows, ())
        head = f"<th>{column}</th>" if column else ""
        lines = "".join(
            f"<tr><th>{one}</th>{'<td>' + ''.join(f'<div>{t}</div>' for t in texts) + '</td>' if column else ''}</tr>"
            for one, texts in cells.items()
        )
        table = f"<table><thead><tr><th>id</th>{head}</tr></thead><tbody>{lines}</tbody></table>"
        link = f'<a href="?page={page + 1}">Next</a>' if following else ""
        html = f"<html><body><p>School: {school}</p>{table}{link}</body></html>"
        url = ROSTER if page == 1 else f"{ROSTER}?page={page}"
        return self.exchange(
            BROWSER, Request("GET", url), Response(200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())
        )

    def order(self, order: AnyOrder) -> None:
        """The lab orders something of the school."""
        self.now += timedelta(seconds=1)
        self.orders.append(Ordered(self.now, order))

    def evidence(self, player: str = "ada") -> Evidence:
        """What the judge has before it."""
        scenario = Scenario.model_validate(
            {
                "id": "p",
                "title": {"sv": "S", "en": "S"},
                "flow": "push",
                "vendor": "register",
                "expect": {"login": "none"},
            }
        )
        vendor, agreement = Vendor.model_validate(self.vendor), Agreement.model_validate(self.agreement)
        play = Play(
            "p", scenario, vendor, player, agreement.id, NOW, self.now + timedelta(seconds=1), orders=tuple(self.orders)
        )
        recorded = Recorded("inprocess", NOW, (play,), tuple(self.exchanges), ())
        plan = Plan("run", "inprocess", 1, {}, ("p",))
        return judge(recorded, Knowledge(self.people, {agreement.id: agreement}), plan, self.now).evidence["p"]
