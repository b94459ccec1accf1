"""The places of a lab that are there whichever vendors take part: the schools, the federation, the token service."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp.keys import KeyKind
from testbed.model.exchange_case import By
from testbed.model.written import Bilingual


@dataclass(frozen=True, slots=True)
class SchoolPlace:
    """One school."""

    id: str
    """What :attr:`testbed.model.written.Person.school` calls it: its people are those."""
    host: str
    api_host: str
    """Of its data API (SS 12000)."""
    scope: str
    """The security domain of its users."""
    name: Bilingual
    acronym: str
    """Of the school owner (norEduOrgAcronym)."""
    signing: KeyKind
    """A vendor must be able to verify both kinds."""

    @property
    def url(self) -> str:
        """Scheme and host, without a slash at the end."""
        return f"https://{self.host}"

    @property
    def api_url(self) -> str:
        """Of its data API, without a slash at the end."""
        return f"https://{self.api_host}"

    @property
    def control_path(self) -> str:
        """Where its control API begins on the port that the schools of a lab share for them: the first at the root."""
        return "" if self is SCHOOL else f"/{self.id}"

    @property
    def entity_id(self) -> str:
        """Its SAML name, which is also where its metadata stands."""
        return f"{self.url}/saml/metadata"


SCHOOL = SchoolPlace(
    id="skola",
    host="idp.skola.test",
    api_host="api.skola.test",
    scope="skola.test",
    name=Bilingual(sv="Exempelkommuns skolor (TEST)", en="Example Municipality's schools (TEST)"),
    acronym="EXK",
    signing="rsa",
)
"""The school that scenarios are played at unless they ask for the other; the lab's orders go to it."""
NEIGHBOUR = SchoolPlace(
    id="granne",
    host="idp.granne.test",
    api_host="api.granne.test",
    scope="granne.test",
    name=Bilingual(sv="Grannkommunens skolor (TEST)", en="Neighbour Municipality's schools (TEST)"),
    acronym="GRK",
    signing="ec",
)
SCHOOLS = (SCHOOL, NEIGHBOUR)
ENTITY_IDS = MappingProxyType({place.id: place.entity_id for place in SCHOOLS})
"""Of each school by its id."""

FEDERATION_NAME = Bilingual(sv="Låtsasfederationen (TEST)", en="The pretended federation (TEST)")
METADATA_HOST, DISCOVERY_HOST = "md.federation.test", "ds.federation.test"
METADATA_URL, DISCOVERY_URL = f"https://{METADATA_HOST}", f"https://{DISCOVERY_HOST}/ds"

MACHINES_HOST, TOKEN_HOST = "machines.federation.test", "auth.federation.test"
MACHINES_URL, TOKEN_URL = f"https://{MACHINES_HOST}", f"https://{TOKEN_HOST}"
AUDIENCE = "nutid"
"""Of tokens."""
CLIENTS: Mapping[By, str] = MappingProxyType({"own": "https://fetching-1.test", "other": "https://fetching-2.test"})
"""The vendors that fetch from a data API under test, as the register of machines and their tokens call them."""

SENDERS = (
    *(school.host for school in SCHOOLS),
    METADATA_HOST,
    *(school.api_host for school in SCHOOLS),
    TOKEN_HOST,
)
"""Those of them that send requests of their own."""
STRANGER = "stranger.test"
"""Where those call from whom the register of machines does not name. Nothing is served there."""
HOSTS = (*SENDERS, DISCOVERY_HOST, MACHINES_HOST)
"""All of them; on loopback one process answers for them."""
OF_EXCHANGE = (*(school.api_host for school in SCHOOLS), TOKEN_HOST, MACHINES_HOST)
"""Those of them that answer only where some vendor is fed with rosters."""
ASKING = (*(school.api_host for school in SCHOOLS), TOKEN_HOST)
"""Those of them that ask their callers for certificates (mutual TLS)."""
