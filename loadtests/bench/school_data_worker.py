"""``python -m loadtests.bench.school_data_worker PUPILS``: pull everybody, change 1 %, pull the difference.

Prints one JSON object: ``persons_per_s``, ``delta_s``, ``peak_mb``.
"""

import asyncio
import json
import resource
import secrets
import sys
from datetime import UTC, datetime

import httpx
from starlette.requests import Request

from idp.people import generate
from idp.ss12000.app import SchoolDataConfig, make
from idp.ss12000.caller import Caller
from idp.state import State
from loadtests.bench.measure import cpu_seconds
from loadtests.bench.moving import move
from testbed.model.written import Agreement

SEED = 1
HOST = "https://api.skola.test"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AGREEMENT = {
    "id": "bench",
    "controller": {"name": "Exempelkommun", "hosts": ("api.skola.test",)},
    "processor": {"name": "Bench", "hosts": ("bench.test",)},
    "valid": {"from": "2026-01-01", "until": "2027-06-30"},
    "identifier": "pairwise",
    "protected_identity": "pseudonym",
    "data": (
        {
            "subjects": ("pupil",),
            "required": (
                "eduPersonPrincipalName",
                "givenName",
                "sn",
                "displayName",
                "mail",
                "norEduPersonNIN",
                "norEduPersonBirthDate",
                "street",
                "postalCode",
                "l",
                "sisSchoolUnitCode",
                "sisSchoolGrade",
                "sisSchoolCourseStudent",
            ),
        },
    ),
}


async def _pulled(client: httpx.AsyncClient, **filters: str) -> int:
    """How many persons all pages hold together."""
    params: dict[str, str] = dict(filters)
    count = 0
    while True:
        answer = (await client.get("/persons", params=params)).raise_for_status().json()
        count += len(answer["data"])
        if not answer["pageToken"]:
            return count
        params = {"pageToken": answer["pageToken"]}


async def _measure(pupils: int) -> dict[str, float]:
    population = generate(SEED, pupils)
    caller = Caller("bench", Agreement.model_validate(AGREEMENT))

    async def authenticate(_: Request) -> Caller:
        return caller

    config = SchoolDataConfig(population.people, authenticate, secrets.token_bytes(), requests_per_minute=pupils)
    async with httpx.AsyncClient() as nowhere:
        api = make(config, State(None, lambda: NOW), nowhere)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url=HOST) as client:
            start = cpu_seconds()
            count = await _pulled(client)
            full_s = cpu_seconds() - start
            if count != pupils:
                raise RuntimeError(f"{count} persons came, of {pupils}")
            moved = move(api.roll, population.people.values())
            start = cpu_seconds()
            count = await _pulled(client, **{"meta.modified.after": "2026-11-01T00:00:00Z"})
            delta_s = cpu_seconds() - start
            if count != moved:
                raise RuntimeError(f"{count} persons came, of {moved} that moved")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"persons_per_s": pupils / full_s, "delta_s": delta_s, "peak_mb": peak_mb}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(int(sys.argv[1])))))
