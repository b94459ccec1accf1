"""A school with one vendor, a browser and a control client, all in this process."""

import base64
import datetime as dt
import re
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import count, cycle
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from lxml import etree
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.app import RelyingParty, School, SchoolConfig
from idp.keys import SchoolKeys
from testbed.model.assurance import SKOLFEDERATION_TWO_FACTORS
from testbed.model.written import Agreement, Bilingual, Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL = "https://idp.skola.test"
VENDOR = "https://lasning.test/saml/metadata"
ACS = "https://lasning.test/saml/acs"
BINDING_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
TOKEN = "control-token"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
OIDS = {
    "eppn": "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
    "givenName": "urn:oid:2.5.4.42",
    "mail": "urn:oid:0.9.2342.19200300.100.1.3",
}
NUMBERS = count()
type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate(key: Key) -> x509.Certificate:
    """Self-signed, for metadata."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lasning.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=30))
    return builder.sign(key, hashes.SHA256())


@dataclass(frozen=True)
class Receiver:
    """A vendor's key for encrypted assertions, and what opens them."""

    key: rsa.RSAPrivateKey

    @property
    def certificate(self) -> str:
        """As metadata holds it."""
        return base64.b64encode(certificate(self.key).public_bytes(serialization.Encoding.DER)).decode()

    def key_descriptor(self, *methods: str) -> str:
        """For the vendor's metadata."""
        named = "".join(f'<md:EncryptionMethod Algorithm="{method}"/>' for method in methods)
        return f"""<md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:X509Data><ds:X509Certificate>{self.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{named}
</md:KeyDescriptor>"""

    def open(self, response: etree._Element) -> etree._Element:
        """The assertion as a document of its own. Raises xmlsec.Error when it cannot be opened."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem))
        wrapper = response.find(".//{urn:oasis:names:tc:SAML:2.0:assertion}EncryptedAssertion")
        # NOTE: exclusive C14N leaves behind what the response declares: the assertion must bring its own prefixes.
        data = etree.fromstring(etree.tostring(wrapper[0], method="c14n", exclusive=True))
        return xmlsec.EncryptionContext(manager).decrypt(data)


@dataclass(frozen=True)
class Vendor:
    """A vendor that says whatever a test wants it to say."""

    key: Key
    signs: bool = False
    formats: tuple[str, ...] = ()
    requested: tuple[str, ...] = ("eppn", "givenName")
    consumers: str = f'<md:AssertionConsumerService index="0" Location="{ACS}" Binding="{BINDING_POST}"/>'
    entity_id: str = VENDOR
    attributes: str = ""
    """More attributes of the EntityDescriptor."""
    encryption: str = ""
    """The KeyDescriptor of the key that assertions may be encrypted to."""

    def metadata(self) -> bytes:
        der = certificate(self.key).public_bytes(serialization.Encoding.DER)
        formats = "".join(f"<md:NameIDFormat>{name}</md:NameIDFormat>" for name in self.formats)
        wanted = "".join(
            f'<md:RequestedAttribute Name="{OIDS[name]}" isRequired="true" '
            'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>'
            for name in self.requested
        )
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity_id}"
 {self.attributes}><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"
 AuthnRequestsSigned="{str(self.signs).lower()}"><md:KeyDescriptor use="signing">
<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
{self.encryption}{formats}
{self.consumers}<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="sv">Läsappen</md:ServiceName>
<md:ServiceName xml:lang="en">Reading app</md:ServiceName>{wanted}</md:AttributeConsumingService>
</md:SPSSODescriptor></md:EntityDescriptor>""".encode()

    def request(
        self,
        attributes: str = "",
        content: str = "",
        issuer: str = VENDOR,
        request_id: str = "",
        issued: str = "2026-11-23T12:00:00Z",
    ) -> bytes:
        """An ID that was never used before, unless it is given."""
        return f"""<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{request_id or f"_{next(NUMBERS)}"}" Version="2.0"
 IssueInstant="{issued}" Destination="{SCHOOL}/saml/sso" {attributes}>
<saml:Issuer>{issuer}</saml:Issuer>{content}</samlp:AuthnRequest>""".encode()

    def query(self, xml: bytes, relay_state: str = "state") -> str:
        """Unsigned, by the Redirect binding."""
        return urlencode({"SAMLRequest": deflated(xml), "RelayState": relay_state})

    def signed_query(self, xml: bytes, relay_state: str = "state", algorithm: str = RSA_SHA256) -> str:
        """Signed, by the Redirect binding; with escapes in lower case, which only the raw octets keep."""
        query = f"{self.query(xml, relay_state)}&SigAlg={quote(algorithm, safe='').replace('%3A', '%3a')}"
        if isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            parts = decode_dss_signature(self.key.sign(query.encode(), ec.ECDSA(hashes.SHA256())))
            signature = b"".join(part.to_bytes(32) for part in parts)
        return f"{query}&{urlencode({'Signature': base64.b64encode(signature)})}"


def deflated(xml: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return base64.b64encode(compressor.compress(xml) + compressor.flush())


@dataclass
class Lab:
    """Everything that a test of the school's endpoints needs."""

    school: School
    browser: httpx.AsyncClient
    control: httpx.AsyncClient
    vendor: Vendor
    fetched: list[str] = field(default_factory=list)
    now: dt.datetime = NOW

    async def to_login(self, query: str) -> httpx.Response:
        """Send a request and open the page that the browser is redirected to."""
        answer = await self.browser.get(f"/saml/sso?{query}")
        assert answer.status_code == 303, answer.text
        return await self.browser.get(answer.headers["location"])

    async def choose(self, page: httpx.Response, person: str) -> httpx.Response:
        """Log in on the login page as this person."""
        return await self.browser.post("/login", data={"key": hidden(page.text, "key"), "person": person})

    async def log_in(self, person: str = "elev-1", request: bytes = b"") -> httpx.Response:
        """All of it."""
        page = await self.to_login(self.vendor.query(request or self.vendor.request()))
        return await self.choose(page, person)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name} in {page}"
    return unescape(found[1])


def response_in(page: httpx.Response) -> etree._Element:
    """The SAML response that a page delivers."""
    return etree.fromstring(base64.b64decode(hidden(page.text, "SAMLResponse")))


PEOPLE = (
    Person(
        id="elev-1",
        role="pupil",
        school_units=("00001101",),
        attributes={
            "eduPersonPrincipalName": "nurul-tanud@skola.test",
            "givenName": "Åsa",
            "sn": "Öster",
            "displayName": "Åsa Öster",
            "sisSchoolGrade": "5",
            "sisSchoolUnitCode": ("00001101",),
        },
    ),
    Person(
        id="elev-2",
        role="pupil",
        security_marking="Sekretessmarkering",
        attributes={
            "eduPersonPrincipalName": "b@skola.test",
            "givenName": "Hemlig",
            "displayName": "Hemlig Hemligsson",
        },
    ),
    Person(id="larare-1", role="teacher", attributes={"displayName": "Ärla <b>", "mail": "l@skola.test"}),
    Person(
        id="larare-2",
        role="teacher",
        attributes={
            "displayName": "Två Faktorer",
            "eduPersonPrincipalName": "t@skola.test",
            "eduPersonAssurance": (SKOLFEDERATION_TWO_FACTORS,),
        },
    ),
)

AGREEMENT = Agreement.model_validate(
    {
        "id": "reading-app-2026",
        "controller": {"name": "Exempelkommun", "hosts": ["idp.skola.test"]},
        "processor": {"name": "Läsappen AB", "entity_ids": [VENDOR], "hosts": ["lasning.test"]},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "data": [
            {
                "subjects": ["pupil"],
                "required": ["eduPersonPrincipalName", "sisSchoolUnitCode"],
                "optional": ["givenName", "telephoneNumber"],
            }
        ],
        "protected_identity": "withhold",
    }
)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SchoolKeys:
    return SchoolKeys.load_or_make(tmp_path_factory.mktemp("school") / "keys", "idp.skola.test", NOW)


@pytest.fixture(scope="session")
def vendor() -> Vendor:
    return Vendor(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(scope="session")
def receiver() -> Receiver:
    return Receiver(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture
def people() -> dict[str, Person]:
    return {person.id: person for person in PEOPLE}


@pytest.fixture
def agreement() -> Agreement:
    return AGREEMENT


@pytest.fixture
def party(agreement: Agreement) -> RelyingParty:
    return RelyingParty(VENDOR, VENDOR, agreement, "agreement")


@pytest.fixture
def config(people: dict[str, Person], party: RelyingParty) -> SchoolConfig:
    name = Bilingual(sv="Exempelskolan (TEST)", en="Example School (TEST)")
    return SchoolConfig(SCHOOL, name, people, "skola.test", (party,), TOKEN)


class InTurn:
    """Several workers behind one address: each request goes to the next one."""

    def __init__(self, apps: Sequence[ASGIApp]) -> None:
        self._turns = cycle(apps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await next(self._turns)(scope, receive, send)


@pytest.fixture
def in_turn() -> type[InTurn]:
    return InTurn


@pytest.fixture
def workers() -> int:
    """So many workers serve the school; modules that are tried with several have a fixture of their own."""
    return 1


type OpenLab = Callable[..., "AsyncIterator[Lab]"]


@pytest.fixture
def open_lab(
    keys: SchoolKeys, config: SchoolConfig, vendor: Vendor, workers: int, tmp_path: Path
) -> Callable[..., object]:
    """Makes a lab; ``metadata`` answers for the vendor instead of its own, ``party`` changes the relying party, and
    all else changes the vendor."""

    @asynccontextmanager
    async def opened(
        metadata: Callable[[], httpx.Response] | None = None, party: dict[str, object] | None = None, **changes: object
    ) -> AsyncIterator[Lab]:
        changed = replace(vendor, **changes)
        fetched: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            fetched.append(str(request.url))
            return metadata() if metadata else httpx.Response(200, content=changed.metadata())

        parties = tuple(replace(one, **(party or {})) for one in config.relying_parties)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            state = tmp_path / "state" / f"{next(NUMBERS)}.sqlite" if workers > 1 else None
            shared = replace(config, relying_parties=parties, state=state)
            schools = [School(shared, keys, http, lambda: lab.now) for _ in range(workers)]
            transport = httpx.ASGITransport(InTurn([one.app for one in schools]))
            control = httpx.ASGITransport(InTurn([one.control for one in schools]))
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser,
                httpx.AsyncClient(transport=control, base_url="http://control.localhost", headers=bearer) as controller,
            ):
                lab = Lab(schools[0], browser, controller, changed, fetched)
                yield lab

    return opened


@pytest.fixture
async def lab(open_lab: Callable[..., object]) -> AsyncIterator[Lab]:
    async with open_lab() as opened:
        yield opened
