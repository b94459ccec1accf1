"""Rules of the testbed's own: nothing here makes metadata unfit, but each of it has locked people out in silence."""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from testbed.model.written import Bilingual
from testbed.wire.metadata_rules.certificates import certificates
from testbed.wire.metadata_rules.core import MDATTR, SHIBMD, Problem, Rule, Subject, find_all, place, said
from testbed.wire.xml import SAML, instant, text_of

ASSURANCE = "urn:oasis:names:tc:SAML:attribute:assurance-certification"
RIGHT_PLACE = "md:Extensions/mdattr:EntityAttributes"
SCOPE = f"{{{SHIBMD}}}Scope"


def assurance_place(subject: Subject) -> Iterator[Problem]:
    """What the entity says of its assurance stands in EntityDescriptor/Extensions and nowhere else.

    Under the role it is ignored without an error: staff silently lose access to the national tests.
    """
    for attribute in subject.descriptor.iter(f"{{{SAML}}}Attribute"):
        holder = attribute.getparent()
        if attribute.get("Name") == ASSURANCE and holder is not None and holder.tag == f"{{{MDATTR}}}EntityAttributes":
            yield Problem(
                place(attribute),
                Bilingual(
                    en="assurance-certification stands under the role, where it is ignored without an error: "
                    "staff lose access.",
                    sv="assurance-certification står under rollen, där det förbigås utan fel: personal mister åtkomst.",
                ),
                Bilingual(
                    en=f"Move it to md:EntityDescriptor/{RIGHT_PLACE}.",
                    sv=f"Flytta det till md:EntityDescriptor/{RIGHT_PLACE}.",
                ),
            )


def scope(subject: Subject) -> Iterator[Problem]:
    """The school names its security domain in a shibmd:Scope with regexp="false" under IDPSSODescriptor/Extensions.

    Without one that equals what stands after the @, the national tests' gateway strips the user name, and the service
    sees a login of nobody.
    """
    scopes = find_all(subject.descriptor, "md:Extensions/shibmd:Scope")
    if not any(text_of(element) for element in scopes):
        elsewhere = next(subject.entity.iter(SCOPE), None)
        yield Problem(
            place(subject.descriptor if elsewhere is None else elsewhere),
            Bilingual(
                en="There is no shibmd:Scope in IDPSSODescriptor/Extensions: user names are stripped of a login.",
                sv="Det finns ingen shibmd:Scope i IDPSSODescriptor/Extensions: användarnamn tas bort vid inloggning.",
            ),
            _SCOPE,
        )
    for element in scopes:
        if (element.get("regexp") or "").strip() in ("true", "1"):
            yield Problem(
                place(element, "regexp"),
                Bilingual(
                    en="The scope is a pattern, which does not count as the equal scope that is asked for.",
                    sv="Domänen är ett mönster, vilket inte räknas som den lika domän som krävs.",
                ),
                _SCOPE,
            )


_SCOPE = Bilingual(
    en='Add <shibmd:Scope regexp="false">your.domain</shibmd:Scope> there, one for each domain in your user names.',
    sv='Lägg till <shibmd:Scope regexp="false">er.domän</shibmd:Scope> där, en för varje domän i era användarnamn.',
)


def valid_now(subject: Subject) -> Iterator[Problem]:
    """The validUntil of the entity and of the role can be read and has not passed."""
    yield from validity(subject.entity, subject.now)
    yield from validity(subject.descriptor, subject.now)


def validity(element: etree._Element, now: datetime) -> Iterator[Problem]:
    """The same for one element, of an aggregate too."""
    text = element.get("validUntil")
    if text is None:
        return
    until = instant(text)
    if until is None:
        yield Problem(
            place(element, "validUntil"),
            Bilingual(
                en=f"{said(text)} is no time that can be read: a careful reader trusts none of it.",
                sv=f"{said(text)} är ingen läsbar tidpunkt: en noggrann läsare litar inte på något av detta.",
            ),
            _UNTIL,
        )
    elif until <= now:
        yield Problem(
            place(element, "validUntil"),
            Bilingual(
                en=f"It was valid until {said(text)}: nobody may use it any longer.",
                sv=f"Det gällde till {said(text)}: ingen får använda det längre.",
            ),
            _UNTIL,
        )


_UNTIL = Bilingual(
    en="Publish it anew with a time to come, in UTC, as 2030-01-31T12:00:00Z; or leave validUntil out.",
    sv="Publicera på nytt med en kommande tidpunkt, i UTC, som 2030-01-31T12:00:00Z; eller utelämna validUntil.",
)
RULES = (
    Rule(
        "assurance-is-in-the-right-place",
        Bilingual(sv="Tillitsnivån anges på rätt plats", en="Assurance is told in the right place"),
        {"idp": ""},
        None,
        "Skolverket, dnp-access-management: opt-in to signalling of assurance levels (EntityDescriptor/Extensions)",
        assurance_place,
    ),
    Rule(
        "scope-is-given",
        Bilingual(sv="Skolan anger sin säkerhetsdomän", en="The school names its security domain"),
        {"idp": ""},
        None,
        "Skolverket, dnp-access-management: the scope of eduPersonPrincipalName must equal a shibmd:Scope",
        scope,
    ),
    Rule(
        "metadata-is-valid-now",
        Bilingual(sv="Giltighetstiden har inte gått ut", en="The time of validity has not passed"),
        {"idp": "", "sp": ""},
        None,
        "SAML Metadata 2.3.1, 2.3.2 and 2.4.1 (validUntil)",
        valid_now,
    ),
    Rule(
        "certificates-are-usable",
        Bilingual(
            sv="Certifikat går att läsa och har starka nycklar", en="Certificates can be read and have strong keys"
        ),
        {"idp": "", "sp": ""},
        None,
        "Sweden Connect Deployment Profile (RSA >= 2048, SHA-256); SAML V2.0 Metadata Interoperability Profile 2.6.1",
        certificates,
    ),
)
