"""The mock school in a process of its own, and a person with a browser, for tests with software of others."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
import yaml
from lxml import html

from idp.people import generate
from testbed.model.attributes import by_name
from testbed.model.written import Person

ROOT = Path(__file__).parents[2]
SEED = 1
DEADLINE_S = 60.0
POLL_S = 0.02
MAX_FORMS = 10
SAML_FIELDS = ("SAMLRequest", "SAMLResponse")


def wait_for(condition: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Look until it holds; fail with what else there is to say."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(POLL_S)  # between two looks at a condition


def testbed(home: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the testbed to its end."""
    command = [sys.executable, "-m", "testbed.cli", *arguments]
    return subprocess.run(command, env=environment(home), capture_output=True, timeout=DEADLINE_S, check=False)


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TESTBED_HOME": str(home), "PYTHONPATH": str(ROOT)}


class Process:
    """A program that the test started and ends, by its own id."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=env
            )

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, up: Callable[[], bool]) -> None:
        def settled() -> bool:
            return self.process.poll() is not None or up()

        wait_for(settled, self.said)
        assert self.process.poll() is None, self.said()

    def end(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class School(Process):
    """``testbed idp serve``."""

    def __init__(self, home: Path, log: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "testbed.cli", "idp", "serve", "--seed", str(SEED), *arguments]
        super().__init__(command, log, environment(home))
        self.wait_until(lambda: "Ctrl-C ends it." in self.said())
        self.url = self._told("serves at ")
        self.metadata = httpx.get(f"{self.url}/saml/metadata", trust_env=False).raise_for_status().content
        self._control = self._told("control API  ").partition(",")[0]
        self._token = Path(self._told("its token in ")).read_text(encoding="ascii")

    def _told(self, after: str) -> str:
        return self.said().partition(after)[2].splitlines()[0].strip()

    def order(self, **order: object) -> None:
        """Ask something through the control API."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = httpx.post(f"{self._control}/orders", json=order, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text

    def spoil(self, entity_id: str, **operation: object) -> None:
        """Spoil the next answer to this vendor."""
        self.order(order="spoil", entity_id=entity_id, operations=[operation])

    def roll(self, step: str) -> bytes:
        """Take a step of a key rollover; the metadata after it."""
        self.order(order="roll-keys", step=step)
        self.metadata = httpx.get(f"{self.url}/saml/metadata", trust_env=False).raise_for_status().content
        return self.metadata


@dataclass
class Browser:
    """A person's browser: cookies, redirects, and the forms by which SAML messages send themselves."""

    http: httpx.Client
    hops: list[str] = field(default_factory=list)
    """Every request since the last visit: method and URL without its query."""
    messages: list[tuple[str, str]] = field(default_factory=list)
    """Every SAML message since then: how it went, and which field carried it."""
    answer: bytes = b""
    """The last SAML response that was posted, as XML."""
    page: httpx.Response | None = None

    def visit(self, url: str) -> httpx.Response:
        self.hops, self.messages = [], []
        return self._follow(self.http.build_request("GET", url))

    def submit(self, form_id: str, **values: str) -> httpx.Response:
        """Send the form of this id."""
        form = next((form for form in self._forms() if form.get("id") == form_id), None)
        assert form is not None, f"no form {form_id} on {self.page and self.page.url}: {self.page and self.page.text}"
        return self._send(form, values)

    def log_in(self, person: Person) -> httpx.Response:
        """Say on the school's page who it is."""
        return self.submit("testbed-login", person=person.id)

    def forget(self, cookie: str) -> None:
        """Drop the cookie of this name, which must be there."""
        held = [one for one in self.http.cookies.jar if one.name == cookie]
        assert held, self.http.cookies
        for one in held:
            self.http.cookies.jar.clear(one.domain, one.path, one.name)

    def asked_to_log_in(self) -> bool:
        """Whether the school's login page is open."""
        return any(form.get("id") == "testbed-login" for form in self._forms())

    def _forms(self) -> list[html.FormElement]:
        page = self.page
        if page is None or not page.headers.get("content-type", "").startswith("text/html") or not page.text.strip():
            return []
        return list(html.fromstring(page.content).forms)

    def _send(self, form: html.FormElement, values: dict[str, str] | None = None) -> httpx.Response:
        assert self.page is not None
        data = dict(form.form_values()) | (values or {})
        action = urljoin(str(self.page.url), form.get("action") or "")
        return self._follow(self.http.build_request(form.method, action, data=data))

    def _follow(self, request: httpx.Request) -> httpx.Response:
        for _ in range(MAX_FORMS):
            self.page = self.http.send(request, follow_redirects=True)
            for answer in (*self.page.history, self.page):
                self._note(answer.request)
            form = next((form for form in self._forms() if set(SAML_FIELDS) & set(form.fields)), None)
            if form is None:
                return self.page
            data = dict(form.form_values())
            request = self.http.build_request("POST", urljoin(str(self.page.url), form.get("action")), data=data)
        raise AssertionError(f"forms without end: {self.hops}")

    def _note(self, request: httpx.Request) -> None:
        self.hops.append(f"{request.method} {request.url.copy_with(query=None)}")
        where = request.url.query if request.method == "GET" else request.content
        fields = {part.partition(b"=")[0].decode() for part in where.split(b"&")}
        self.messages += [(request.method, name) for name in SAML_FIELDS if name in fields]
        if request.method == "POST" and "SAMLResponse" in fields:
            self.answer = base64.b64decode(parse_qs(where.decode())["SAMLResponse"][0])


@pytest.fixture
def browser() -> Iterator[Browser]:
    with httpx.Client(trust_env=False, timeout=DEADLINE_S, headers={"Accept-Language": "en"}) as http:
        yield Browser(http)


@pytest.fixture(scope="session")
def pupil() -> Person:
    """A pupil without protection, whose name has letters beyond ASCII."""
    wanted = ("eduPersonPrincipalName", "displayName", "sisSchoolUnitCode", "sisSchoolGrade")
    return next(
        person
        for person in generate(SEED).people.values()
        if person.role == "pupil"
        and not person.protected
        and all(person.values(name) for name in wanted)
        and not "".join(person.values("displayName")).isascii()
    )


@pytest.fixture(scope="session")
def oid() -> Callable[[str], str]:
    """The SAML name of an attribute."""
    return lambda name: str(by_name()[name].saml)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that was free a moment ago, for programs that bind their own."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="module")
def start_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., School]]:
    """Starts schools with these options; all of them end with the module. ``home`` makes keys of its own."""
    with ExitStack() as stack:

        def start(*arguments: str, home: Path | None = None) -> School:
            folder = tmp_path_factory.mktemp("school")
            school = School(home or folder / "home", folder / "log", *arguments)
            stack.callback(school.end)
            return school

        yield start


@pytest.fixture(scope="session")
def write_agreement() -> Callable[..., Path]:
    """Writes an agreement with the vendor of this entityID, about pupils and these attributes."""

    def write(folder: Path, entity_id: str, attributes: Sequence[str], **more: object) -> Path:
        file = folder / "agreement.yaml"
        document = {
            "id": "outside-2026",
            "controller": {"name": "K", "hosts": ["127.0.0.1:8400"]},
            "processor": {"name": "V", "entity_ids": [entity_id], "hosts": [urlsplit(entity_id).netloc]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "pairwise",
            "data": [{"subjects": ["pupil"], "required": list(attributes)}],
            "protected_identity": "withhold",
            **more,
        }
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="session")
def run_testbed() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    return testbed


@pytest.fixture(scope="session")
def start_process() -> Callable[..., Process]:
    return Process
