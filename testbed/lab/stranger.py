"""Somebody whom the register of machines does not name, and who calls vendors as if they were the school.

What a stranger sends is about nobody: what a vendor that lets strangers in comes to hold is no pupil's.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from testbed.lab.places import SCHOOL

NOBODY = "00000000-0000-4000-8000-000000000000"
"""Id of a pupil who is in no population."""
JOB = re.compile(r"[A-Za-z0-9-]{1,64}")
MOST_QUESTIONS, MOST_WAITS = 20, 5
LONGEST_WAIT_S = 1.0
SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
SCIM_TYPE = "application/scim+json"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
SIS_USER = "urn:scim:schemas:extension:sis:school:1.0:User"
ELSEWHERE = "https://adresser.annanstans.test"
"""Where nobody of the lab is."""
CLAIMED = {
    "X-FedTLSAuth-Entity-ID": SCHOOL.api_url,
    "X-FedTLSAuth-Organization": SCHOOL.acronym,
    "Forwarded": f"for={SCHOOL.api_host}",
}
"""Headers by which a reverse proxy tells a service behind it who has called: anybody can write them."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The clients by which calls are made."""

    own_certificate: httpx.AsyncClient
    """Shows a certificate in the school's name, of a key that the register does not know."""
    no_certificate: httpx.AsyncClient
    school: httpx.AsyncClient
    """The school's own: for calls in which nothing but the token is wrong."""


@dataclass(frozen=True, slots=True)
class WrongTokens:
    """Tokens that must open nothing, and one that must open nothing without the school's key."""

    expired: str
    for_another: str
    """For another address."""
    good: str


async def call_scim(ways: Ways, url: str) -> None:
    """Read and write at a receiver of EGIL. What is answered stands in the journal, for the judge.

    Raises:
        httpx.HTTPError: it cannot be reached.
    """
    for client, headers in ((ways.own_certificate, {}), (ways.no_certificate, {}), (ways.no_certificate, CLAIMED)):
        typed = {**headers, "Content-Type": SCIM_TYPE}
        await client.get(f"{url}/Users", headers=headers, follow_redirects=False)
        await client.post(f"{url}/Users", json=_nobody_in_scim(), headers=typed, follow_redirects=False)


async def send_address(school: httpx.AsyncClient, url: str) -> None:
    """Send a receiver of EGIL, as the school, a pupil whose reference leads elsewhere, and delete them.

    Raises:
        httpx.HTTPError: it cannot be reached.
    """
    enrolments = {"enrolments": [{"value": NOBODY, "$ref": f"{ELSEWHERE}/SchoolUnits/{NOBODY}"}]}
    body = {**_nobody_in_scim(), SIS_USER: enrolments}
    headers = {"Content-Type": SCIM_TYPE}
    await school.post(f"{url}/Users", json=body, headers=headers, follow_redirects=False)
    await school.delete(f"{url}/Users/{NOBODY}", follow_redirects=False)


async def send_incomplete(school: httpx.AsyncClient, url: str, token: str) -> None:
    """Send a receiver of the national tests' kind, as the school, a pupil of whom the number is missing, and ask until
    it says what has become of that.

    Raises:
        httpx.HTTPError: it cannot be reached.
    """
    headers = {"Authorization": f"Bearer {token}"}
    pupil = {
        "id": NOBODY,
        "givenName": "Ingen",
        "familyName": "Alls",
        "eduPersonPrincipalNames": ["ingen@stranger.test"],
    }
    request = school.build_request("POST", f"{url}/persons/bulk", json={"data": [pupil]}, headers=headers)
    job = _job(await _patiently(school, request))
    for _ in range(MOST_QUESTIONS if job else 0):
        request = school.build_request("GET", f"{url}/persons/bulk/jobs/{job}/isCompleted", headers=headers)
        if (await _patiently(school, request)).text.strip() == "true":
            break
    if job:
        request = school.build_request("GET", f"{url}/persons/bulk/jobs/{job}", headers=headers)
        await _patiently(school, request)


async def _patiently(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Ask, and as often as it is told to wait, wait and ask again; in the end what was answered last."""
    for _ in range(MOST_WAITS):
        answer = await client.send(request, follow_redirects=False)
        if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            break
        told = answer.headers.get("x-ratelimit-reset", "")
        await asyncio.sleep(min(float(told), LONGEST_WAIT_S) if SECONDS.fullmatch(told) else LONGEST_WAIT_S)
    return answer


def _job(begun: httpx.Response) -> str:
    """The job that a receiver has begun; "" where it says none."""
    try:
        said = begun.json()
    except ValueError:
        return ""
    job = said.get("jobId") if isinstance(said, dict) else None
    return job if isinstance(job, str) and JOB.fullmatch(job) else ""


async def call_provisioning(ways: Ways, url: str, tokens: WrongTokens) -> None:
    """Read at a receiver of the national tests' kind.

    Raises:
        httpx.HTTPError: it cannot be reached.
    """
    pairs = (
        (ways.own_certificate, ""),
        (ways.own_certificate, tokens.good),
        (ways.no_certificate, tokens.good),
        (ways.school, ""),
        (ways.school, tokens.expired),
        (ways.school, tokens.for_another),
    )
    for client, token in pairs:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        await client.get(f"{url}/persons", headers=headers, follow_redirects=False)


def _nobody_in_scim() -> Mapping[str, object]:
    return {
        "schemas": [CORE_USER, SIS_USER],
        "externalId": NOBODY,
        "userName": "ingen@stranger.test",
        "displayName": "Ingen Alls",
        "name": {"givenName": "Ingen", "familyName": "Alls"},
    }
