"""The program xmlsec1 accepts what the school signs, and notices when it was changed."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.config import SchoolConfig
from idp.keys import SchoolKeys
from idp.people import generate
from idp.saml.identifiers import name_id
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.server import make_server
from idp.saml.signing import Signers
from testbed.model.messages import NAMEID_PERSISTENT
from testbed.model.written import Bilingual, Person

PROGRAM = shutil.which("xmlsec1")
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(PROGRAM is None, reason="the program xmlsec1 is not installed (Debian package xmlsec1)"),
]
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TO = Addressee("https://lasning.test/saml/metadata", "https://lasning.test/saml/acs", "_request")
LONG_NAME = 60
EXTREMES = (
    Person(id="langst", role="pupil", attributes={"displayName": "Åäö" * 2000}),
    Person(id="tecken", role="pupil", attributes={"displayName": 'O\'Öberg & <Ærlig> "Ñ" Ł 𝔸\t\n x'}),
    Person(id="ingenting", role="pupil", attributes={}),
)


def cast() -> list[Person]:
    """People with unusual names, and some with usual ones."""
    people = tuple(generate(1, 200).people.values())
    names = {person.id: "".join(person.values("displayName")) for person in people}
    longest = max(people, key=lambda person: len(names[person.id]))
    swedish = next(person for person in people if set("åäöÅÄÖ") & set(names[person.id]))
    foreign = next(person for person in people if any(ord(sign) > 255 for sign in names[person.id]))
    roles = [next(person for person in people if person.role == role) for role in ("teacher", "guardian", "staff")]
    assert len(names[longest.id]) >= LONG_NAME
    return [longest, swedish, foreign, *roles, *EXTREMES]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SchoolKeys:
    return SchoolKeys.load_or_make(tmp_path_factory.mktemp("school") / "keys", "idp.skola.test", NOW)


@pytest.fixture(scope="module")
def issuer(keys: SchoolKeys) -> ResponseIssuer:
    config = SchoolConfig("https://idp.skola.test", Bilingual(sv="S", en="E"), {}, "skola.test", (), "t")
    return ResponseIssuer(make_server(config), Signers(keys))


@pytest.fixture
def accepts(keys: SchoolKeys, tmp_path: Path) -> Callable[[bytes], bool]:
    certificate = tmp_path / "school.pem"
    certificate.write_bytes(keys.current.certificate_pem)

    def run(xml: bytes) -> bool:
        message = tmp_path / "response.xml"
        message.write_bytes(xml)
        options = [
            "--id-attr:ID",
            "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
            "--enabled-key-data",
            "raw-x509-cert",
        ]
        command = [PROGRAM, "--verify", *options, "--pubkey-cert-pem", str(certificate), str(message)]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0

    return run


def issued(issuer: ResponseIssuer, person: Person) -> bytes:
    values = {name: person.values(name) for name in person.attributes}
    name = name_id(person.id, TO.entity_id, NAMEID_PERSISTENT, b"secret")
    return issuer.issue(TO, Login(name, values, NOW), NOW, Protection("before"))


@pytest.mark.parametrize("person", cast(), ids=lambda person: person.id)
def test_xmlsec1_accepts_a_signed_response(
    issuer: ResponseIssuer, accepts: Callable[[bytes], bool], person: Person
) -> None:
    assert accepts(issued(issuer, person))


@pytest.mark.parametrize("change", [(b"2026-11-23T12:05:00Z", b"2026-11-24T12:05:00Z"), ("Åäö".encode(), b"Aao")])
def test_xmlsec1_refuses_it_once_it_is_changed(
    issuer: ResponseIssuer, accepts: Callable[[bytes], bool], change: Any
) -> None:
    xml = issued(issuer, EXTREMES[0])
    assert change[0] in xml
    assert not accepts(xml.replace(*change))
