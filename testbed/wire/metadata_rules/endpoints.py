"""Sections 2.1.7 and 3.1.5: where messages are received, and how."""

from collections.abc import Iterator

from lxml import etree

from testbed.model.wire import host_of, is_on_loopback
from testbed.model.written import Bilingual
from testbed.wire.metadata_rules.core import Problem, Subject, address, find_all, place, said
from testbed.wire.xml import MD

BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
POST, REDIRECT = BINDINGS + "HTTP-POST", BINDINGS + "HTTP-Redirect"
CONSUMER = f"{{{MD}}}AssertionConsumerService"
INDEXED = (CONSUMER, f"{{{MD}}}ArtifactResolutionService")
ENDPOINTS = (
    *INDEXED,
    *(
        f"{{{MD}}}{name}Service"
        for name in ("SingleSignOn", "SingleLogout", "ManageNameID", "NameIDMapping", "AssertionIDRequest")
    ),
)
HIGHEST_INDEX = 65535


def endpoints(subject: Subject) -> Iterator[Problem]:
    """Each endpoint has a binding and an https address, and those where assertions come in take no HTTP-Redirect.

    The operator's page shows HTTP-POST with https and an index as valid and HTTP-Redirect as invalid; indexes that are
    whole numbers and unique are SAML's own rule (SAML Metadata 2.2.3), and that there is a SingleSignOnService or an
    AssertionConsumerService at all too (2.4.3, 2.4.4). That one takes HTTP-POST is only recommended here.
    """
    yield from _present(subject)
    for element in subject.descriptor.iterchildren(*ENDPOINTS):
        yield from _binding(element)
        yield from _addresses(element)
    for tag in INDEXED:
        yield from _indexes(list(subject.descriptor.iterchildren(tag)))


def _present(subject: Subject) -> Iterator[Problem]:
    name = "SingleSignOnService" if subject.role == "idp" else "AssertionConsumerService"
    found = find_all(subject.descriptor, f"md:{name}")
    if not found:
        yield Problem(
            place(subject.descriptor),
            Bilingual(
                en=f"There is no md:{name}: nobody knows where to send messages.",
                sv=f"Det finns ingen md:{name}: ingen vet vart meddelanden ska skickas.",
            ),
            Bilingual(
                en=f"Add an md:{name} with HTTP-POST and an https address.",
                sv=f"Lägg till en md:{name} med HTTP-POST och en https-adress.",
            ),
        )
    elif subject.role == "sp" and all(element.get("Binding") != POST for element in found):
        yield Problem(
            place(subject.descriptor),
            Bilingual(
                en="No AssertionConsumerService takes HTTP-POST, the one way that every school can answer by.",
                sv="Ingen AssertionConsumerService tar emot HTTP-POST, det enda sätt som alla skolor kan svara på.",
            ),
            _POST,
            "warning",
        )


_POST = Bilingual(en=f'Give it Binding="{POST}".', sv=f'Ge den Binding="{POST}".')


def _binding(element: etree._Element) -> Iterator[Problem]:
    binding = (element.get("Binding") or "").strip()
    if not binding:
        yield Problem(
            place(element),
            Bilingual(en="The endpoint has no Binding.", sv="Adressen har ingen Binding."),
            Bilingual(en="Say how messages come in.", sv="Ange hur meddelanden tas emot.")
            if element.tag != CONSUMER
            else _POST,
        )
    elif element.tag == CONSUMER and binding == REDIRECT:
        yield Problem(
            place(element, "Binding"),
            Bilingual(
                en="An assertion cannot come by HTTP-Redirect: it does not fit into an address, and stays in logs.",
                sv="Ett intyg kan inte komma med HTTP-Redirect: det ryms inte i en adress, och blir kvar i loggar.",
            ),
            _POST,
        )


def _addresses(element: etree._Element) -> Iterator[Problem]:
    for name in ("Location", "ResponseLocation"):
        url = element.get(name)
        parts = address(url)
        if parts is not None and (parts.scheme.lower() == "https" or is_on_loopback(host_of(parts.geturl()))):
            continue
        if url is None and name == "ResponseLocation":
            continue
        yield Problem(
            place(element, name if url is not None else ""),
            Bilingual(en=f"{name} is {said(url)}, which is no https address.", sv=_not_https(name, url))
            if url is not None
            else Bilingual(en="The endpoint has no Location.", sv="Adressen har ingen Location."),
            Bilingual(
                en="Give an absolute address with https and the name of your host.",
                sv="Ange en fullständig adress med https och er värds namn.",
            ),
        )


def _not_https(name: str, url: str) -> str:
    return f"{name} är {said(url)}, som inte är en https-adress."


def _indexes(same: list[etree._Element]) -> Iterator[Problem]:
    seen: set[int] = set()
    for element in same:
        text = (element.get("index") or "").strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_INDEX)) else -1
        if not 0 <= number <= HIGHEST_INDEX:
            yield Problem(
                place(element, "index" if text else ""),
                Bilingual(en=f"index is {said(text)}.", sv=f"index är {said(text)}.")
                if text
                else Bilingual(en="The endpoint has no index.", sv="Adressen har inget index."),
                _INDEX,
            )
        elif number in seen:
            yield Problem(
                place(element, "index"),
                Bilingual(
                    en=f"The index {number} is another endpoint's too.", sv=f"Index {number} är också en annan adress."
                ),
                _INDEX,
            )
        seen.add(number)


_INDEX = Bilingual(
    en=f"Give each endpoint a number of its own, from 0 to {HIGHEST_INDEX}.",
    sv=f"Ge varje adress ett eget nummer, från 0 till {HIGHEST_INDEX}.",
)
