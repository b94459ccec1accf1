"""A receiver of EGIL in this process, two schools that call it, and somebody who is neither."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from register import NOW, Federation

from sp_mocks.app import VendorService
from sp_mocks.config import ReceivingPlace, VendorConfig
from testbed.lab.mutual import Telling
from testbed.model.federated_tls import Shown

HOST = "elevkontot.test"
BASE = f"https://{HOST}/egil"
SKOLA, GRANNE, UNAGREED = "https://api.skola.test", "https://api.granne.test", "https://api.annan.test"
STRANGER, NOBODY = "stranger", "nobody"
"""Who has a certificate in the first school's name that the register does not name, and who has none."""
SIS = "urn:scim:schemas:extension:sis:school:1.0"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
SCIM_TYPE = "application/scim+json"


def ident(name: str) -> str:
    """A UUID that is always the same for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def user(name: str, /, **members: Any) -> dict[str, Any]:
    """A pupil, with more than the service needs."""
    extension = {
        "enrolments": [{"value": ident("unit"), "$ref": f"SchoolUnits/{ident('unit')}", "schoolYear": 3}],
        "civicNo": "201601012394",
        "securityMarking": False,
    }
    return {
        "schemas": [CORE_USER, f"{SIS}:User"],
        "externalId": ident(name),
        "userName": f"{name.lower()}@skola.test",
        "displayName": f"{name} Provsson",
        "name": {"givenName": name, "familyName": "Provsson"},
        "emails": [{"value": f"{name.lower()}@elev.skola.test", "type": "Skola elev"}],
        f"{SIS}:User": extension,
        **members,
    }


def resource(kind: str, name: str, **members: Any) -> dict[str, Any]:
    """Something else, by the name of its type."""
    named = {} if kind == "Employment" else {"displayName": name}
    return {"schemas": [f"{SIS}:{kind}"], "externalId": ident(name), **named, **members}


def to(collection: str, name: str) -> dict[str, str]:
    """A reference."""
    return {"value": ident(name), "$ref": f"{collection}/{ident(name)}"}


def group(name: str, *members: str) -> dict[str, Any]:
    memberships = [to("Users", one) for one in members]
    return resource("StudentGroup", name, owner=to("SchoolUnits", "unit"), studentMemberships=memberships)


@dataclass
class Receiver:
    """One that runs."""

    service: VendorService
    federation: Federation
    certificates: Mapping[str, str]
    published: list[bytes]
    """What the register publishes; the last one counts."""
    calls: list[httpx.Request] = field(default_factory=list)
    """What its server has sent to anybody but the register."""
    now: datetime = NOW

    async def call(
        self, method: str, path: str, body: Any = None, caller: str = SKOLA, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        pem = self.certificates.get(caller)
        app = Telling(self.service.app, Shown((pem,) if pem else ()), (HOST,))
        content = {} if body is None else {"content": body} if isinstance(body, bytes) else {"json": body}
        kind = {} if body is None else {"Content-Type": SCIM_TYPE}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"https://{HOST}") as http:
            return await http.request(method, path, headers={**kind, **(headers or {})}, **content)

    async def post(self, collection: str, body: Any, caller: str = SKOLA) -> httpx.Response:
        return await self.call("POST", f"/egil/{collection}", body, caller)

    async def put(self, collection: str, name: str, body: Any, caller: str = SKOLA) -> httpx.Response:
        return await self.call("PUT", f"/egil/{collection}/{ident(name)}", body, caller)

    async def get(self, path: str, caller: str = SKOLA) -> httpx.Response:
        return await self.call("GET", f"/egil/{path}", None, caller)

    async def delete(self, collection: str, name: str, caller: str = SKOLA) -> httpx.Response:
        return await self.call("DELETE", f"/egil/{collection}/{ident(name)}", None, caller)

    async def listed(self, collection: str, caller: str = SKOLA) -> list[dict[str, Any]]:
        answer = await self.get(collection, caller)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["Resources"]
        return found

    async def page(self, path: str = "/roster", language: str = "en") -> httpx.Response:
        return await self.call("GET", path, None, NOBODY, {"Accept-Language": language})

    async def school(self, caller: str = SKOLA) -> None:
        """Sends a class of three, and its teacher."""
        await self.post("SchoolUnits", resource("SchoolUnit", "unit", schoolUnitCode="00001101"), caller)
        for name in ("Anna", "Bo", "Cia"):
            await self.post("Users", user(name), caller)
        await self.post("Users", user("Disa", **{f"{SIS}:User": {}}), caller)
        unit, teacher = to("SchoolUnits", "unit"), to("Users", "Disa")
        post = resource("Employment", "post", employedAt=unit, user=teacher, employmentRole="Lärare", signature="DPR")
        await self.post("Employments", post, caller)
        await self.post("StudentGroups", group("3A", "Anna", "Bo", "Cia"), caller)
        taught, by = [to("StudentGroups", "3A")], [to("Employments", "post")]
        await self.post("Activities", resource("Activity", "Svenska", owner=unit, groups=taught, teachers=by), caller)

    def publish(self, *schools: str, **header: Any) -> None:
        """From now on the register names these alone."""
        self.published.append(self.federation.signed(self._entities(schools), **header))

    def _entities(self, schools: tuple[str, ...]) -> list[dict[str, Any]]:
        entities = [self.federation.entities(self.certificates[one], entity_id=one) for one in schools]
        return [one for several in entities for one in several]


@cache
def machines() -> tuple[Federation, Mapping[str, str]]:
    """A register, and the certificate of each caller."""
    federation = Federation()
    hosts = {SKOLA: "api.skola.test", GRANNE: "api.granne.test", UNAGREED: "api.annan.test", STRANGER: "api.skola.test"}
    return federation, {caller: federation.issued(host) for caller, host in hosts.items()}


@asynccontextmanager
async def receiver(fault: str | None = None, base: str = BASE, **changes: Any) -> AsyncIterator[Receiver]:
    """One with at most one fault, whose endpoints are below an address."""
    federation, certificates = machines()
    published = list[bytes]()

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == federation.place.url:
            return httpx.Response(200, content=published[-1]) if published[-1] else httpx.Response(503)
        made.calls.append(request)
        return httpx.Response(502)

    place = ReceivingPlace(f"https://{HOST}", base, federation.place, (SKOLA, GRANNE), "", "", "")
    config = VendorConfig(
        vendor_id="pupil-accounts",
        name="Elevkontot",
        base_url=f"https://{HOST}",
        hosts=(HOST,),
        profile="pupil-accounts",
        fault=fault,
        idp_entity_id="",
        idp_metadata_url="",
        receiving=place,
    )
    config = VendorConfig(**{**vars(config), **changes})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        service = VendorService(config, None, http, lambda: made.now)
        made = Receiver(service, federation, certificates, published)
        made.publish(SKOLA, GRANNE, UNAGREED)
        yield made
