"""Schemathesis tries the data API and the token service by their own documents, and nothing in these is false.

What it sends is seeded. All its checks run: see ``peers/schemathesis.toml``. That they would notice is tried too, by
APIs that do some things wrongly.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.ss12000.kinds import SINGULAR
from idp.ss12000.query import EXPANDABLE

pytestmark = [pytest.mark.interop, pytest.mark.kill]
ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
OUTSIDE = ROOT / ".venv-interop" / "bin"
SUPPORT = ROOT / "tests" / "support"
TOKENS = {"reading": "token-of-reading", "other": "token-of-other"}
DEADLINE_S = 300
OPERATIONS = 38
"""All but the document itself, which Schemathesis leaves out."""


class Served:
    """An API in a process of its own."""

    def __init__(
        self, program: str, arguments: Sequence[str], log: Path, port: int, start_process: Callable[..., Any]
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(SUPPORT / program), str(port), *arguments]
        self.process = start_process(command, log, environment)
        self.process.wait_until(self._answers)

    def get(self, path: str, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKENS['reading']}"}
        return httpx.get(f"{self.url}{path}", params=params, headers=headers, trust_env=False)

    def post(self, path: str, body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKENS['reading']}"}
        return httpx.post(f"{self.url}{path}", json=body, headers=headers, trust_env=False)

    def _answers(self) -> bool:
        try:
            return self.get("/openapi.json").is_success
        except httpx.HTTPError:
            return False


def tried(served: Served, folder: Path, *options: str, settings: str = "schemathesis.toml") -> dict[str, Any]:
    """What Schemathesis has to say of it, as its report has that."""
    callers = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in TOKENS.items()
    ]
    (folder / "callers.yaml").write_text(json.dumps({"auth": callers}), encoding="utf-8")
    (folder / settings).write_bytes((PEERS / settings).read_bytes())
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [
        str(OUTSIDE / "schemathesis"),
        *("--config-file", settings, "run", f"{served.url}/openapi.json", "--checks", "all"),
        *("--report", "json,ndjson", "--report-json-path", "run.json", "--report-ndjson-path", "run.ndjson"),
        *options,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(PEERS)},
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )
    said = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    assert done.returncode in (0, 1), said
    report: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert report["complete"], said
    return report | {"said": said, "checks": checks_of(folder / "run.ndjson")}


def checks_of(events: Path) -> set[str]:
    """The names of the checks that were made."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if {"name", "status"} <= value.keys():
                found.add(value["name"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    with events.open(encoding="utf-8") as lines:
        for line in lines:
            walk(json.loads(line))
    return found


@pytest.fixture(scope="module")
def serve(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int], start_process: Callable[..., Any]
) -> Iterator[Callable[..., Served]]:
    """Starts data APIs; each ends with the module."""
    if not (OUTSIDE / "schemathesis").exists():
        pytest.skip("needs Schemathesis in .venv-interop: make peers")
    started: list[Served] = []

    def start(program: str, *arguments: str) -> Served:
        log = tmp_path_factory.mktemp("api") / "log"
        started.append(Served(program, arguments, log, free_port(), start_process))
        return started[-1]

    yield start
    for one in started:
        one.process.end()


@pytest.fixture(scope="module")
def serve_data(serve: Callable[..., Served], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Served]:
    """Starts data APIs with these things wrong."""
    tokens = tmp_path_factory.mktemp("callers") / "tokens.json"
    tokens.write_text(json.dumps(TOKENS), encoding="utf-8")
    return lambda *wrong: serve("served_data_api.py", str(tokens), *wrong)


@pytest.fixture(scope="module")
def served(serve_data: Callable[..., Served]) -> Served:
    return serve_data()


def test_the_api_does_what_its_document_says(served: Served, tmp_path: Path) -> None:
    report = tried(served, tmp_path)
    assert report["failures"] == [], report["said"]
    assert report["errors"] == [], report["said"]
    assert report["exit_code"] == 0, report["said"]
    assert {name: phase["status"] for name, phase in report["phases"].items()} == dict.fromkeys(
        ("examples", "coverage", "fuzzing", "stateful"), "success"
    )
    operations = report["operations"]
    assert (operations["total"], operations["tested"], operations["errored"]) == (OPERATIONS, OPERATIONS, 0)
    assert report["checks"] >= {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "missing_required_header",
        "unsupported_method",
        "allow_header_conformance",
        "use_after_free",
        "ensure_resource_availability",
        "ignored_auth",
        "object_level_authorization",
    }
    never_taken = [
        operation
        for operation, phases in report["valid_rates"].items()
        if not sum(phase["accepted"] for phase in phases.values())
    ]
    assert never_taken == []


@pytest.mark.parametrize(
    ("wrong", "options"),
    [
        (
            {
                "keeps-what-is-deleted": ("UseAfterFree", "Stateful tests"),
                "shows-others-what-is-ones-own": ("ObjectLevelAuthorizationViolation", "Stateful tests"),
            },
            ("--include-tag", "subscriptions", "--phases", "stateful"),
        ),
        (
            {
                "tells-more-of-persons": ("JsonSchemaError", "GET /persons"),
                "shows-organisations-to-anybody": ("IgnoredAuth", "GET /organisations"),
                "applies-no-filter-to-duties": ("AcceptedNegativeData", "GET /duties"),
                "fails-with-groups": ("ServerError", "GET /groups"),
            },
            ("--include-path-regex", "^/(persons|organisations|duties|groups)$", "--phases", "coverage"),
        ),
    ],
    ids=["step-by-step", "call-by-call"],
)
def test_what_an_api_does_wrongly_is_noticed(
    serve_data: Callable[..., Served], tmp_path: Path, wrong: Mapping[str, tuple[str, str]], options: Sequence[str]
) -> None:
    report = tried(serve_data(*wrong), tmp_path, *options)
    found = {(failure["type"], operation) for failure in report["failures"] for operation in failure["operations"]}
    assert found >= set(wrong.values()), report["said"]


def test_the_token_service_does_what_its_document_says(serve: Callable[..., Served], tmp_path: Path) -> None:
    report = tried(serve("served_token_service.py"), tmp_path, settings="schemathesis_tokens.toml")
    assert (report["failures"], report["errors"], report["exit_code"]) == ([], [], 0), report["said"]
    assert report["operations"]["tested"] == len(("transaction", "keys"))
    granted = report["valid_rates"]["POST /transaction"]
    assert granted["fuzzing"]["accepted"] > 10
    assert sum(phase["rejected"] for phase in granted.values()) == 0


def test_every_resource_in_full_is_as_the_document_says(served: Served) -> None:
    document = served.get("/openapi.json").json()
    answers = []
    for kind in SINGULAR:
        expand = EXPANDABLE.get(kind, ())
        for params in ({}, {"expand": list(expand), "expandReferenceNames": "true"}):
            listed = served.get(f"/{kind}", **params)
            assert listed.json()["data"], kind
            answers.append(answer(f"/{kind}", "get", listed))
            one = listed.json()["data"][0]["id"]
            answers.append(answer(f"/{kind}/{{id}}", "get", served.get(f"/{kind}/{one}", **params)))
        answers.append(answer(f"/{kind}/lookup", "post", served.post(f"/{kind}/lookup", {"ids": [one]})))
    gone = served.get("/deletedEntities")
    assert gone.json()["data"]
    answers.append(answer("/deletedEntities", "get", gone))
    assert misfits(document, answers) == ""


def test_an_answer_that_does_not_fit_is_told(served: Served) -> None:
    document = served.get("/openapi.json").json()
    fitting = answer("/groups", "get", served.get("/groups", limit=1))
    for change in ({"shoeSize": 38}, {"id": "no uuid"}, {"groupMemberships": [{}]}, {"groupType": "Skolresa"}):
        body = fitting["body"]
        changed = {**body, "data": [body["data"][0] | change]}
        assert misfits(document, [fitting, fitting | {"body": changed}]).startswith("1 data/0")


def answer(path: str, method: str, came: httpx.Response) -> dict[str, Any]:
    return {"path": path, "method": method, "status": came.status_code, "body": came.json()}


def misfits(document: Any, answers: Sequence[Any]) -> str:
    """What a validator of others finds wrong."""
    command = [str(OUTSIDE / "python"), str(PEERS / "validate_answers.py")]
    told = json.dumps({"document": document, "answers": answers}).encode()
    done = subprocess.run(command, input=told, capture_output=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()
