"""A federation with two schools and a vendor whose metadata a test may change, all in this process."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest

from idp.federation.app import Federation, FederationConfig, Member
from idp.federation.keys import federation_key
from idp.keys import SigningKey
from testbed.model.written import Bilingual

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MD = "https://md.federation.test"
SCHOOL, NEIGHBOUR = "https://idp.skola.test/saml/metadata", "https://idp.granne.test/saml/metadata"
VENDOR = "https://lasning.test/saml/metadata"
BACK = "https://lasning.test/choose"
IDPDISC = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"
NAMESPACES = (
    'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" '
    f'xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" xmlns:idpdisc="{IDPDISC}" '
    'xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
)
PROTOCOL = 'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'


def display(sv: str, en: str) -> str:
    return (
        f'<mdui:UIInfo><mdui:DisplayName xml:lang="sv">{sv}</mdui:DisplayName>'
        f'<mdui:DisplayName xml:lang="en">{en}</mdui:DisplayName></mdui:UIInfo>'
    )


def school(entity_id: str, scope: str, name: str, attributes: str = "", more: str = "") -> bytes:
    return f"""<md:EntityDescriptor {NAMESPACES} entityID="{entity_id}" {attributes}>{more}
<md:IDPSSODescriptor {PROTOCOL}><md:Extensions><shibmd:Scope regexp="false">{scope}</shibmd:Scope>
{display(f"{name}s skolor", f"Schools of {name}")}</md:Extensions>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{entity_id}/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>""".encode()


def response(location: str = BACK, index: str = "1", more: str = "", binding: str = IDPDISC) -> str:
    return f'<idpdisc:DiscoveryResponse Binding="{binding}" Location="{location}" index="{index}" {more}/>'


def vendor(extensions: str | None = None, attributes: str = "", before: str = "", entity_id: str = VENDOR) -> bytes:
    inside = response() if extensions is None else extensions
    return f"""<md:EntityDescriptor {NAMESPACES} entityID="{entity_id}" {attributes}>{before}
<md:SPSSODescriptor {PROTOCOL}><md:Extensions>{inside}{display("Läsappen <![CDATA[<b>]]>", "Reading app")}
</md:Extensions><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="https://lasning.test/saml/acs" index="1"/></md:SPSSODescriptor></md:EntityDescriptor>""".encode()


@dataclass
class Network:
    """What the members answer; a test changes it."""

    answers: dict[str, httpx.Response | Exception | bytes]
    asked: list[str] = field(default_factory=list)
    now: dt.datetime = NOW

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        answer = self.answers.get(str(request.url), httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, content=answer) if isinstance(answer, bytes) else answer


@dataclass
class Lab:
    """The federation, and clients for its two hosts."""

    federation: Federation
    network: Network
    md: httpx.AsyncClient
    ds: httpx.AsyncClient


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The makers of metadata above, for tests."""
    return SimpleNamespace(school=school, vendor=vendor, response=response)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return federation_key(tmp_path_factory.mktemp("federation") / "keys", "md.federation.test", NOW)


@pytest.fixture
def members() -> tuple[Member, ...]:
    return (
        Member(SCHOOL, SCHOOL, ("skola.test",)),
        Member(NEIGHBOUR, NEIGHBOUR, ("granne.test",)),
        Member(VENDOR, VENDOR),
    )


@pytest.fixture
def network() -> Network:
    return Network(
        {
            SCHOOL: school(SCHOOL, "skola.test", "Exempelkommun"),
            NEIGHBOUR: school(NEIGHBOUR, "granne.test", "Grannkommun"),
            VENDOR: vendor(),
        }
    )


@pytest.fixture
def config(members: tuple[Member, ...]) -> FederationConfig:
    return FederationConfig(MD, Bilingual(sv="Låtsasfederationen", en="The pretended federation"), members)


@pytest.fixture
async def lab(config: FederationConfig, key: SigningKey, network: Network) -> AsyncIterator[Lab]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(network)) as http:
        federation = Federation(config, key, http, lambda: network.now)
        # NOTE: an exception of ours must show as a failed test, not as a page.
        md, ds = (httpx.ASGITransport(app) for app in (federation.metadata, federation.discovery))
        async with (
            httpx.AsyncClient(transport=md, base_url=MD) as publications,
            httpx.AsyncClient(transport=ds, base_url="https://ds.federation.test") as page,
        ):
            yield Lab(federation, network, publications, page)
