"""Documents as real services send them, with a place left for one text; what else stands in them is nobody's."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID

HOLE = "HOLE0here0HOLE"
"""Stands where the text goes; every document has it once."""
_TEXT = """
läsår schema uppgift bedömning närvaro frånvaro lektion ämne kurs matematik svenska engelska biologi historia slöjd
bibliotek inlämning omdöme resultat provtillfälle salsbokning läromedel övning kapitel planering vecka meddelande
påminnelse kalender version status session event device viewport network latency render button submit click scroll page
module cache token build region queue worker retry batch metric trace level debug
"""
_WORDS = tuple(_TEXT.split())
_TAGS = ("div", "span", "section", "li", "p", "td")
_FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
_HEX = "0123456789abcdef"


def words(draw: Random, count: int) -> str:
    """Words that are no names."""
    return " ".join(draw.choice(_WORDS) for _ in range(count))


def hex_digits(draw: Random, count: int) -> str:
    """As in a git hash."""
    return "".join(draw.choices(_HEX, k=count))


def uuid(draw: Random) -> str:
    """A random one."""
    return str(UUID(int=draw.getrandbits(128), version=4))


def time(draw: Random) -> str:
    """Some moment of two years, ISO 8601."""
    moment = _FIRST_DAY + timedelta(milliseconds=draw.randrange(730 * 86_400_000))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(draw: Random) -> int:
    """The same as a number."""
    return draw.randint(1_735_689_600_000, 1_798_761_600_000)


def image(draw: Random, size: int) -> bytes:
    """Bytes that begin as a PNG and go on as a compressed image does."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + draw.randbytes(size)


def json_record(draw: Random) -> dict[str, object]:
    """One object of an API."""
    return {
        "id": uuid(draw),
        "type": draw.choice(_WORDS),
        "title": words(draw, draw.randint(2, 6)).capitalize(),
        "created": time(draw),
        "updatedAt": epoch_ms(draw),
        "score": round(draw.random() * 100, 2),
        "position": {"lat": round(55 + draw.random() * 13, 6), "lon": round(11 + draw.random() * 12, 6)},
        "etag": hex_digits(draw, 40),
        "tags": [draw.choice(_WORDS) for _ in range(draw.randint(0, 4))],
        "done": draw.random() < 1 / 2,
        "next": None,
    }


def api(draw: Random, size: int) -> str:
    """The answer or the order of a JSON API."""
    records = [json_record(draw) for _ in range(max(1, size // 420))]
    draw.choice(records)[draw.choice(("label", "note", "ref", "data", "extra"))] = HOLE
    return json.dumps({"total": len(records), "items": records}, ensure_ascii=False)


def telemetry(draw: Random, size: int) -> str:
    """A batch of events, one JSON object a line."""
    events = [
        {
            "event": draw.choice(_WORDS),
            "ts": epoch_ms(draw),
            "sid": hex_digits(draw, 32),
            "seq": number,
            "props": {"path": f"/kurs/{draw.randint(1, 999)}", "ms": draw.randint(1, 4000), "ua": "Mozilla/5.0"},
        }
        for number in range(max(1, size // 170))
    ]
    draw.choice(events)["ctx"] = HOLE
    return "\n".join(json.dumps(event, ensure_ascii=False) for event in events) + "\n"


def graphql(draw: Random, size: int) -> str:
    """A query with its variables."""
    fields = " ".join(draw.choice(_WORDS).translate(str.maketrans("åäö", "aao")) for _ in range(max(3, size // 12)))
    return json.dumps(
        {
            "operationName": "Load",
            "query": f"query Load($q: String!) {{ load(q: $q) {{ {fields} }} }}",
            "variables": {"q": HOLE},
        }
    )


def log(draw: Random, size: int) -> str:
    """Lines of a server's log."""
    lines = [
        f"{time(draw)} {draw.choice(('INFO', 'WARN', 'DEBUG'))} [{draw.choice(_WORDS)}-{draw.randint(1, 16)}] "
        f"{words(draw, draw.randint(3, 8))} took={draw.randint(1, 900)}ms id={hex_digits(draw, 16)}"
        for _ in range(max(1, size // 110))
    ]
    lines.insert(draw.randrange(len(lines) + 1), f"{time(draw)} INFO [web-1] request for {HOLE} was handled")
    return "\n".join(lines) + "\n"


def script(draw: Random, size: int) -> str:
    """A minified script."""
    parts = [_function(draw) for _ in range(max(1, size // 95))]
    parts.insert(draw.randrange(len(parts) + 1), f'window.__s={{v:2,u:"{HOLE}"}};')
    return "!function(){" + "".join(parts) + "}();"


def _function(draw: Random) -> str:
    a, b, c = (draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3))
    name = "".join(draw.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", k=draw.randint(2, 9)))
    return (
        f"function {name}({a},{b}){{var {c}=0x{draw.getrandbits(32):x};return {a}&&{b}?{c}+{a}.{draw.choice(_TAGS)}"
        f'[{draw.randint(0, 99)}]:"{draw.choice(_TAGS)}-"+{b}.toString({draw.randint(2, 36)})}}'
    )


def style(draw: Random, size: int) -> str:
    """A style sheet; the hole stands in a comment."""
    rules = [
        f".{draw.choice(_TAGS)}-{hex_digits(draw, 6)}{{margin:{draw.randint(0, 40)}px;color:#{hex_digits(draw, 6)};"
        f"background:url(/static/{hex_digits(draw, 20)}.svg)}}"
        for _ in range(max(1, size // 100))
    ]
    return f"/* {HOLE} */" + "".join(rules)


def page(draw: Random, size: int) -> str:
    """A page with a form, a picture in base64, a script and rules of style."""
    picture = base64.b64encode(image(draw, max(40, size // 8))).decode("ascii")
    rows = [
        f'<{tag} class="c-{hex_digits(draw, 5)}">{words(draw, draw.randint(4, 14)).capitalize()}.</{tag}>'
        for tag in draw.choices(_TAGS, k=max(1, size // 260))
    ]
    rows.insert(draw.randrange(len(rows) + 1), f"<p>{words(draw, 3).capitalize()}: {HOLE}</p>")
    return (
        f'<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>{words(draw, 2)}</title>'
        f"<style>{_without_hole(style(draw, size // 8))}</style></head><body>"
        f'<img alt="" src="data:image/png;base64,{picture}">{"".join(rows)}'
        f'<form method="post" action="/save"><input type="hidden" name="csrf" value="{hex_digits(draw, 64)}">'
        f'<input name="q"></form><script>{_without_hole(script(draw, size // 6))}</script></body></html>'
    )


def xml(draw: Random, size: int) -> str:
    """A message as older integrations send it."""
    rows = [
        f'<row id="{uuid(draw)}" at="{time(draw)}"><text>{words(draw, draw.randint(3, 9))}</text></row>'
        for _ in range(max(1, size // 150))
    ]
    rows.insert(draw.randrange(len(rows) + 1), f"<entry>{HOLE}</entry>")
    return f'<?xml version="1.0" encoding="UTF-8"?><export version="{draw.randint(1, 9)}">{"".join(rows)}</export>'


def form(draw: Random, size: int) -> str:
    """The body of a form; the hole stands for a value that is escaped already."""
    fields = [f"{draw.choice(_TAGS)}{number}={hex_digits(draw, 12)}" for number in range(max(1, size // 20))]
    fields.insert(draw.randrange(len(fields) + 1), f"v={HOLE}")
    return "&".join(fields)


def prose(draw: Random, size: int) -> str:
    """Running text."""
    sentences = [f"{words(draw, draw.randint(4, 10)).capitalize()}." for _ in range(max(1, size // 60))]
    sentences.insert(draw.randrange(len(sentences) + 1), HOLE)
    return " ".join(sentences)


def _without_hole(text: str) -> str:
    return text.replace(HOLE, "")


DOCUMENTS: Mapping[str, tuple[str, Callable[[Random, int], str]]] = MappingProxyType(
    {
        "json": ("application/json", api),
        "telemetry": ("application/x-ndjson", telemetry),
        "graphql": ("application/json", graphql),
        "log": ("text/plain; charset=utf-8", log),
        "script": ("text/javascript; charset=utf-8", script),
        "style": ("text/css", style),
        "html": ("text/html; charset=utf-8", page),
        "xml": ("application/xml", xml),
        "form": ("application/x-www-form-urlencoded", form),
        "prose": ("text/plain; charset=utf-8", prose),
    }
)
"""Content type and maker, by name."""


def document(draw: Random, kind: str, size: int, written: bytes = b"") -> bytes:
    """One of them with these bytes where the hole was."""
    return DOCUMENTS[kind][1](draw, size).encode("utf-8").replace(HOLE.encode("ascii"), written)
