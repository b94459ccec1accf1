"""The catalogue of what counts as plain: spellings, charsets and escapes."""

from collections.abc import Callable, Iterator
from random import Random

from scenarios.corpus import encode, traffic
from scenarios.corpus.people import Population, Value
from scenarios.corpus.places import IN_BODIES, IN_HEADERS, IN_JSON, IN_TEXT, IN_URLS
from scenarios.corpus.spelling import ascii_folded, civic_numbers, decomposed, mixed_case, telephones
from scenarios.corpus.variants import ADDRESSES, TEXTS, Seed, Variant, Writer, of_value

_ESCAPED_URLS = (*IN_URLS, "cookie", "form")
_SENTENCES = (
    "Igår skrev {} om provet.",
    "Ring {}, tack!",
    "Frågor besvaras av {}.",
    "({})",
    "Elev: {}; klass 4B",
    "According to {}: all is well.",
    "Kontakta [{}] snarast",
    "”{}” har lämnat in.",
)


def _utf8(spell: Callable[[Random, str], str | None]) -> Writer:
    def write(draw: Random, value: Value) -> bytes | None:
        text = spell(draw, value.text)
        return None if text is None else text.encode("utf-8")

    return write


def _changed(spell: Callable[[Random, str], str]) -> Writer:
    """Only where the spelling changes something."""
    return _utf8(lambda draw, text: changed if (changed := spell(draw, text)) != text else None)


def plain() -> Iterator[Variant]:
    """As it stands in people.json, everywhere."""
    as_it_is = _utf8(lambda _, text: text)
    yield of_value("plain", "as it is", as_it_is, (*IN_BODIES, "frame-alone", "binary-frame", "binary"))
    yield of_value("plain", "in headers", as_it_is, IN_HEADERS, (*ADDRESSES, "norEduPersonNIN", "telephoneNumber"))
    yield of_value("plain", "in URLs", as_it_is, (*IN_URLS, "form"), (*ADDRESSES, "norEduPersonNIN"))
    yield of_value("plain", "in running text", _in_sentence, ("prose", "html", "log", "json", "xml", "frame"))
    yield of_value("plain", "in a protobuf message", as_it_is, ("protobuf",))
    yield of_value("plain", "in a multipart field", as_it_is, ("multipart", "file"))


def _in_sentence(draw: Random, value: Value) -> bytes:
    sentences = _SENTENCES if draw.random() < 1 / 2 else _SENTENCES[:3]
    return draw.choice(sentences).format(value.text).encode("utf-8")


def letter_case() -> Iterator[Variant]:
    """Upper, lower and mixed."""
    for name, spell in (
        ("upper", lambda _, text: text.upper()),
        ("lower", lambda _, text: text.lower()),
        ("mixed", lambda draw, text: mixed_case(text, draw)),
    ):
        yield of_value("letter case", name, _changed(spell), (*IN_TEXT, "frame-alone"), TEXTS)
        if name != "lower":
            in_urls = (*IN_URLS, "form", "cookie")
            yield of_value("letter case", f"{name}, in URLs", _changed(spell), in_urls, ADDRESSES)


def charsets() -> Iterator[Variant]:
    """Unicode's forms and other charsets."""
    yield of_value("unicode forms", "NFD", _utf8(lambda _, text: decomposed(text)), IN_TEXT, TEXTS)
    yield of_value("unicode forms", "ASCII folding", _utf8(lambda _, text: ascii_folded(text)), IN_TEXT, TEXTS)
    for name, charset, mark in (
        ("UTF-16LE", "utf-16-le", b""),
        ("UTF-16BE", "utf-16-be", b""),
        ("UTF-16LE with BOM", "utf-16-le", b"\xff\xfe"),
        ("UTF-16BE with BOM", "utf-16-be", b"\xfe\xff"),
    ):
        yield of_value("charsets", name, _document(charset, mark), ("text-utf-16", "whole"))
    for charset in ("utf-16-le", "utf-16-be"):
        yield of_value("charsets", f"{charset} between bytes", _encoded(charset), ("binary",))
    yield of_value("charsets", "Latin-1", _document("latin-1", b""), ("text-latin-1",), TEXTS)
    yield of_value("charsets", "Latin-1 in headers and bytes", _encoded("latin-1"), ("header", "binary"), TEXTS)
    yield of_value("charsets", "Latin-1, percent-escaped", _percent_latin_1, _ESCAPED_URLS, ("displayName", "street"))


def _encoded(charset: str) -> Writer:
    def write(_: Random, value: Value) -> bytes | None:
        if charset == "latin-1" and (value.text.isascii() or any(ord(letter) > 0xFF for letter in value.text)):  # noqa: PLR2004
            return None
        return value.text.encode(charset)

    return write


def _document(charset: str, mark: bytes) -> Writer:
    value_in = _encoded(charset)

    def write(draw: Random, value: Value) -> bytes | None:
        if value_in(draw, value) is None:
            return None
        text = traffic.document(draw, "prose", draw.randint(60, 900), value.text.encode("utf-8")).decode("utf-8")
        return mark + text.encode(charset)

    return write


def _percent_latin_1(draw: Random, value: Value) -> bytes | None:
    data = _encoded("latin-1")(draw, value)
    if data is None:
        return None
    return "".join(chr(b) if chr(b).isalnum() and b <= encode.ASCII else f"%{b:02X}" for b in data).encode("ascii")


def numbers() -> Iterator[Variant]:
    """Personal and coordination numbers, telephone numbers."""

    def civic(name: str, coordination: bool) -> Writer:
        def write(_: Random, value: Value) -> bytes | None:
            text = civic_numbers(value.text).get(name)
            return text.encode("ascii") if text and value.coordination == coordination else None

        return write

    def telephone(name: str) -> Writer:
        def write(_: Random, value: Value) -> bytes | None:
            text = telephones(value.text).get(name)
            return text.encode("ascii") if text else None

        return write

    for name in ("12", "12-dash", "10", "10-dash", "10-plus"):
        places = IN_TEXT if name == "10-plus" else (*IN_TEXT, *IN_URLS, "form", "cookie", "header", "binary")
        for family, coordination in (("personal numbers", False), ("coordination numbers", True)):
            yield of_value(family, name, civic(name, coordination), places, ("norEduPersonNIN",))
    for name in telephones("070-1740605"):
        yield of_value("telephone numbers", name, telephone(name), IN_TEXT, ("telephoneNumber",))


def names() -> Iterator[Variant]:
    """Names in either order, joined, and in two fields."""
    for name, pattern, places in (
        ("surname first, with a comma", "{s}, {g}", (*IN_TEXT, "frame-alone")),
        ("surname first", "{s} {g}", (*IN_TEXT, "frame-alone")),
        ("underscore", "{g}_{s}", IN_TEXT),
        ("lower case with underscore", "{g_}_{s_}", (*IN_TEXT, *IN_URLS, "cookie", "form")),
        ("plus for blank", "{g}+{s}", (*IN_URLS, "form")),
        ("plus for blank, surname first", "{s}%2C+{g}", (*IN_URLS, "form")),
    ):
        yield of_value("names in either order", name, _name(pattern, places), places, ("displayName",))
    for name, place, pattern in (
        ("JSON, camel case", IN_JSON, 'ok","firstName":"{g}","lastName":"{s}","k":"v'),
        ("JSON, snake case", IN_JSON, 'ok","family_name":"{s}","given_name":"{g}","k":"v'),
        ("JSON, Swedish", IN_JSON, 'ok","förnamn":"{g}","efternamn":"{s}","k":"v'),
        ("JSON, in an object", IN_JSON, 'ok","name":{{"givenName":"{g}","familyName":"{s}"}},"k":"v'),
        ("form", ("form",), "x&fornamn={ge}&efternamn={se}"),
        ("query", ("query", "referer"), "x&first_name={ge}&last_name={se}"),
        ("XML elements", ("xml",), "x</entry><FirstName>{g}</FirstName><LastName>{s}</LastName><entry>"),
        ("XML attributes", ("xml",), 'x</entry><person givenName="{g}" familyName="{s}"/><entry>'),
        ("multipart", ("multipart-pairs",), "csrf\0abc\0firstname\0{g}\0lastname\0{s}\0"),
    ):
        yield Variant("names in two fields", name, tuple(place), _in_fields(pattern))


def _name(pattern: str, places: tuple[str, ...]) -> Writer:
    in_url = "path" in places

    def write(_: Random, value: Value) -> bytes | None:
        given, surname = value.given, value.surname
        if not given or (in_url and not (given + surname).isascii() and "_" in pattern):
            return None
        if in_url:
            given, surname = encode.percent(given), encode.percent(surname)
        return pattern.format(g=given, s=surname, g_=given.lower(), s_=surname.lower()).encode("utf-8")

    return write


def _in_fields(pattern: str) -> Callable[[Random, Population], Seed | None]:
    def seed(draw: Random, population: Population) -> Seed | None:
        if not population.full_names:
            return None
        name = draw.choice(population.full_names)
        escaped = {"ge": encode.percent(name.given), "se": encode.percent(name.surname)}
        data = pattern.format(g=name.given, s=name.surname, **escaped).encode("utf-8")
        values = (Value("givenName", name.person, name.given), Value("sn", name.person, name.surname))
        return Seed(tuple((value, value.text) for value in values), data, "plain")

    return seed


def fields() -> Iterator[Variant]:
    """Values that are personal data only where a field says what they are."""
    for attribute, labels in (
        ("givenName", ("givenName", "first_name", "förnamn")),
        ("sn", ("familyName", "lastName", "efternamn")),
        ("norEduPersonBirthDate", ("birthDate", "date_of_birth", "födelsedatum")),
        ("sisSchoolUnitCode", ("schoolUnitCode", "skolenhetskod")),
        ("sisSchoolGrade", ("grade", "årskurs")),
        ("postalCode", ("postalCode", "postnummer")),
    ):
        for label in labels:
            yield Variant("said by the field", f"{attribute} as {label}", IN_JSON, _said(attribute, label))


def _said(attribute: str, label: str) -> Callable[[Random, Population], Seed | None]:
    def seed(draw: Random, population: Population) -> Seed | None:
        value = population.of_field(draw, attribute)
        if value is None:
            return None
        text = value.text
        if attribute == "norEduPersonBirthDate":
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        return Seed(((value, text),), f'ok","{label}":"{text}","k":"v'.encode(), "plain")

    return seed


def escapes() -> Iterator[Variant]:
    """What a URL, a page, JSON, XML or a mail does to characters."""
    escaped = _utf8(lambda _, text: encode.percent(text))
    yield of_value("percent", "once", escaped, _ESCAPED_URLS)
    yield of_value("percent", "twice", _utf8(lambda _, text: encode.percent(encode.percent(text))), _ESCAPED_URLS)
    yield of_value("percent", "every byte, lower case", _utf8(lambda _, text: encode.percent_all(text)), _ESCAPED_URLS)
    yield of_value("percent", "in bodies", _changed(lambda _, text: encode.percent(text)), IN_TEXT)
    plus = _changed(lambda _, text: encode.percent(text).replace("%20", "+"))
    yield of_value("plus for blank", "as forms have it", plus, ("query", "referer", "form"), ("displayName", "street"))
    for name, spell in (
        ("named", lambda _, text: encode.html_named(text)),
        ("decimal", lambda _, text: encode.references(text, "&#{:d};", every=False)),
        ("hexadecimal", lambda _, text: encode.references(text, "&#x{:X};", every=False)),
        ("every character", lambda _, text: encode.references(text, "&#{:d};", every=True)),
        ("sign @ named", lambda _, text: text.replace("@", "&commat;")),
    ):
        yield of_value("HTML escapes", name, _changed(spell), ("html",), TEXTS)
    for name, spell in (
        ("decimal", lambda _, text: encode.references(text, "&#{:d};", every=False)),
        ("hexadecimal", lambda _, text: encode.references(text, "&#x{:x};", every=False)),
    ):
        yield of_value("XML escapes", name, _changed(spell), ("xml",), TEXTS)
    for name, spell in (
        ("beyond ASCII", lambda _, text: encode.json_escaped(text)),
        ("beyond ASCII, upper case", lambda _, text: encode.json_escaped(text, upper=True)),
        ("some of all characters", lambda draw, text: encode.json_escaped(text, draw)),
    ):
        yield of_value("JSON escapes", name, _changed(spell), (*IN_JSON, "script"), TEXTS)
    yield of_value("JSON escapes", "JSON in JSON", _json_in_json, IN_JSON)
    encoded = ("mime-quoted-printable",)
    yield of_value("quoted-printable", "as a mail has it", lambda _, v: encode.quoted_printable(v.text), encoded, TEXTS)
    yield of_value("quoted-printable", "with a soft break", lambda d, v: encode.soft_broken(v.text, d), encoded)


def _json_in_json(draw: Random, value: Value) -> bytes:
    inner = f'{{"n":{draw.randint(1, 99)},"v":"{encode.json_inside(value.text)}"}}'
    return encode.json_inside(inner).encode("ascii")


def catalogue() -> Iterator[Variant]:
    """All of them."""
    for part in (plain, letter_case, charsets, numbers, names, fields, escapes):
        yield from part()
