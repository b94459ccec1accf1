"""Section 2.1.1: what people read is there in Swedish and in English, and says in which language it is."""

from collections.abc import Iterator

from lxml import etree

from testbed.model.written import Bilingual
from testbed.wire.metadata_rules.core import MDRPI, MDUI, Problem, Subject, find_all, place, said
from testbed.wire.xml import MD

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
WANTED = ("sv", "en")
LOGO, POLICY = f"{{{MDUI}}}Logo", f"{{{MDRPI}}}RegistrationPolicy"
TAGGABLE = (
    *(
        f"{{{MDUI}}}{name}"
        for name in ("DisplayName", "Description", "Keywords", "InformationURL", "PrivacyStatementURL", "Logo")
    ),
    *(
        f"{{{MD}}}{name}"
        for name in (
            "OrganizationName",
            "OrganizationDisplayName",
            "OrganizationURL",
            "ServiceName",
            "ServiceDescription",
        )
    ),
    POLICY,
)
"""Every element that the schemas let carry xml:lang; the profile names four of them and says "not limited to"."""
_SECOND_LETTERS = {
    "a": "abefkmnrsvyz",
    "b": "aegimnors",
    "c": "aehorsuvy",
    "d": "aevz",
    "e": "elnostu",
    "f": "afijory",
    "g": "adlnuv",
    "h": "aeiortuyz",
    "i": "adegikostu",
    "j": "av",
    "k": "agijklmnorsuvwy",
    "l": "abginotuv",
    "m": "ghiklnrsty",
    "n": "abdeglnorvy",
    "o": "cjmrs",
    "p": "ailst",
    "q": "u",
    "r": "mnouw",
    "s": "acdegiklmnoqrstuvw",
    "t": "aeghiklnorstwy",
    "u": "gkrz",
    "v": "eio",
    "w": "ao",
    "x": "h",
    "y": "io",
    "z": "ahu",
}
ISO_639_1 = frozenset(first + second for first, seconds in _SECOND_LETTERS.items() for second in seconds)
"""The two-letter codes, 183 of them; codes with a region, as sv-SE, are not among them."""
type Groups = dict[tuple[etree._Element, str], list[etree._Element]]
"""Elements of one name under one parent: one text in its languages."""


def languages(subject: Subject) -> Iterator[Problem]:
    """Every text has xml:lang from ISO 639-1, is there in sv and en and in every language that another one is in, once.

    mdui:Logo may lack a language and share one, for a picture is no text. mdrpi:RegistrationPolicy is excepted from
    what other texts are in: it is the registrar's, not the entity's.
    """
    texts = _texts(subject)
    for element in texts:
        yield from _tag(element)
    groups: Groups = {}
    for element in texts:
        if element.tag != LOGO and _language(element):
            groups.setdefault((element.getparent(), element.tag), []).append(element)
    for same in groups.values():
        yield from _once(same)
    yield from _everywhere(subject, groups, [element for element in texts if element.tag not in (LOGO, POLICY)])


def _texts(subject: Subject) -> list[etree._Element]:
    """Those of the entity and of this role, not those of its other roles."""
    parts = (
        *find_all(subject.entity, "md:Extensions"),
        *find_all(subject.entity, "md:Organization"),
        subject.descriptor,
    )
    return [element for part in parts for element in part.iter(*TAGGABLE)]


def _language(element: etree._Element) -> str:
    return (element.get(LANG) or "").strip().lower()


def _tag(element: etree._Element) -> Iterator[Problem]:
    language = _language(element)
    if not language and element.tag != LOGO:
        yield Problem(
            place(element),
            Bilingual(
                en="The text does not say in which language it is.", sv="Texten anger inte vilket språk den är på."
            ),
            Bilingual(en='Add xml:lang="sv" or xml:lang="en".', sv='Lägg till xml:lang="sv" eller xml:lang="en".'),
        )
    elif language and language not in ISO_639_1:
        yield Problem(
            place(element, "xml:lang"),
            Bilingual(
                en=f"{said(language)} is no language of ISO 639-1.", sv=f"{said(language)} är inget språk i ISO 639-1."
            ),
            Bilingual(
                en='Write the two letters of the language, as "sv" or "en".',
                sv='Skriv språkets två bokstäver, som "sv" eller "en".',
            ),
        )


def _once(same: list[etree._Element]) -> Iterator[Problem]:
    seen: set[str] = set()
    for element in same:
        language = _language(element)
        if language in seen:
            yield Problem(
                place(element),
                Bilingual(
                    en=f"The same text stands twice in {said(language)}.",
                    sv=f"Samma text finns två gånger på {said(language)}.",
                ),
                Bilingual(en="Keep one of them.", sv="Behåll en av dem."),
            )
        seen.add(language)


def _everywhere(subject: Subject, groups: Groups, texts: list[etree._Element]) -> Iterator[Problem]:
    if not texts:
        yield Problem(
            place(subject.descriptor),
            Bilingual(
                en="Nothing says in Swedish or English what this is.",
                sv="Inget säger på svenska eller engelska vad detta är.",
            ),
            Bilingual(
                en="Add mdui:UIInfo with mdui:DisplayName in sv and en.",
                sv="Lägg till mdui:UIInfo med mdui:DisplayName på sv och en.",
            ),
        )
    of_texts = {key: {_language(element) for element in same} for key, same in groups.items() if key[1] != POLICY}
    others = {language for spoken in of_texts.values() for language in spoken} & ISO_639_1 - set(WANTED)
    used = [*WANTED, *sorted(others)]
    for parent, tag in dict.fromkeys((element.getparent(), element.tag) for element in texts):
        for language in used:
            if language not in of_texts.get((parent, tag), ()):
                yield _lacking(parent, tag, language)


def _lacking(parent: etree._Element, tag: str, language: str) -> Problem:
    name = etree.QName(tag)
    shown = f"{'md' if name.namespace == MD else 'mdui'}:{name.localname}"
    asked = language in WANTED
    return Problem(
        place(parent),
        Bilingual(
            en=f"{shown} is not there in {said(language)}" + ("." if asked else ", which another text is in."),
            sv=f"{shown} finns inte på {said(language)}" + ("." if asked else ", som en annan text finns på."),
        ),
        Bilingual(
            en=f'Add {shown} with xml:lang="{language}"' + ("." if asked else ", or take that language away."),
            sv=f'Lägg till {shown} med xml:lang="{language}"' + ("." if asked else ", eller ta bort det språket."),
        ),
    )
