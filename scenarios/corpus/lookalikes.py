"""What resembles a leak and is none: each kind makes a text about a population, or nothing where it cannot."""

import base64
import gzip
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random
from types import MappingProxyType

from scenarios.corpus import encode, traffic
from scenarios.corpus.people import Population, Value
from scenarios.corpus.places import AS_TOKEN, IN_BODIES, IN_HEADERS, IN_JSON, IN_TEXT
from scenarios.corpus.spelling import civic_numbers

_PROSE = ("prose", "html", "log", "json", "telemetry", "xml", "frame")
_PADDED = (*IN_HEADERS, *IN_BODIES)
_ATTEMPTS = 500
# NOTE: numbers that the British and American regulators set aside for drama, and the Swedish one for books and films.
_DRAMA = ("+44 20 7946 0{:03d}", "020 7946 0{:03d}", "+1 202-555-01{:02d}", "(202) 555-01{:02d}")
_FICTION = ("070-17406{:02d}", "031-39006{:02d}", "040-62804{:02d}", "08-465004{:02d}")

type Kind = Callable[[Random, Population], str | bytes | None]


def _nobody(draw: Random, people: Population) -> tuple[str, str] | None:
    """A common given name and a common surname that nobody has together."""
    if not people.given_names or not people.surnames:
        return None
    for _ in range(_ATTEMPTS):
        given, surname = draw.choice(people.given_names), draw.choice(people.surnames)
        if given != surname and not people.names_somebody(given, surname):
            return given, surname
    return None


def _sentence(draw: Random, name: str) -> str:
    pattern = draw.choice(
        ("Igår skrev {} om provet.", "Fråga {} om schemat.", "{} var sjuk i måndags.", "Boken är av {}.")
    )
    return pattern.format(name)


def other_names(draw: Random, people: Population) -> str | None:
    """Names of nobody in running text."""
    name = _nobody(draw, people)
    return name and _sentence(draw, " ".join(name))


def given_name_alone(draw: Random, people: Population) -> str | None:
    """Somebody's given name and no more."""
    return _sentence(draw, draw.choice(people.given_names)) if people.given_names else None


def surname_alone(draw: Random, people: Population) -> str | None:
    """Somebody's surname and no more."""
    return _sentence(draw, f"familjen {draw.choice(people.surnames)}") if people.surnames else None


def names_in_a_list(draw: Random, people: Population) -> str | None:
    """``Erik Andersson, Anna Berg`` is not Anna Andersson."""
    for _ in range(_ATTEMPTS):
        if not people.full_names:
            return None
        name = draw.choice(people.full_names)
        given, surname = draw.choice(people.given_names), draw.choice(people.surnames)
        if not people.names_somebody(given, name.surname) and not people.names_somebody(name.given, surname):
            return f"Närvarande: {given} {name.surname}, {name.given} {surname}."
    return None


def double_surname(draw: Random, people: Population) -> str | None:
    """Anna Andersson-Berg is not Anna Andersson."""
    for _ in range(_ATTEMPTS):
        if not people.full_names:
            return None
        name, other = draw.choice(people.full_names), draw.choice(people.surnames)
        if other != name.surname and not people.is_known(f"{name.text}{other}"):
            return _sentence(draw, f"{name.text}-{other}")
    return None


def _number_of_nobody(draw: Random, people: Population) -> str | None:
    """A date, 238 or 239 (the style of Skatteverket's test numbers), and the right check digit."""
    for _ in range(_ATTEMPTS):
        day = date(1990, 1, 1) + timedelta(days=draw.randrange(13_000))
        nine = f"{day:%y%m%d}{draw.choice(('238', '239'))}"
        doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(nine))
        number = f"{day:%Y}"[:2] + nine + str(-sum(value // 10 + value % 10 for value in doubled) % 10)
        if not people.number_is_known(number):
            return number
    return None


def number_of_nobody(draw: Random, people: Population) -> str | None:
    """A personal number that nobody has."""
    number = _number_of_nobody(draw, people)
    return number and draw.choice([text for name, text in civic_numbers(number).items() if name != "10-plus"])


def number_inside_longer(draw: Random, people: Population) -> str | None:
    """Somebody's number with more digits or letters around it."""
    value = _value(draw, people, "norEduPersonNIN")
    if value is None:
        return None
    text = draw.choice((value.text, value.text[2:]))
    more = "".join(draw.choices("0123456789", k=draw.randint(1, 6)))
    return draw.choice((f"{more}{text}", f"{text}{more}", f"SE{text}", f"{text}B{more}"))


def telephone_of_nobody(draw: Random, people: Population) -> str | None:
    """A telephone number that nobody has."""
    for _ in range(_ATTEMPTS):
        number = draw.choice((*_DRAMA, *_FICTION)).format(draw.randrange(100))
        if not people.is_known(number):
            return f"Ring {number} före klockan 15"
    return None


def telephone_inside_longer(draw: Random, people: Population) -> str | None:
    """Somebody's telephone number with more digits around it."""
    value = _value(draw, people, "telephoneNumber")
    if value is None:
        return None
    digits = "".join(letter for letter in value.text if letter.isdigit())
    return draw.choice((f"{draw.randint(1, 9)}{digits}", f"{digits}{draw.randint(10, 99)}"))


def longer_local_part(draw: Random, people: Population) -> str | None:
    """joanna.andersson@... is not anna.andersson@..."""
    value = _value(draw, people, "mail")
    if value is None:
        return None
    address = draw.choice(("jo", "x", "lisa.", "eva-", "a_")) + value.text
    return None if people.is_known(address) else address


def longer_domain(draw: Random, people: Population) -> str | None:
    """An address at another domain that begins as the school's does."""
    value = _value(draw, people, draw.choice(("mail", "eduPersonPrincipalName")))
    more = draw.choice((".evil.example", "ar.example", "-mail.example", "2.example"))
    return None if value is None else value.text + more


def longer_street(draw: Random, people: Population) -> str | None:
    """Another house on somebody's street."""
    value = _value(draw, people, "street")
    if value is None:
        return None
    address = f"{value.text}{draw.randint(0, 99):02d}"
    return None if people.is_known(address) else f"Lokalen på {address} är stängd"


def birth_date_elsewhere(draw: Random, people: Population) -> str | None:
    """A date on which somebody was born, where no field says so."""
    value = people.of_field(draw, "norEduPersonBirthDate")
    if value is None:
        return None
    text = f"{value.text[:4]}-{value.text[4:6]}-{value.text[6:]}"
    return draw.choice((text, value.text, f"{text}T08:15:00Z", f"Senast {text} ska allt vara inlämnat"))


def _other_text(draw: Random, people: Population) -> bytes:
    name = _nobody(draw, people) or ("ingen", "alls")
    address = f"{name[0]}.{name[1]}{draw.randint(100, 999)}@post.example".lower()
    return draw.choice((address, " ".join(name), f'{{"user":"{address}"}}')).encode("utf-8")


def digest_of_others(draw: Random, people: Population) -> str:
    """Of a text that is nobody's."""
    how = draw.choice(("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"))
    digest = hashlib.new(how, _other_text(draw, people), usedforsecurity=False).digest()
    return draw.choice((digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode("ascii")))


def base64_of_others(draw: Random, people: Population) -> str:
    """Of a text that is nobody's."""
    return base64.b64encode(_other_text(draw, people)).decode("ascii")


def gzip_of_others(draw: Random, people: Population) -> bytes:
    """Compressed text that is nobody's."""
    return gzip.compress(b" ".join(_other_text(draw, people) for _ in range(20)), mtime=0)


def jwt_of_others(draw: Random, people: Population) -> str:
    """A token about nobody."""
    claims = b'{"sub":"' + base64.b64encode(_other_text(draw, people)) + b'"}'
    parts = (b'{"alg":"ES256"}', claims, draw.randbytes(64))
    return b".".join(map(encode.base64url, parts)).decode("ascii")


def random_base64(draw: Random, _: Population) -> str:
    """Of random bytes."""
    return base64.b64encode(draw.randbytes(draw.randint(12, 300))).decode("ascii")


def random_token(draw: Random, _: Population) -> str:
    """Identifiers that programs make."""
    return draw.choice((traffic.uuid(draw), traffic.hex_digits(draw, 40), traffic.hex_digits(draw, 64)))


def random_bytes(draw: Random, _: Population) -> bytes:
    """Of no format."""
    return draw.randbytes(draw.randint(500, 5000))


def minified_script(draw: Random, _: Population) -> str:
    """Much of it."""
    return traffic.document(draw, "script", 3000).decode("utf-8").replace('"', "'").replace("\\", "")


def coordinates(draw: Random, _: Population) -> str:
    """A place on a map, and digits as many as those of a personal number."""
    return f"{55 + draw.random() * 13:.8f},{11 + draw.random() * 12:.8f};{draw.randint(10**11, 10**12 - 1)}"


def timestamp(draw: Random, people: Population) -> str:
    """Moments in figures: seconds, milliseconds, and the compact form that looks like a personal number."""
    seconds = traffic.epoch_ms(draw) // 1000
    compact = re.sub(r"\D", "", traffic.time(draw))[:12]
    texts = [str(seconds), str(seconds * 1000), *([] if people.number_is_known(compact) else [compact])]
    return draw.choice(texts)


def _value(draw: Random, people: Population, attribute: str) -> Value | None:
    values = people.seedable[attribute]
    return draw.choice(values) if values else None


KINDS: Mapping[str, tuple[tuple[str, ...], Kind]] = MappingProxyType(
    {
        "names of nobody": (_PROSE, other_names),
        "a given name alone": (_PROSE, given_name_alone),
        "a surname alone": (_PROSE, surname_alone),
        "names in a list": (_PROSE, names_in_a_list),
        "double surnames": (_PROSE, double_surname),
        "personal numbers of nobody": ((*IN_TEXT, "query", "form", "path"), number_of_nobody),
        "a number inside a longer one": ((*IN_TEXT, "query", "form", "path"), number_inside_longer),
        "telephone numbers of nobody": (_PROSE, telephone_of_nobody),
        "a telephone number inside a longer one": (IN_TEXT, telephone_inside_longer),
        "longer addresses": ((*IN_TEXT, "query", "cookie"), longer_local_part),
        "addresses at longer domains": ((*IN_TEXT, "query", "cookie"), longer_domain),
        "other houses on the street": (_PROSE, longer_street),
        "birth dates that no field names": ((*IN_JSON, "log"), birth_date_elsewhere),
        "digests of other texts": (_PADDED, digest_of_others),
        "base64 of other texts": (_PADDED, base64_of_others),
        "gzip of other texts": (("whole", "file", "binary"), gzip_of_others),
        "tokens about nobody": (("bearer", "cookie", *IN_JSON), jwt_of_others),
        "random base64": (_PADDED, random_base64),
        "identifiers of programs": ((*AS_TOKEN, "bearer"), random_token),
        "random bytes": (("whole", "file", "binary-frame"), random_bytes),
        "minified scripts": (("html", "script"), minified_script),
        "coordinates": (IN_TEXT, coordinates),
        "timestamps": (IN_TEXT, timestamp),
    }
)
"""Places and maker by kind."""


def made(draw: Random, people: Population, kind: str) -> Iterator[tuple[str, bytes]]:
    """One place and what stands there; nothing where this population has no such look-alike."""
    places, maker = KINDS[kind]
    text = maker(draw, people)
    if text:
        yield draw.choice(places), text if isinstance(text, bytes) else text.encode("utf-8")
