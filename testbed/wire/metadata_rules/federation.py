"""The federation's seven rules (Skolfederation SAML WebSSO Technology Profile 1.0.0), and no others.

Source: "Metadata Validation Changes in Skolfederation", where the operator says which sections its register enforces
and since when. The profile itself is a PDF whose exact wording was not at hand: where a rule has to choose, its
docstring says what was chosen, and only what the operator's page or SAML itself supports is an error.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from lxml import etree

from testbed.model.written import Bilingual
from testbed.wire.metadata_rules import certificates
from testbed.wire.metadata_rules.core import Problem, Rule, Subject, address, find_all, place, said
from testbed.wire.metadata_rules.endpoints import endpoints
from testbed.wire.metadata_rules.languages import LANG, languages
from testbed.wire.xml import text_of

SOURCE = "https://wiki.federationer.internetstiftelsen.se/display/IF/Metadata+Validation+Changes+in+Skolfederation"
CONTACTS = ("technical", "support")
_EXAMPLE = "https://example.com/ERRORURL_CODE?ts=ERRORURL_TS&rp=ERRORURL_RP&tid=ERRORURL_TID&ctx=ERRORURL_CTX"


def error_url(subject: Subject) -> Iterator[Problem]:
    """IDPSSODescriptor/@errorURL is there, and SHOULD have the placeholders of the errorURL deployment profile.

    That it be an https address with ERRORURL_CODE is recommended here: the profile makes the placeholders a SHOULD.
    """
    url = subject.descriptor.get("errorURL")
    parts = address(url)
    mend = Bilingual(
        en=f"Give the address of a page of yours, as {_EXAMPLE}",
        sv=f"Ange adressen till en sida hos er, som {_EXAMPLE}",
    )
    if not url or not url.strip():
        what = Bilingual(
            en="errorURL is missing: a service cannot send a user who cannot log in to you for help.",
            sv="errorURL saknas: en tjänst kan inte hänvisa en användare som inte kan logga in till er.",
        )
        yield Problem(place(subject.descriptor), what, mend)
    elif parts is None:
        what = Bilingual(
            en=f"errorURL is {said(url)}, which is no address.", sv=f"errorURL är {said(url)}, ingen adress."
        )
        yield Problem(place(subject.descriptor, "errorURL"), what, mend)
    elif "ERRORURL_CODE" not in url or parts.scheme.lower() != "https":
        what = Bilingual(
            en="errorURL should be https and have ERRORURL_CODE, so that your page can tell what went wrong.",
            sv="errorURL bör vara https och ha ERRORURL_CODE, så att er sida kan säga vad som gick fel.",
        )
        yield Problem(place(subject.descriptor, "errorURL"), what, mend, "warning")


def signing_certificate(subject: Subject) -> Iterator[Problem]:
    """Some KeyDescriptor with use="signing" or no use holds a certificate that can be read."""
    yield from _certificate(
        subject,
        "signing",
        Bilingual(
            en="no service can tell that a message is yours.", sv="ingen tjänst kan se att ett meddelande är ert."
        ),
    )


def encryption_certificate(subject: Subject) -> Iterator[Problem]:
    """Some KeyDescriptor with use="encryption" or no use holds a certificate that can be read."""
    yield from _certificate(
        subject,
        "encryption",
        Bilingual(en="no school can encrypt what it sends you.", sv="ingen skola kan kryptera vad den skickar er."),
    )


def _certificate(subject: Subject, use: str, harm: Bilingual) -> Iterator[Problem]:
    if any(certificates.read(element) for element in certificates.elements(subject.descriptor, use, None)):
        return
    yield Problem(
        place(subject.descriptor),
        Bilingual(
            en=f'No md:KeyDescriptor with use="{use}" or no use holds a readable certificate: {harm.en}',
            sv=f'Ingen md:KeyDescriptor med use="{use}" eller utan use har ett läsbart certifikat: {harm.sv}',
        ),
        Bilingual(
            en=f'Add an md:KeyDescriptor with use="{use}" and your certificate in ds:X509Certificate.',
            sv=f'Lägg till en md:KeyDescriptor med use="{use}" och ert certifikat i ds:X509Certificate.',
        ),
    )


def declared_needs(subject: Subject) -> Iterator[Problem]:
    """There is an AttributeConsumingService, each with name and description that have a language, and an attribute.

    An empty text names nothing, and counts as missing; so does a RequestedAttribute without Name.
    """
    services = find_all(subject.descriptor, "md:AttributeConsumingService")
    if not services:
        yield _without(subject.descriptor, "md:AttributeConsumingService")
    for service in services:
        for name in ("ServiceName", "ServiceDescription"):
            texts = [element for element in find_all(service, f"md:{name}") if text_of(element)]
            if not texts:
                yield _without(service, f"md:{name}")
            for element in texts:
                if not (element.get(LANG) or "").strip():
                    yield _without(element, "xml:lang")
        if not any((element.get("Name") or "").strip() for element in find_all(service, "md:RequestedAttribute")):
            yield _without(service, "md:RequestedAttribute")


_NEEDS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "md:AttributeConsumingService": Bilingual(
            en="Add one with the service's name, description and the attributes that it needs.",
            sv="Lägg till en med tjänstens namn, beskrivning och de attribut som den behöver.",
        ),
        "md:ServiceName": Bilingual(
            en="Add the service's name in sv and en.", sv="Lägg till tjänstens namn på sv och en."
        ),
        "md:ServiceDescription": Bilingual(
            en="Add what the service is for, in sv and en.", sv="Lägg till vad tjänsten är till för, på sv och en."
        ),
        "md:RequestedAttribute": Bilingual(
            en="Add one for each attribute that the service needs, with its Name and isRequired.",
            sv="Lägg till ett för varje attribut som tjänsten behöver, med Name och isRequired.",
        ),
        "xml:lang": Bilingual(
            en='Add xml:lang="sv" or xml:lang="en".', sv='Lägg till xml:lang="sv" eller xml:lang="en".'
        ),
    }
)


def _without(element: etree._Element, lacking: str) -> Problem:
    name = etree.QName(element).localname
    what = Bilingual(
        en=f"{name} has no {lacking}: a school cannot see what the service needs, and for what.",
        sv=f"{name} har ingen {lacking}: en skola kan inte se vad tjänsten behöver, och till vad.",
    )
    return Problem(place(element), what, _NEEDS[lacking])


def contacts(subject: Subject) -> Iterator[Problem]:
    """There are contacts for technical matters and for support, of the entity or of the role.

    Uncertain: which contactTypes sections 2.1.10 and 3.1.8 demand stands in the PDF only. These two are what the
    federation's own material presupposes; administrative and security contacts are not demanded here. That a contact
    has an EmailAddress is recommended.
    """
    people = find_all(subject.entity, "md:ContactPerson") + find_all(subject.descriptor, "md:ContactPerson")
    for kind in CONTACTS:
        if all(person.get("contactType") != kind for person in people):
            what = Bilingual(
                en=f'There is no md:ContactPerson with contactType="{kind}".',
                sv=f'Det finns ingen md:ContactPerson med contactType="{kind}".',
            )
            yield Problem(place(subject.entity), what, _CONTACT)
    for person in people:
        if not any(text_of(mail) for mail in find_all(person, "md:EmailAddress")):
            what = Bilingual(en="The contact has no EmailAddress.", sv="Kontakten har ingen EmailAddress.")
            yield Problem(place(person), what, _CONTACT, "warning")


_CONTACT = Bilingual(
    en="Add an md:ContactPerson with an md:EmailAddress; a function's mailbox is better than a person's own.",
    sv="Lägg till en md:ContactPerson med en md:EmailAddress; en funktionsbrevlåda är bättre än en persons egen.",
)


FIRST, SECOND = date(2025, 6, 16), date(2026, 4, 9)
"""When the register began to refuse what breaks the first four rules, and the next two."""
RULES = (
    Rule(
        "texts-in-swedish-and-english",
        Bilingual(sv="Texter finns på svenska och engelska", en="Texts are there in Swedish and English"),
        {"idp": "2.1.1", "sp": "2.1.1"},
        None,
        SOURCE,
        languages,
    ),
    Rule(
        "error-url-is-given",
        Bilingual(sv="Skolan har en sida för den som inte kan logga in", en="The school has a page for failed logins"),
        {"idp": "2.1.3"},
        FIRST,
        SOURCE,
        error_url,
    ),
    Rule(
        "signing-certificate-is-given",
        Bilingual(
            sv="Skolans certifikat för underskrifter finns", en="The school's certificate for signatures is there"
        ),
        {"idp": "2.1.6"},
        FIRST,
        SOURCE,
        signing_certificate,
    ),
    Rule(
        "encryption-certificate-is-given",
        Bilingual(
            sv="Tjänstens certifikat för kryptering finns", en="The service's certificate for encryption is there"
        ),
        {"sp": "3.1.4"},
        FIRST,
        SOURCE,
        encryption_certificate,
    ),
    Rule(
        "needs-are-declared",
        Bilingual(sv="Tjänsten säger vilka uppgifter den behöver", en="The service says which attributes it needs"),
        {"sp": "3.1.6"},
        FIRST,
        SOURCE,
        declared_needs,
    ),
    Rule(
        "endpoints-are-sound",
        Bilingual(sv="Adresser är https och har rätt bindning", en="Endpoints are https with the right binding"),
        {"idp": "2.1.7", "sp": "3.1.5"},
        SECOND,
        SOURCE,
        endpoints,
    ),
    Rule(
        "contacts-are-named",
        Bilingual(sv="Kontakter för teknik och support finns", en="Technical and support contacts are named"),
        {"idp": "2.1.10", "sp": "3.1.8"},
        SECOND,
        SOURCE,
        contacts,
    ),
)
"""In the order of the operator's table, but for the roles."""
