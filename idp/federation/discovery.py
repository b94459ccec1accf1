"""The discovery service: a person chooses a school, and the vendor is told which.

Identity Provider Discovery Service Protocol and Profile (OASIS, 27 March 2008). A browser is sent on only to a place
that the vendor's own metadata names; everything else ends in a page that says why.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.body import read_body
from idp.federation.entity import Entity
from idp.federation.pages import FederationPages, Question
from idp.federation.registry import Members, Registry
from idp.fields import Fields, read_fields
from idp.refused import Refused
from testbed.model.written import Bilingual

ENTITY_ID, RETURN, RETURN_ID_PARAM, IS_PASSIVE, POLICY = "entityID", "return", "returnIDParam", "isPassive", "policy"
SINGLE = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol:single"
"""The only policy that the specification defines, and the one that holds when none is named (2.4.1)."""
MAX_QUERY, MAX_BODY = 16 * 1024, 16 * 1024
MAX_URL = 4096
MAX_WORDS = 100
URL = re.compile(r"https?://[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]+")
"""No fragment, which the specification forbids, and nothing that a header or a page could misread."""
PARAMETER = re.compile(r"[A-Za-z0-9._:-]{1,100}")

UNKNOWN_VENDOR = Bilingual(
    sv="Federationen känner inte tjänsten som frågar efter din skola, eller kunde inte läsa dess metadata.",
    en="The federation does not know the service that asks for your school, or could not read its metadata.",
)
FOREIGN_RETURN = Bilingual(
    sv="Tjänsten vill ha svaret till en adress som inte står i dess metadata. Därför skickas du inte vidare.",
    en="The service wants the answer at an address that its metadata does not name, so you are not sent on.",
)
UNKNOWN_SCHOOL = Bilingual(
    sv="Skolan som valdes finns inte i federationen.", en="The school that was chosen is not in the federation."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a vendor asks of the discovery service (2.4.1)."""

    entity_id: str
    back: str
    """``return``; "" when the vendor leaves it to its metadata."""
    return_id_param: str
    passive: bool


def read_question(fields: Fields) -> Asked:
    """The vendor's request.

    Raises:
        Refused: it is not what the specification says.
    """
    entity_id, back = fields.value(ENTITY_ID), fields.value(RETURN)
    if not entity_id:
        raise _unclear("names no service (entityID)")
    if len(back) > MAX_URL or (back and not URL.fullmatch(back)):
        raise _unclear("has a return that is no web address")
    name = fields.value(RETURN_ID_PARAM) or ENTITY_ID
    if not PARAMETER.fullmatch(name):
        raise _unclear("has a returnIDParam that is no plain name")
    if fields.value(POLICY) not in ("", SINGLE):
        raise _unclear("wants a policy that this discovery service does not have")
    passive = fields.value(IS_PASSIVE)
    if passive not in ("", "true", "false", "1", "0"):
        raise _unclear("has an isPassive that is neither true nor false")
    return Asked(entity_id, back, name, passive in ("true", "1"))


def way_back(asked: Asked, vendor: Entity) -> str:
    """Where the browser goes with the answer (2.5): ``return``, when its part before the query is that of a
    DiscoveryResponse of the vendor; without a ``return``, the vendor's default one.

    Raises:
        Refused: the vendor's metadata does not name the place.
    """
    if not asked.back:
        default = vendor.default_response
        if default is None:
            raise Refused(400, "the vendor has no DiscoveryResponse", FOREIGN_RETURN)
        back = default.location
    elif _without_query(asked.back) not in {_without_query(one.location) for one in vendor.responses}:
        raise Refused(400, "the return is not in the vendor's metadata", FOREIGN_RETURN)
    else:
        back = asked.back
    if not URL.fullmatch(back):
        raise Refused(400, "the DiscoveryResponse is no web address", FOREIGN_RETURN)
    if asked.return_id_param in (name for name, _ in parse_qsl(urlsplit(back).query, keep_blank_values=True)):
        raise _unclear("has a return that holds the parameter of the answer already")
    return back


def _without_query(url: str) -> str:
    return url.partition("?")[0]


def with_choice(back: str, name: str, school: str) -> str:
    """The place with the answer in its query (2.4.3)."""
    return f"{back}{'&' if '?' in back else '?'}{urlencode({name: school})}"


class Discovery:
    """The two faces of the page: the question, and the choice."""

    def __init__(self, registry: Registry, pages: FederationPages) -> None:
        self._registry, self._pages = registry, pages

    async def ask(self, request: Request) -> Response:
        """The page with the schools. A passive request is answered at once without a school, for nothing is known of
        the person (2.4.3)."""
        asked, vendor, members = await self._read(request)
        back = way_back(asked, vendor)
        if asked.passive:
            return _sent_to(back)
        query = request.query_params.get("q", "")[:MAX_WORDS]
        words = query.casefold().split()
        found = tuple(one for one in members.schools if all(word in _text(one) for word in words))
        return self._pages.choose(request, Question(vendor.name, _again(asked), query, found, len(members.schools)))

    async def choose(self, request: Request) -> Response:
        """The choice; the question is asked anew, so nothing of it needs to be kept or believed."""
        asked, vendor, members = await self._read(request)
        back = way_back(asked, vendor)
        chosen = read_fields(await read_body(request, MAX_BODY)).value(ENTITY_ID)
        if chosen not in (school.entity_id for school in members.schools):
            raise Refused(400, "the school is not in the federation", UNKNOWN_SCHOOL)
        return _sent_to(with_choice(back, asked.return_id_param, chosen))

    async def _read(self, request: Request) -> tuple[Asked, Entity, Members]:
        query: bytes = request.scope["query_string"]
        if len(query) > MAX_QUERY:
            raise _unclear("is too large")
        asked = read_question(read_fields(query))
        members = await self._registry.members()
        vendor = members.find(asked.entity_id)
        if vendor is None or vendor.is_school:
            raise Refused(400, "the vendor is not in the federation", UNKNOWN_VENDOR)
        return asked, vendor, members


def _sent_to(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _again(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The same request, for the forms and links of the page."""
    given = ((ENTITY_ID, asked.entity_id), (RETURN, asked.back), (RETURN_ID_PARAM, asked.return_id_param))
    return tuple((name, value) for name, value in given if value)


def _text(school: Entity) -> str:
    return f"{school.name.sv} {school.name.en} {school.entity_id}".casefold()


def _unclear(cause: str) -> Refused:
    return Refused(
        400,
        cause,
        Bilingual(
            sv=f"Tjänstens fråga efter din skola går inte att läsa. Teknisk orsak (på engelska): the request {cause}.",
            en=f"The service's question for your school cannot be read: the request {cause}.",
        ),
    )
