"""The mock school in a process of its own, and a person with a browser, for tests with software of others."""

import base64
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
import yaml
from lxml import html

from idp.people import generate
from outside_services import (
    JoseVersion,
    Keys,
    PythonJose,
    Samlify,
    SamlifyVersion,
    python_jose_lacks,
    samlify_lacks,
)
from testbed.lab.ports import free_ports
from testbed.model.attributes import by_name
from testbed.model.written import Person
from waiting import DEADLINE_S, wait_for

ROOT = Path(__file__).parents[2]
SEED = 1
MAX_FORMS = 10
SAML_FIELDS = ("SAMLRequest", "SAMLResponse")
SAMLIFY_ASKS = ("eduPersonPrincipalName", "displayName")


def unused_port() -> int:
    (port,) = free_ports(1)
    return port


def run_command(home: Path, *arguments: str, deadline_s: float = DEADLINE_S) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the testbed to its end."""
    command = [sys.executable, "-m", "testbed.cli", *arguments]
    return subprocess.run(command, env=environment(home), capture_output=True, timeout=deadline_s, check=False)


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

    def open_frames(self) -> list[httpx.URL]:
        """Load what the page frames, as a browser does by itself; where each frame was."""
        assert self.page is not None
        frames = [
            urljoin(str(self.page.url), frame.get("src")) for frame in html.fromstring(self.page.content).iter("iframe")
        ]
        return [self.http.get(frame, follow_redirects=True).raise_for_status().request.url for frame in frames]

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


APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authn_core", "authz_core", "authz_user", "alias", "cgid", "headers")
CONFIGURATION = """\
ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/pid"
DefaultRuntimeDir "{folder}"
Mutex file:{folder} default
ErrorLog "{folder}/error.log"
LogLevel warn auth_{module}:info
{modules}
{user}
ScriptSock "{folder}/cgid.sock"
DocumentRoot "{folder}/htdocs"
ScriptAlias /private "{folder}/cgi/environment"
Header always set X-Generation "{generation}"
{own}
"""
SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain; charset=utf-8\\n\\n'\nexec env\n"


class Apache:
    """An Apache of its own with one module for logins, in a folder that its worker's user may read.

    Under ``/private`` it shows the environment that the module gives an application.
    """

    def __init__(self, folder: Path, port: int, module: str) -> None:
        self.folder, self.url, self._module = folder, f"http://127.0.0.1:{port}", module
        self.process: Process | None = None
        self._port, self._generation = port, 0
        for name in ("htdocs", "cgi"):
            (folder / name).mkdir()
        script = folder / "cgi" / "environment"
        script.write_text(SCRIPT, encoding="ascii")
        script.chmod(0o755)

    @staticmethod
    def is_installed(module: str) -> bool:
        return APACHE is not None and (MODULES / f"mod_auth_{module}.so").is_file()

    def configure(self, own: str) -> None:
        """Write the configuration; it takes effect with the next start or reload."""
        self._generation += 1
        text = CONFIGURATION.format(
            folder=self.folder,
            port=self._port,
            module=self._module,
            modules="\n".join(
                f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in (*LOADED, f"auth_{self._module}")
            ),
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            generation=self._generation,
            own=own,
        )
        (self.folder / "httpd.conf").write_text(text, encoding="utf-8")

    def start(self) -> None:
        command = [str(APACHE), "-f", str(self.folder / "httpd.conf"), "-DFOREGROUND"]
        # NOTE: the module's own HTTP client must reach the school itself, not by a proxy of this machine.
        own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.process = Process(command, self.folder / "stderr.log", own)
        self.process.wait_until(self._is_current)

    def reload(self) -> None:
        """Gracefully, as an administrator does."""
        assert self.process is not None
        os.kill(self.process.process.pid, signal.SIGUSR1)
        self.process.wait_until(self._is_current)

    def end(self) -> None:
        if self.process is not None:
            self.process.end()

    def errors(self) -> str:
        return (self.folder / "error.log").read_text(encoding="utf-8", errors="replace")

    def _is_current(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/nothing", trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.headers.get("x-generation") == str(self._generation)


@pytest.fixture(scope="session")
def make_apache() -> Iterator[Callable[[str], Apache]]:
    """Apaches with this module, each in a folder of its own, until the tests end; left out where it is missing."""
    with ExitStack() as stack:

        def make(module: str) -> Apache:
            if not Apache.is_installed(module):
                pytest.skip(f"needs the Debian packages apache2 and libapache2-mod-auth-{module}")
            folder = Path(stack.enter_context(TemporaryDirectory(prefix=f"{module}-")))
            folder.chmod(0o755)
            apache = Apache(folder, unused_port(), module)
            stack.callback(apache.end)
            return apache

        yield make


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
    return unused_port


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
    return run_command


@pytest.fixture(scope="session")
def start_process() -> Callable[..., Process]:
    return Process


@pytest.fixture(scope="module")
def start_samlify(
    tmp_path_factory: pytest.TempPathFactory, oid: Callable[[str], str]
) -> Iterator[Callable[[SamlifyVersion], Samlify]]:
    """Starts services on this version of samlify, which trust nobody yet; all of them end with the module."""
    with ExitStack() as stack:

        def start(version: SamlifyVersion) -> Samlify:
            if lacking := samlify_lacks(version):
                pytest.skip(lacking)
            service = Samlify(tmp_path_factory.mktemp("samlify"), unused_port(), version)
            stack.callback(service.end)
            service.start(Process, [oid(name) for name in SAMLIFY_ASKS])
            return service

        yield start


@pytest.fixture(scope="module")
def start_python_jose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., PythonJose]]:
    """Starts relying parties on this version of python-jose for this issuer; all of them end with the module."""
    with ExitStack() as stack:

        def start(version: JoseVersion, issuer: str, keys: Keys = "texts") -> PythonJose:
            if lacking := python_jose_lacks(version):
                pytest.skip(lacking)
            service = PythonJose(tmp_path_factory.mktemp("python-jose"), unused_port(), version, issuer)
            stack.callback(service.end)
            service.start(Process, keys)
            return service

        yield start
