"""A school that says and signs whatever a test wants, a vendor, and a browser in front of it: all in this process."""

import base64
import copy
import datetime as dt
import os
import re
import socket
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from lxml import etree

from sp_mocks.app import FederationPlace, VendorConfig, VendorService
from sp_mocks.decrypt import Decrypter
from sp_mocks.keys import VendorKeys
from sp_mocks.places import ServiceProvider
from sp_mocks.schools import School
from sp_mocks.xmlnames import (
    AES_256_GCM,
    DS,
    EXC_C14N,
    MD,
    NAMESPACES,
    RSA_OAEP_MGF1P,
    SAML,
    XENC,
    XENC11,
    XENC_ELEMENT,
)
from testbed.model.attributes import by_name

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL = "https://idp.skola.test/saml/metadata"
SSO, SLO = "https://idp.skola.test/saml/sso", "https://idp.skola.test/saml/slo"
FEDERATION = "https://md.federation.test"
BASE = "https://lasning.test"
PUPIL, OTHER = "nurul-tanud@skola.test", "lolek-mirad@skola.test"
FITTING = {
    "guardian-portal": {
        "sisLegalGuardianFor": OTHER,
        "eduPersonAssurance": "http://id.skolfederation.se/loa/2fa",
    },
    "encyclopedia": {"pairwise-id": "q7xk2@skola.test"},
}
"""What some kinds of vendor need to be told besides."""
type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
type Change = Callable[[etree._Element], object]


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here reaches a network by a road of its own."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a vendor opened a socket of its own")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


def self_signed(key: Key, name: str = "idp.skola.test") -> bytes:
    """A certificate, as DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=30))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def instant(seconds: float = 0) -> str:
    """As SAML writes it, so many seconds after now."""
    return (NOW + dt.timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find(root: etree._Element, path: str) -> etree._Element:
    """The first element at a path that must lead to one."""
    found = root.find(path, NAMESPACES)
    assert found is not None, path
    return found


@dataclass(frozen=True)
class Encryption:
    """How a school encrypts to a vendor; honest until a test changes it."""

    certificate: bytes
    content: str = AES_256_GCM
    key: str = RSA_OAEP_MGF1P
    digest: str = ""
    """Of OAEP, "" to state none, which means SHA-1."""
    mask: str = ""
    beside: bool = False
    """The key stands beside the data."""
    kind: str = XENC_ELEMENT

    def element(self, octets: bytes) -> etree._Element:
        """An EncryptedAssertion of these octets."""
        secret, nonce = os.urandom(16 if "128" in self.content else 32), os.urandom(12)
        hidden = nonce + AESGCM(secret).encrypt(nonce, octets, None)
        hashing = {"": hashes.SHA1(), f"{XENC}sha256": hashes.SHA256()}[self.digest]  # noqa: S303
        masking = hashes.SHA256() if self.mask.endswith("sha256") else hashes.SHA1()  # noqa: S303
        public = x509.load_der_x509_certificate(self.certificate).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        wrapped = public.encrypt(secret, padding.OAEP(padding.MGF1(masking), hashing, None))
        details = f'<ds:DigestMethod Algorithm="{self.digest}"/>' if self.digest else ""
        details += f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{self.mask}"/>' if self.mask else ""
        key = f'''<xenc:EncryptedKey xmlns:xenc="{XENC}" xmlns:ds="{DS}"><xenc:EncryptionMethod Algorithm="{self.key}">
{details}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{base64.b64encode(wrapped).decode()}
</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>'''
        within, beside = ("", key) if self.beside else (key, "")
        return etree.fromstring(f'''<saml:EncryptedAssertion xmlns:saml="{SAML}"><xenc:EncryptedData Type="{self.kind}"
 xmlns:xenc="{XENC}"><xenc:EncryptionMethod Algorithm="{self.content}"/>
<ds:KeyInfo xmlns:ds="{DS}">{within}</ds:KeyInfo>
<xenc:CipherData><xenc:CipherValue>{base64.b64encode(hidden).decode()}</xenc:CipherValue></xenc:CipherData>
</xenc:EncryptedData>{beside}</saml:EncryptedAssertion>''')

    def hide(self, message: etree._Element) -> etree._Element:
        """The message with its assertion encrypted."""
        assertion = find(message, "saml:Assertion")
        tail, assertion.tail = assertion.tail, None
        hidden = self.element(etree.tostring(assertion, method="c14n", exclusive=True, inclusive_ns_prefixes=["xs"]))
        hidden.tail = tail
        message.replace(assertion, hidden)
        return message


@dataclass(frozen=True)
class MockSchool:
    """Makes messages; each is honest until a test changes it."""

    key: Key
    stranger: Key
    """Of somebody whom no vendor trusts."""

    @property
    def certificate(self) -> bytes:
        return self_signed(self.key)

    def as_known(self, scopes: Sequence[str] | None = ("skola.test",)) -> School:
        """As a vendor knows it."""
        allowed = None if scopes is None else frozenset(scopes)
        return School(SCHOOL, SSO, (self.certificate,), allowed, None, SLO, f"{SLO}/answers", f"{SLO}/soap")

    def metadata(self, extensions: str = '<shibmd:Scope regexp="false">skola.test</shibmd:Scope>') -> bytes:
        encoded = base64.b64encode(self.certificate).decode()
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{SCHOOL}">
<md:IDPSSODescriptor xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:Extensions>{extensions}</md:Extensions>
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>
{encoded}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="{SLO}/soap"/>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SLO}"
 ResponseLocation="{SLO}/answers"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{SSO}/post"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SSO}"/>
</md:IDPSSODescriptor></md:EntityDescriptor>""".encode()

    def published(self, root: str = "md:EntityDescriptor", **stated: str) -> bytes:
        """Its metadata as a federation publishes it, signed with the same key as its messages."""
        entity = etree.fromstring(self.metadata())
        if root != "md:EntityDescriptor":
            members = etree.Element(f"{{{MD}}}EntitiesDescriptor", nsmap={"md": MD})
            members.append(entity)
            entity = members
        for name, value in {"validUntil": instant(86_400), "ID": "_published", **stated}.items():
            entity.set(name, value)
        self.sign(entity)
        return etree.tostring(entity)

    def message(self, answers: str = "_request", user: str = PUPIL, /, **attributes: str) -> etree._Element:
        """A Response with one Assertion, not signed."""
        said = {"eduPersonPrincipalName": user, "sisSchoolUnitCode": "00001101", **attributes}
        statements = "".join(
            f'<saml:Attribute Name="{by_name()[name].saml}" FriendlyName="{name}" '
            'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">'
            f'<saml:AttributeValue xsi:type="xs:string">{value}</saml:AttributeValue></saml:Attribute>'
            for name, value in said.items()
        )
        xml = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="{SAML}"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_response"
 Version="2.0" IssueInstant="{instant()}" Destination="{BASE}/saml/acs" InResponseTo="{answers}">
<saml:Issuer>{SCHOOL}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_assertion-{answers}" Version="2.0" IssueInstant="{instant()}"><saml:Issuer>{SCHOOL}</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_{user}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 InResponseTo="{answers}" Recipient="{BASE}/saml/acs" NotOnOrAfter="{instant(300)}"/></saml:SubjectConfirmation>
</saml:Subject><saml:Conditions NotBefore="{instant(-30)}" NotOnOrAfter="{instant(300)}">
<saml:AudienceRestriction><saml:Audience>{BASE}/saml/metadata</saml:Audience></saml:AudienceRestriction>
</saml:Conditions><saml:AuthnStatement AuthnInstant="{instant()}"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext>
</saml:AuthnStatement><saml:AttributeStatement>{statements}</saml:AttributeStatement></saml:Assertion>
</samlp:Response>"""
        return etree.fromstring(xml)

    def sign(
        self,
        element: etree._Element,
        *,
        key: Key | None = None,
        algorithm: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        digest: str = "http://www.w3.org/2001/04/xmlenc#sha256",
        transforms: Sequence[str] = (f"{DS}enveloped-signature", EXC_C14N),
        method: str = EXC_C14N,
        uris: Sequence[str] | None = None,
        prefixes: str = "",
        certificate: bytes = b"",
    ) -> None:
        """Put a signature after the element's Issuer; with ``certificate`` that stands in its KeyInfo."""
        references = "".join(
            f'<ds:Reference URI="{uri}"><ds:Transforms>'
            + "".join(
                f'<ds:Transform Algorithm="{name}">{_inclusive(prefixes if name == EXC_C14N else "")}</ds:Transform>'
                for name in transforms
            )
            + f'</ds:Transforms><ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>'
            for uri in (uris if uris is not None else [f"#{element.get('ID')}"])
        )
        info = "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>"
        embedded = info.format(base64.b64encode(certificate).decode()) if certificate else ""
        signature = etree.fromstring(
            f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{method}"/>'
            f'<ds:SignatureMethod Algorithm="{algorithm}"/>{references}</ds:SignedInfo><ds:SignatureValue/>'
            f"<ds:KeyInfo>{embedded}</ds:KeyInfo></ds:Signature>"
        )
        issuer = element.find("saml:Issuer", NAMESPACES)
        if issuer is None:
            element.insert(0, signature)
        else:
            issuer.addnext(signature)
        context = xmlsec.SignatureContext()
        context.key = self._xmlsec_key(key or self.key, algorithm)
        context.register_id(element, "ID")
        context.sign(signature)

    def _xmlsec_key(self, key: Key, algorithm: str) -> "xmlsec.Key":
        if "hmac" in algorithm:
            return xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, self.certificate)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)

    def signed(self, answers: str = "_request", change: Change | None = None, **attributes: str) -> etree._Element:
        """An honest message, changed before its assertion is signed."""
        message = self.message(answers, **attributes)
        if change:
            change(message)
        self.sign(find(message, "saml:Assertion"))
        return message

    def fitting(self, profile: str, answers: str, encryption: Encryption, **attributes: str) -> etree._Element:
        """An honest message as vendors of this kind need it."""

        def granted(message: etree._Element) -> None:
            if profile == "staff-tests":
                context = find(message, "saml:Assertion/saml:AuthnStatement/saml:AuthnContext")
                context[0].text = "http://id.elegnamnden.se/loa/1.0/loa3"

        message = self.signed(answers, granted, **FITTING.get(profile, {}) | attributes)
        return encryption.hide(message) if profile == "support-plans" else message

    @staticmethod
    def forged(message: etree._Element) -> etree._Element:
        """A copy that speaks of the other person and is signed by nobody."""
        copied = copy.deepcopy(message)
        for signature in list(copied.iter(f"{{{DS}}}Signature")):
            signature.getparent().remove(signature)
        for element in copied.iter():
            element.text = element.text.replace(PUPIL, OTHER) if element.text else None
        return copied


def _inclusive(prefixes: str) -> str:
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{prefixes}"/>' if prefixes else ""


def encoded(message: etree._Element) -> str:
    """As the field SAMLResponse carries it."""
    return base64.b64encode(etree.tostring(message)).decode()


@dataclass
class OpenVendor:
    """A vendor with a browser in front of it."""

    service: VendorService
    browser: httpx.AsyncClient
    calls: list[httpx.Request] = field(default_factory=list)
    """What the vendor's server sent."""
    now: dt.datetime = NOW

    async def begin(self, browser: httpx.AsyncClient | None = None) -> str:
        """Begin a login; returns the ID of the request."""
        answer = await (browser or self.browser).get("/login")
        assert answer.status_code == 302, answer.text
        return etree.fromstring(sent(answer)).get("ID")

    async def deliver(self, message: etree._Element, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """Post a message as the school's page does."""
        return await (browser or self.browser).post("/saml/acs", data={"SAMLResponse": encoded(message)})

    async def who(self) -> str:
        """Who is logged in, as the probe shows it; "" for nobody."""
        return shown(await self.browser.get("/me"))

    def another_browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.service.app), base_url=BASE)


def shown(page: httpx.Response) -> str:
    """The user whom a probe page shows; "" for nobody."""
    assert page.status_code == 200
    found = re.search(r"Inloggad som: <strong>([^<]*)</strong>", page.text)
    assert bool(found) != ("Ingen är inloggad" in page.text)
    return unescape(found[1]) if found else ""


def sent(answer: httpx.Response) -> bytes:
    """The request that a redirect carries."""
    fields = parse_qs(urlsplit(answer.headers["location"]).query)
    return zlib.decompress(base64.b64decode(fields["SAMLRequest"][0]), -15)


@pytest.fixture(scope="session")
def rsa_keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def school(rsa_keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]) -> MockSchool:
    return MockSchool(*rsa_keys)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> VendorKeys:
    return VendorKeys.load_or_make(tmp_path_factory.mktemp("vendor") / "keys", "lasning.test", NOW)


@pytest.fixture(scope="session")
def decrypter(keys: VendorKeys) -> Decrypter:
    return Decrypter(keys.private_key)


@pytest.fixture(scope="session")
def encryption(keys: VendorKeys) -> Encryption:
    return Encryption(keys.certificate_der)


@pytest.fixture
def me() -> ServiceProvider:
    return ServiceProvider(
        f"{BASE}/saml/metadata", f"{BASE}/saml/acs", f"{BASE}/saml/slo", f"{BASE}/saml/slo/soap", f"{BASE}/login"
    )


@pytest.fixture
def config() -> VendorConfig:
    return VendorConfig(
        vendor_id="lasning",
        name="Läsning & co",
        base_url=BASE,
        hosts=("lasning.test", "cdn.lasning.test"),
        profile="reading-service",
        fault=None,
        idp_entity_id=SCHOOL,
        idp_metadata_url=SCHOOL,
    )


@pytest.fixture
def open_vendor(keys: VendorKeys, school: MockSchool, config: VendorConfig) -> Callable[..., object]:
    """Opens a vendor; ``answer`` answers what its server sends to anyone but the school."""

    @asynccontextmanager
    async def opened(
        profile: str = "reading-service",
        fault: str | None = None,
        answer: Callable[[httpx.Request], httpx.Response] | None = None,
    ) -> AsyncIterator[OpenVendor]:
        def reply(request: httpx.Request) -> httpx.Response:
            vendor.calls.append(request)
            if str(request.url) == SCHOOL:
                return httpx.Response(200, content=school.metadata())
            if request.url.host == "md.federation.test":
                return httpx.Response(200, content=school.published())
            return answer(request) if answer else httpx.Response(502)

        place = FederationPlace(FEDERATION, FEDERATION, "https://ds.federation.test/ds", school.certificate, (SCHOOL,))
        changed = VendorConfig(**{**vars(config), "profile": profile, "fault": fault, "federation": place})
        async with httpx.AsyncClient(transport=httpx.MockTransport(reply)) as http:
            service = VendorService(changed, keys, http, lambda: vendor.now)
            transport = httpx.ASGITransport(service.app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as browser:
                vendor = OpenVendor(service, browser)
                yield vendor

    return opened


@pytest.fixture
async def vendor(open_vendor: Callable[..., object]) -> AsyncIterator[OpenVendor]:
    async with open_vendor() as opened:
        yield opened


@pytest.fixture
def tmp_home(tmp_path: Path) -> Path:
    return tmp_path / "home"
