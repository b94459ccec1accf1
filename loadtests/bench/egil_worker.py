"""``python -m loadtests.bench.egil_worker ours|peer FOLDER PORT``: send a roster to a receiver on this machine.

``ours`` pushes everything, pushes what has changed when every hundredth pupil has moved, and once more as a process
that knows of the pushes before by the record alone. ``peer`` posts the bodies of every tenth resource, made before, one
after the other by a bare HTTP client. The folder holds ``people.jsonl``, ``client.pem`` and ``issuer.pem``. Prints one
JSON object.
"""

import json
import secrets
import ssl
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvloop

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.keys import METADATA_KEY, machine_signer
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.population.school import OWNER
from idp.scim.kinds import Kind
from idp.scim.pushing import TAG, Egil
from idp.scim.resources import MEDIA_TYPE
from idp.scim.roster import Roster
from idp.sending.sender import Pushed, SendingSchool
from idp.sending.terms import Receiver
from idp.ss12000.caller import Caller
from idp.ss12000.lists import Views
from idp.ss12000.roll import Roll
from idp.state import State
from loadtests.bench.measure import cpu_seconds
from loadtests.bench.moving import move
from testbed.lab.machines import certificate_in
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.written import Agreement, Person

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PARTY = "https://bench.test"
FEDERATION = "https://machines.federation.test"
TENTH = 10
ATTRIBUTES = (
    "eduPersonPrincipalName",
    "givenName",
    "sn",
    "displayName",
    "mail",
    "norEduPersonNIN",
    "sisSchoolUnitCode",
    "sisSchoolGrade",
    "sisSchoolCourseStudent",
    "sisSchoolCourseTeacher",
    "eduPersonScopedAffiliation",
)
AGREEMENT = Agreement.model_validate(
    {
        "id": "bench",
        "controller": {"name": "Exempelkommun", "hosts": ("api.skola.test",)},
        "processor": {"name": "Bench", "hosts": ("bench.test",)},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "protected_identity": "pseudonym",
        "data": ({"subjects": ("pupil", "teacher", "staff"), "required": ATTRIBUTES},),
    }
)


def people_in(folder: Path) -> dict[str, Person]:
    """The roster, by id."""
    with (folder / "people.jsonl").open() as lines:
        return {person.id: person for person in map(Person.model_validate_json, lines)}


def client_of(folder: Path) -> httpx.AsyncClient:
    """A client that shows the school's certificate and takes the receiver's."""
    context = ssl.create_default_context(cafile=str(folder / "issuer.pem"))
    context.load_cert_chain(folder / "client.pem")
    return httpx.AsyncClient(verify=context, trust_env=False)


def machines_of(folder: Path, url: str) -> tuple[MachineRegistry, FederationKey]:
    """A federation that names the receiver."""
    issuer = (folder / "issuer.pem").read_text()
    pins = (Pin(digest=pin_of(certificate_in(folder / "client.pem"))),)
    entity = Entity(
        entity_id=PARTY,
        issuers=(Issuer(x509certificate=issuer),),
        servers=(Endpoint(tags=(TAG,), base_uri=url, pins=pins),),
    )
    signer = machine_signer(folder, METADATA_KEY, FEDERATION, NOW)
    registry = MachineRegistry(Publisher(FEDERATION, signer), Machines(cache_ttl=3600, entities=(entity,)), lambda: NOW)
    return registry, FederationKey.of(FEDERATION, dict(signer.public))


async def ours(folder: Path, url: str) -> dict[str, float]:
    """Speed and memory of the sender."""
    people, secret = people_in(folder), secrets.token_bytes()
    before_mb = _peak_mb()
    registry, key = machines_of(folder, url)
    state = State(folder / "state.sqlite", lambda: NOW)
    receiver = Receiver(PARTY, url, lambda: AGREEMENT, frozenset({url.split("/")[2]}))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(registry.app)) as federation,
        client_of(folder) as http,
    ):
        source = MachineSource(FEDERATION + PATH, key, federation)
        school = SendingSchool(Roll(people, state), OWNER, secret)
        egil = Egil(school, state, http, source)
        start, cpu = time.perf_counter(), cpu_seconds()
        sent = _written(await egil.push(receiver))
        full_s, full_cpu_s = time.perf_counter() - start, cpu_seconds() - cpu
        moved = move(school.roll, people.values())
        cpu = cpu_seconds()
        changed = _written(await egil.push(receiver))
        delta_cpu_s = cpu_seconds() - cpu
        if changed < moved:
            raise RuntimeError(f"{changed} resources were sent, though {moved} pupils have moved")
        # NOTE: the first one goes, for a process that begins anew does not hold what it knew before as well.
        egil = Egil(school, state, http, source)
        cpu = cpu_seconds()
        _written(await egil.push(receiver))
        again_cpu_s = cpu_seconds() - cpu
    peak_mb = _peak_mb()
    return {
        "per_s": sent / full_s,
        "per_cpu_s": sent / full_cpu_s,
        "delta_cpu_s": delta_cpu_s,
        "again_cpu_s": again_cpu_s,
        "before_mb": before_mb,
        "peak_mb": peak_mb,
    }


async def peer(folder: Path, url: str) -> dict[str, float]:
    """Speed of a loop that does nothing but post."""
    roll = Roll(people_in(folder), State(None, lambda: NOW))
    views = Views(roll, OWNER, secrets.token_bytes(), lambda: NOW)
    roster = Roster(views.of(Caller(PARTY, AGREEMENT)).view)
    bodies = list(_bodies(roster))
    async with client_of(folder) as http:
        start, cpu = time.perf_counter(), cpu_seconds()
        for kind, body in bodies:
            answer = await http.post(f"{url}/{kind.endpoint}", content=body, headers={"Content-Type": MEDIA_TYPE})
            if answer.status_code != httpx.codes.CREATED:
                raise RuntimeError(f"a resource was answered with {answer.status_code}")
        spent_s, spent_cpu_s = time.perf_counter() - start, cpu_seconds() - cpu
        return {"per_s": len(bodies) / spent_s, "per_cpu_s": len(bodies) / spent_cpu_s}


def _bodies(roster: Roster) -> Iterator[tuple[Kind, bytes]]:
    for kind in Kind:
        for name in roster[kind][::TENTH]:
            yield kind, roster.body(kind, name)


def _written(pushed: Pushed[Kind]) -> int:
    if not pushed.whole:
        raise RuntimeError(f"the push was not whole: {pushed}")
    return sum(count.created + count.replaced for count in pushed.counts.values())


def _peak_mb() -> float:
    # NOTE: what getrusage has is never less than what the process that started this one held.
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    measured = {"ours": ours, "peer": peer}[sys.argv[1]]
    print(json.dumps(uvloop.run(measured(Path(sys.argv[2]), f"https://127.0.0.1:{sys.argv[3]}/scim"))))
