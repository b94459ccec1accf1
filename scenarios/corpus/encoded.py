"""The catalogue of encodings: one layer in all its spellings, envelopes such as JWT and SAML, and layers nested."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from scenarios.corpus import encode, lzstring, traffic
from scenarios.corpus.digest import DIGESTS
from scenarios.corpus.encode import CONTENT_CODINGS, layer
from scenarios.corpus.people import SEEDED, Value
from scenarios.corpus.places import AS_TOKEN, IN_BODIES, IN_BYTES, IN_HEADERS, IN_JSON
from scenarios.corpus.variants import ADDRESSES, Variant, Writer, of_value

_LABEL = 63
"""Characters that a host label may have (RFC 1035, 2.3.4)."""
_PADDED = (*IN_HEADERS, *IN_BODIES, "frame-alone")
"""Where base64 stands with its signs +, / and =."""
_IN_QUERIES = ("query", "referer", "form", "cookie")

_PACKING = ("gzip", "zlib", "deflate", "brotli", "zstd")
_STORES_SHORT = ("brotli", "zstd")
"""Compressions that leave a short text as it is."""

type Step = Callable[[Random, bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One encoding by the name of its form."""

    how: str

    def __call__(self, _: Random, data: bytes) -> bytes:
        return layer(data, self.how)


def _of(*steps: Step) -> Writer:
    """The value's UTF-8, and then each step.

    Not of a value that goes through a compression unchanged, as short texts may: its form would be another then.
    """

    def write(draw: Random, value: Value) -> bytes | None:
        data = trace = value.text.encode("utf-8")
        for step in steps:
            data = step(draw, data)
            if isinstance(step, _Layer) and step.how in _PACKING:
                if trace in data:
                    return None
            elif isinstance(step, _Layer):
                trace = data
        return data

    return write


def _plainly(encode_bytes: Callable[[bytes], bytes]) -> Step:
    return lambda _, data: encode_bytes(data)


def _percent(_: Random, data: bytes) -> bytes:
    return encode.percent(data.decode("utf-8")).encode("ascii")


def in_json(draw: Random, data: bytes) -> bytes:
    """A small object with this text in it."""
    fields = {"v": draw.randint(1, 9), "ctx": data.decode("utf-8"), "t": traffic.epoch_ms(draw)}
    return json.dumps(fields, ensure_ascii=draw.random() < 1 / 2).encode("utf-8")


def in_long_json(draw: Random, data: bytes) -> bytes:
    """One long enough to be worth a compression."""
    text = f"{traffic.words(draw, 40)} {traffic.words(draw, 40)}"
    return json.dumps({"v": 1, "ctx": data.decode("utf-8"), "text": text}, ensure_ascii=False).encode("utf-8")


def _in_form(draw: Random, data: bytes) -> bytes:
    return b"s=%d&q=%s&t=%d" % (draw.randint(1, 9), _percent(draw, data), traffic.epoch_ms(draw))


def _glued(before: int, after: int) -> Step:
    """Other bytes in the same encoded stream."""

    def step(draw: Random, data: bytes) -> bytes:
        signs = b":;|= "
        head = bytes([*draw.choices(b"abcdxyz", k=max(0, before - 1)), draw.choice(signs)]) if before else b""
        tail = bytes([draw.choice(signs), *draw.choices(b"abcdxyz", k=max(0, after - 1))]) if after else b""
        return head + data + tail

    return step


def _run(before: int, after: int) -> Step:
    """Letters of the same alphabet around the encoded text, so that nothing says where it begins."""

    def step(draw: Random, data: bytes) -> bytes:
        letters, digits = b"ABCDEFGHabcdefgh", b"0123"
        # NOTE: a digit behind may say a digit, with which one house becomes another.
        return bytes(draw.choices(letters + digits, k=before)) + data + bytes(draw.choices(letters, k=after))

    return step


def _lines(_: Random, data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _long(draw: Random, data: bytes) -> bytes:
    return traffic.words(draw, 12).encode("utf-8") + b": " + data + b", " + traffic.words(draw, 9).encode("utf-8")


def base64_family() -> Iterator[Variant]:
    """At every alignment, with and without padding, in both alphabets, glued into longer runs."""

    def base64(name: str, places: tuple[str, ...], *steps: Step) -> Variant:
        return of_value("base64", name, _of(*steps), places, form="base64")

    bare = (*_PADDED, "query", "form")
    for before in (0, 1, 2):
        yield base64(f"padded, {before} bytes before", _PADDED, _glued(before, 0), _Layer("base64"))
        yield base64(f"without padding, {before} bytes before", bare, _glued(before, 0), _plainly(encode.base64_bare))
        yield base64(f"{before} bytes before and 2 after", _PADDED, _glued(before, 2), _Layer("base64"))
        url = of_value(
            "base64url", f"{before} bytes before", _of(_glued(before, 0), _Layer("base64url")), AS_TOKEN, form="base64"
        )
        yield url
    for before in (1, 2, 3):
        yield base64(f"{before} letters before the text", _PADDED, _Layer("base64"), _run(before, 0))
    yield base64("5 letters before and 3 after", bare, _plainly(encode.base64_bare), _run(5, 3))
    yield base64("glued both ways", bare, _glued(1, 1), _plainly(encode.base64_bare), _run(3, 2))
    yield base64("of JSON", (*_PADDED, "binary-frame"), in_json, _Layer("base64"))
    yield base64("of a form", _PADDED, _in_form, _Layer("base64"))
    yield base64("percent-escaped", _IN_QUERIES, in_json, _Layer("base64"), _percent)
    yield base64("in lines", ("mime-base64",), _long, _lines)
    yield base64("data URL", ("html", "json"), _Layer("base64"), lambda _, data: b"data:text/plain;base64," + data)
    yield base64("in a protobuf message", ("protobuf",), in_json, _Layer("base64"))
    utf_16 = _plainly(lambda data: data.decode("utf-8").encode("utf-16-le"))
    yield base64("of UTF-16", _PADDED, utf_16, _Layer("base64"))


def other_alphabets() -> Iterator[Variant]:
    """base32, base58, hex, lz-string."""
    every = (*AS_TOKEN, "bearer")
    padded = (*IN_HEADERS, *IN_BODIES)
    yield of_value("base32", "padded", _of(_Layer("base32")), padded, form="base32")
    yield of_value("base32", "without padding", _of(_plainly(encode.base32_bare)), every, form="base32")
    yield of_value("base32", "of JSON", _of(in_json, _plainly(encode.base32_bare)), every, form="base32")
    yield of_value("base32", "lower case in a host label", _label(encode.base32_bare), ("host",), form="base32")
    yield of_value("base58", "of the value", _of(_Layer("base58")), every, form="base58")
    yield of_value("base58", "of JSON", _of(in_json, _Layer("base58")), every, form="base58")
    yield of_value("hex", "lower case", _of(_Layer("hex")), every, form="hex")
    yield of_value("hex", "upper case", _of(_Layer("hex"), _plainly(bytes.upper)), every, form="hex")
    yield of_value("hex", "of JSON", _of(in_json, _Layer("hex")), every, form="hex")
    yield of_value("hex", "in a host label", _label(lambda data: data.hex().encode()), ("host",), form="hex")
    to_uri = _plainly(lambda data: lzstring.to_uri(data.decode("utf-8")).encode("ascii"))
    lz = "lz-string"
    yield of_value(lz, "to base64", _of(in_json, _Layer(lz)), _PADDED, form=lz)
    yield of_value(lz, "to base64, of the value", _of(_Layer(lz)), _PADDED, form=lz)
    yield of_value(lz, "to base64, percent-escaped", _of(in_json, _Layer(lz), _percent), _IN_QUERIES, form=lz)
    yield of_value(lz, "to a URI component", _of(in_json, to_uri), (*_IN_QUERIES, *IN_JSON), form=lz)
    yield of_value(lz, "to a URI component, of the value", _of(to_uri), (*_IN_QUERIES, *IN_JSON), form=lz)


def _label(encode_bytes: Callable[[bytes], bytes]) -> Writer:
    def write(_: Random, value: Value) -> bytes | None:
        label = encode_bytes(value.text.encode("utf-8")).lower()
        return label if len(label) <= _LABEL else None

    return write


def compressions() -> Iterator[Variant]:
    """Bodies, files and frames that are compressed without saying so, and HTTP's content codings."""
    for how in ("gzip", "zlib", "deflate", "brotli", "zstd"):
        document = in_long_json if how in _STORES_SHORT else in_json
        yield of_value(how, "of JSON", _of(document, _Layer(how)), IN_BYTES, form=how)
        yield of_value(how, "of a longer text", _of(_long, _Layer(how)), IN_BYTES, form=how)
        form = f"base64+{how}"
        yield of_value(how, "in base64", _of(document, _Layer(how), _Layer("base64")), _PADDED, form=form)
    for coding in CONTENT_CODINGS:
        yield of_value("content codings", coding, _of(), (f"coded-{coding}",))
    yield of_value("gzip", "between other bytes", _of(in_json, _Layer("gzip")), ("binary",), form="gzip")


def envelopes() -> Iterator[Variant]:
    """JWT and SAML."""
    yield of_value("JWT", "payload", _of(_jwt), ("bearer", "cookie", "query", "referer", *IN_JSON), form="base64")
    yield of_value("JWT", "a frame", _of(_jwt), ("frame-alone",), form="base64")
    redirect = _of(_saml, _Layer("deflate"), _Layer("base64"), _percent)
    yield of_value("SAML", "Redirect", redirect, ("saml-redirect",), form="base64+deflate")
    yield of_value("SAML", "POST", _of(_saml, _Layer("base64"), _percent), ("saml-post",), form="base64")


def _jwt(draw: Random, data: bytes) -> bytes:
    """Header, payload, signature; claims of any length before the value, so that every alignment occurs."""
    claims = {"iss": f"https://{'i' * draw.randint(1, 9)}.test", "sub": data.decode("utf-8"), "jti": traffic.uuid(draw)}
    parts = (b'{"alg":"RS256","typ":"JWT"}', json.dumps(claims, ensure_ascii=False).encode("utf-8"), draw.randbytes(64))
    return b".".join(map(encode.base64url, parts))


def _saml(draw: Random, data: bytes) -> bytes:
    return (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{traffic.hex_digits(draw, 32)}" Version="2.0">'
        f"<saml:Subject><saml:NameID>{data.decode('utf-8')}</saml:NameID></saml:Subject></samlp:AuthnRequest>"
    ).encode()


_CHAINS: tuple[tuple[str, ...], ...] = (
    ("base64", "gzip", "json"),
    ("percent", "base64", "json"),
    ("percent", "percent", "base64"),
    ("hex", "base64"),
    ("hex", "base64", "json"),
    ("base64", "zlib", "base64"),
    ("base64", "json", "jwt"),
    ("base64", "base64", "base64"),
    ("base64", "json", "hex"),
    ("base64", "json", "base64", "json"),
    ("base64", "form", "base64url"),
    ("base64url", "brotli", "json"),
    ("base32", "gzip", "json"),
    ("base58", "zlib", "json"),
    ("hex", "zstd", "json"),
    ("base64", "lz-string"),
    ("lz-string", "json", "base64"),
)
"""From the outside in; what is named may be an encoding, an escape or an envelope."""
_BYTE_CHAINS: tuple[tuple[str, ...], ...] = (
    ("gzip", "json", "base64"),
    ("gzip", "gzip", "json"),
    ("zlib", "json", "base64", "json"),
    ("brotli", "json", "hex"),
    ("zstd", "base64", "gzip", "json"),
    ("gzip", "json", "jwt"),
    ("deflate", "json", "base64"),
)
_ENVELOPES: dict[str, Step] = {"json": in_json, "form": _in_form, "jwt": _jwt, "percent": _percent}
_AROUND_DIGESTS: tuple[tuple[str, ...], ...] = (("base64",), ("base64", "gzip"), ("hex",), ("gzip",))
_UNNAMED = frozenset({"json", "form", "percent"})


def form_of(chain: tuple[str, ...]) -> str:
    """The form's name: escapes and envelopes are not told, and the parts of a JWT are base64."""
    names = {"jwt": "base64", "base64url": "base64"}
    return "+".join(names.get(name, name) for name in chain if name not in _UNNAMED)


def nested() -> Iterator[Variant]:
    """Up to three deep."""
    for chain in _CHAINS:
        yield _nested(chain, _IN_QUERIES if chain[0] == "percent" else _PADDED)
    for chain in _BYTE_CHAINS:
        yield _nested(chain, IN_BYTES)
    for outside in _AROUND_DIGESTS:
        for digest in ("md5", "sha256"):
            places: tuple[str, ...] = IN_BYTES if outside[0] == "gzip" else _PADDED
            yield of_value(
                "nested",
                f"{digest} in JSON in {' of '.join(outside)}",
                _of(_digest_of(digest), in_json, *(_Layer(how) for how in reversed(outside))),
                places,
                ADDRESSES,
                "+".join((*outside, digest)),
            )


def _nested(chain: tuple[str, ...], places: tuple[str, ...]) -> Variant:
    steps = [_ENVELOPES.get(name) or _Layer(name) for name in reversed(chain)]
    for outside, step in zip(reversed(chain[:-1]), range(1, len(chain)), strict=True):
        if outside in _STORES_SHORT and steps[step - 1] is in_json:
            steps[step - 1] = in_long_json
    return of_value("nested", " of ".join(chain), _of(*steps), places, SEEDED, form_of(chain))


def _digest_of(how: str) -> Step:
    return lambda _, data: DIGESTS[how](data).hex().encode("ascii")


def catalogue() -> Iterator[Variant]:
    """All of them."""
    for part in (base64_family, other_alphabets, compressions, envelopes, nested):
        yield from part()
