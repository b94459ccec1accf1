"""A school that sends its roster to the test platform of :mod:`tests.support.provisioning`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from idp.federated_tls.app import PATH
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.people import generate
from idp.population.school import NEIGHBOUR, OWNER
from idp.provisioning.kinds import Kind
from idp.provisioning.pushing import Provisioning
from idp.provisioning.roster import Roster
from idp.sending.limits import Guard, Patience, SendingConfig
from idp.sending.sender import Pushed, SendingSchool
from idp.sending.terms import Receiver
from idp.ss12000.caller import Caller
from idp.ss12000.lists import Views
from idp.ss12000.roll import Roll
from idp.state import State
from idp.token_service.tokens import AccessTokens
from testbed.model.written import Agreement, Person
from tests.support.provisioning import API, AUTH, FEDERATION, HOST, SKOLA, Platform, Tamper

NO_GUARD = Guard(most=10_000, share=1.0)
SECRET = b"secret of the school, in a test."
UNITS = ("00001101", "00001102", "00009101", "00009102")
PUPIL = ("norEduPersonNIN", "eduPersonPrincipalName", "givenName", "sn", "sisSchoolUnitCode", "sisSchoolGrade")
TEACHER = (*PUPIL[:-1], "mail", "sisSchoolCourseTeacher")


def people(pupils: int = 150, seed: int = 7) -> Mapping[str, Person]:
    return generate(seed, pupils).everybody


def an_agreement(**changes: Any) -> Agreement:
    """As the laboratory's with the test platform."""
    limits = {"school_units": UNITS}
    return Agreement.model_validate(
        {
            "id": "test-platform-2025",
            "controller": {"name": "Exempelkommun", "hosts": ("api.skola.test",)},
            "processor": {"name": "Provplattformen", "hosts": ("provplattformen.test",)},
            "valid": {"from": "2025-08-01", "until": "2027-06-30"},
            "identifier": "shared",
            "protected_identity": "withhold",
            "data": [
                {"subjects": ["pupil"], "required": [*PUPIL, "sisSchoolCourseStudent"], "limits": limits},
                {"subjects": ["teacher"], "required": TEACHER, "limits": limits},
            ],
        }
        | changes
    )


@dataclass
class Sender:
    """One school, and what the platform holds of it."""

    platform: Platform
    people: Mapping[str, Person] = field(default_factory=people, repr=False)
    entity: str = SKOLA
    agreement: Agreement | None = field(default_factory=an_agreement)
    guard: Guard = NO_GUARD
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.owner = OWNER if self.entity == SKOLA else NEIGHBOUR
        self.state = State(None, self.platform.clock)
        own = {name: one for name, one in self.people.items() if one.school == self.owner.school}
        self.roll = Roll(own, self.state)
        self.network = self.platform.network(self.entity)
        self.sender = self.started()

    def started(self) -> Provisioning:
        """The school's sender, as after a restart: it knows what its state knows."""
        http = httpx.AsyncClient(transport=self.network)
        key = FederationKey.of(FEDERATION, dict(self.platform.federation))
        return Provisioning(
            SendingSchool(self.roll, self.owner, SECRET),
            self.state,
            http,
            MachineSource(f"{FEDERATION}{PATH}", key, http),
            AccessTokens(f"{AUTH}/transaction", self.entity, http, self.platform.clock),
            SendingConfig(self.guard, self.patience, self.platform.sleep),
        )

    @property
    def receiver(self) -> Receiver:
        return Receiver(HOST, API, lambda: self.agreement, frozenset({"provplattformen.test"}))

    async def push(self, rebuild: bool = False) -> Pushed[Kind]:
        return await self.sender.push(self.receiver, rebuild)

    def change(self, name: str, **changes: Any) -> None:
        self.roll.put(self.people[name].model_copy(update=changes))

    @property
    def roster(self) -> Roster:
        """What the platform is to hold."""
        views = Views(self.roll, self.owner, SECRET, self.platform.clock)
        caller = Caller(HOST, self.agreement)
        return Roster(views.of(caller).view if views.in_force(caller) else None)

    async def held(self) -> dict[str, dict[str, Any]]:
        """All that the platform holds of the school, as it was sent, by type and id."""
        found: dict[str, dict[str, Any]] = {}
        for kind in ("persons", "duties", "groups", "activities"):
            found[kind], token = {}, None
            while True:
                params = {"limit": "100"} | ({"pageToken": token} if token else {})
                page = (await self.platform.call("GET", f"/{kind}", school=self.entity, params=params)).json()
                ids = [one["id"] for one in page["data"]]
                whole = await self.platform.call("POST", f"/{kind}/lookup", {"ids": ids}, school=self.entity)
                for one in whole.json():
                    found[kind][one["id"]] = {n: v for n, v in one.items() if n not in ("meta", "provisioningStatus")}
                if not (token := page["pageToken"]):
                    break
        return found

    def wanted(self) -> dict[str, dict[str, Any]]:
        """All that it is to hold."""
        return {kind.endpoint: {name: self.roster.facts(kind, name) for name in self.roster[kind]} for kind in Kind}

    def tampered(self, tamper: Tamper | None) -> None:
        self.network.tamper = tamper

    def calls(self, method: str = "", path: str = "") -> list[str]:
        """What the school has asked the platform."""
        sent = (one for one in self.network.sent if one.url.host == "provplattformen.test")
        asked = [f"{one.method} {one.url.raw_path.decode().removeprefix('/provisioning/v1')}" for one in sent]
        return [one for one in asked if one.startswith(method) and path in one]
