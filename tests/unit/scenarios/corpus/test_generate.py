"""A corpus says the truth: what it names stands there, undone by decoders of the tests' own, and nothing else does."""

import base64
import binascii
import gzip
import hmac
import html
import quopri
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

import brotli
import zstandard

from scenarios.corpus.digest import DIGESTS
from scenarios.corpus.generate import Corpus, catalogue, generate
from scenarios.corpus.lookalikes import KINDS
from scenarios.corpus.people import Value, folded
from scenarios.corpus.spelling import usual
from testbed.model.corpus import Leak
from testbed.model.wire import Exchange
from testbed.model.written import Person

BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{4,}")
URI = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def parts(exchange: Exchange) -> Iterator[bytes]:
    """Everything that crossed the wire, content codings undone."""
    request, response = exchange.request, exchange.response
    yield request.url.encode("ascii")
    for name, value in (*request.headers, *(response.headers if response else ())):
        if name.lower() not in ("host", "etag", "x-request-id"):
            yield value.encode("latin-1")
    for message in (request, response):
        if message is not None and message.body:
            yield _uncoded(message.body, message.header("content-encoding"))
            yield from (part.rsplit(b"\r\n--", 1)[0] for part in message.body.split(b"\r\n\r\n")[1:])
    yield from (frame.data for frame in exchange.frames)


def _uncoded(body: bytes, coding: str) -> bytes:
    undo: dict[str, Callable[[bytes], bytes]] = {
        "": lambda data: data,
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "br": brotli.decompress,
        "zstd": zstandard.ZstdDecompressor().decompress,
    }
    return undo[coding](body)


def views(data: bytes) -> Iterator[bytes]:
    """The bytes, and what they say when escapes and charsets are undone; all of it in UTF-8."""
    once = unquote_to_bytes(data)
    twice = unquote_to_bytes(once)
    for one in (data, once, twice, twice.replace(b"+", b" "), quopri.decodestring(data), data.replace(b"\r\n", b"")):
        yield one
        text = one.decode("utf-8", "replace")
        yield html.unescape(text).encode("utf-8", "replace")
        yield _json(_json(text)).encode("utf-8", "replace")
        yield one.decode("latin-1").encode("utf-8")
    for charset in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            yield data[start:].decode(charset, "replace").encode("utf-8", "replace")


def _json(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).replace("\\\\", "\\")


def undone(data: bytes, how: str) -> Iterator[bytes]:
    """Every reading of the data by one encoding."""
    match how:
        case "base64":
            for run in BASE64_RUN.findall(data):
                for start in range(4):
                    yield _base64(run[start:].translate(bytes.maketrans(b"-_", b"+/")))
        case "base32":
            for run in re.findall(rb"[A-Za-z2-7]{8,}", data):
                yield _base32(run.upper())
        case "base58":
            yield from (_base58(run) for run in re.findall(rb"[1-9A-HJ-NP-Za-km-z]{8,}", data))
        case "hex":
            yield from (bytes.fromhex(run.decode()) for run in re.findall(rb"(?:[0-9a-fA-F]{2}){4,}", data))
        case "lz-string":
            for run in re.findall(rb"[A-Za-z0-9+/$-]{4,}", data):
                for alphabet in (B64, URI):
                    yield lz_string(run.decode("ascii"), alphabet).encode("utf-8", "replace")
        case _:
            yield from _whole(data, how)


def _whole(data: bytes, how: str) -> Iterator[bytes]:
    try:
        match how:
            case "gzip":
                for found in re.finditer(b"\x1f\x8b\x08", data):
                    yield zlib.decompressobj(wbits=31).decompress(data[found.start() :])
            case "zlib":
                yield zlib.decompressobj().decompress(data)
            case "deflate":
                yield zlib.decompressobj(wbits=-15).decompress(data)
            case "brotli":
                yield brotli.decompress(data)
            case "zstd":
                yield zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except (zlib.error, brotli.error, zstandard.ZstdError):
        return


def _base64(run: bytes) -> bytes:
    whole = run[: len(run) - (1 if len(run) % 4 == 1 else 0)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _base32(run: bytes) -> bytes:
    try:
        return base64.b32decode(run + b"=" * (-len(run) % 8))
    except binascii.Error:
        return b""


def _base58(run: bytes) -> bytes:
    number = 0
    for letter in run:
        number = number * 58 + BASE58.index(letter)
    return number.to_bytes((number.bit_length() + 7) // 8)


def lz_string(packed: str, alphabet: str) -> str:
    """What lz-string unpacks, as far as the text can be read."""
    bits = iter("".join(f"{alphabet.index(letter):06b}" for letter in packed if letter in alphabet[:64]))

    def number(width: int) -> int:
        return sum(int(next(bits)) << position for position in range(width))

    words: dict[int, str] = {}
    text, last, code, until, width = "", "", 3, 4, 3
    try:
        first = number(2)
        last = text = chr(number(8 if first == 0 else 16))
        words[code], code = last, code + 1
        while True:
            said = number(width)
            if said == 2:
                return text
            if said in (0, 1):
                words[code] = chr(number(8 if said == 0 else 16))
                said, code, until = code, code + 1, until - 1
                if until == 0:
                    until, width = 1 << width, width + 1
            word = words[said] if said in words else last + last[0]
            text += word
            words[code], code, last, until = last + word[0], code + 1, word, until - 1
            if until == 0:
                until, width = 1 << width, width + 1
    except (RuntimeError, StopIteration, IndexError):
        return text


# --- the truth --------------------------------------------------------------------------------------------------------


def stands_there(leak: Leak, exchange: Exchange, keys: tuple[str, ...]) -> bool:
    *layers, last = leak.form.split("+")
    digest = last if last in DIGESTS or ("-" in last and last.split("-")[0] in ("hmac", "salted")) else ""
    if not digest and last != "plain":
        layers.append(last)
    return any(reads(data, layers, leak, digest, keys) for data in parts(exchange))


def reads(data: bytes, layers: list[str], leak: Leak, digest: str, keys: tuple[str, ...]) -> bool:
    if not layers:
        if digest:
            return any(one in view for one in digests_of(leak, digest, keys) for view in views(data))
        return any(one in folded_bytes(view) for one in spelled(leak) for view in views(data))
    return any(
        inner and reads(inner, layers[1:], leak, digest, keys)
        for view in dict.fromkeys(views(data) if layers[0] not in COMPRESSIONS else (data,))
        for inner in undone(view, layers[0])
    )


COMPRESSIONS = ("gzip", "zlib", "deflate", "brotli", "zstd")


def folded_bytes(data: bytes) -> bytes:
    return folded(data.decode("utf-8", "replace")).encode("utf-8")


def spelled(leak: Leak) -> set[bytes]:
    text = folded(leak.value)
    match leak.attribute:
        case "norEduPersonNIN":
            return {text[2:].encode()}
        case "telephoneNumber":
            return {text[1:].encode()}
        case "displayName":
            names = leak.value.split()
            return {text.encode(), folded(names[-1] + names[0]).encode()}
        case _:
            return {text.encode()}


def digests_of(leak: Leak, form: str, keys: tuple[str, ...]) -> set[bytes]:
    kind, _, name = form.partition("-") if form not in DIGESTS else ("", "", form)
    texts = usual(Value(leak.attribute, leak.person, leak.value)).values() or (leak.value,)
    made: set[bytes] = set()
    for data in (text.encode("utf-8") for text in texts):
        for key in (key.encode("utf-8") for key in keys):
            match kind:
                case "hmac":
                    made.add(hmac.digest(key, data, name))
                case "salted":
                    made |= {DIGESTS[name](key + data), DIGESTS[name](data + key)}
                case _:
                    made.add(DIGESTS[name](data))
    written = {base64.b64encode(one).rstrip(b"=") for one in made}
    return (
        {one.hex().encode() for one in made}
        | {one.hex().upper().encode() for one in made}
        | written
        | {one.translate(bytes.maketrans(b"+/", b"-_")) for one in written}
    )


def test_every_leak_stands_where_the_truth_says(corpus: Corpus) -> None:
    exchanges = {exchange.number: exchange for exchange in corpus.exchanges}
    absent = [
        leak for leak in corpus.truth.leaks if not stands_there(leak, exchanges[leak.exchange], corpus.truth.keys)
    ]
    assert len(corpus.truth.leaks) > 500
    assert absent == []


def test_everything_that_is_named_is_seeded(corpus: Corpus) -> None:
    seeded = Counter(leak.family for leak in corpus.truth.leaks)
    assert {variant.family for variant in catalogue(corpus.truth.keys)} == set(seeded)
    assert corpus.truth.left_out == ()
    assert {bait.kind for bait in corpus.truth.look_alikes} == set(KINDS)
    assert {leak.place for leak in corpus.truth.leaks} >= {
        "path",
        "query",
        "host",
        "cookie",
        "referer",
        "frame",
        "html",
    }


def test_look_alikes_stand_apart_from_leaks(corpus: Corpus) -> None:
    with_leaks = {leak.exchange for leak in corpus.truth.leaks}
    with_look_alikes = {bait.exchange for bait in corpus.truth.look_alikes}
    assert with_leaks.isdisjoint(with_look_alikes)
    assert len(with_leaks) + len(with_look_alikes) < corpus.truth.exchanges


def test_the_seed_and_the_people_decide_everything(people: dict[str, Person]) -> None:
    assert generate(9, people, 1) == generate(9, people, 1)
    assert generate(9, people, 1).exchanges != generate(10, people, 1).exchanges


def test_what_nobody_has_is_left_out_by_name() -> None:
    alone = Person(id="elev-1", role="pupil", attributes={"mail": "anna.berg@elev.skola.test"})
    truth = generate(1, {"elev-1": alone}, 1).truth
    assert "coordination numbers: 12" in truth.left_out
    assert {leak.attribute for leak in truth.leaks} == {"mail"}


def test_names_in_two_fields_point_at_one_person(corpus: Corpus, people: dict[str, Person]) -> None:
    two_fields = [leak for leak in corpus.truth.leaks if leak.family == "names in two fields"]
    assert two_fields
    for leak in two_fields:
        assert people[leak.person].values(leak.attribute) == (leak.value,)


def test_a_value_that_several_have_is_nobodys_by_itself(corpus: Corpus, people: dict[str, Person]) -> None:
    said = [leak for leak in corpus.truth.leaks if leak.family == "said by the field"]
    for leak in said:
        owners = [p.id for p in people.values() if leak.value in p.values(leak.attribute)]
        assert leak.person == (owners[0] if len(owners) == 1 else "")
    assert any(leak.person == "" for leak in said)
