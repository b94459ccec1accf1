"""Documents that hold what is passed on: requests of a vendor's server, each as such things look in the world."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote_plus, urlencode

import brotli
import httpx
import zstandard

from sp_mocks.leaks.leak import USER, Outgoing, Told
from sp_mocks.leaks.spellings import Spelling, base64_text, compact_token, gzip_packed, plain

type Request = Callable[[str, Told], Outgoing]

JSON, TEXT, FORM = "application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"
VARINT_BITS = 7


def outgoing(url: str, body: bytes, media_type: str, *headers: tuple[str, str]) -> Outgoing:
    """A request with a body of this type."""
    return Outgoing(url, body, (("Content-Type", media_type), *headers))


def json_event(field: str, name: str, spelling: Spelling = plain, path: str = "/collect") -> Request:
    """An event in JSON: one field holds one attribute, spelt this way."""

    def request(host: str, told: Told) -> Outgoing:
        event = {"event": "login", field: spelling(told[name])}
        return outgoing(f"https://{host}{path}", json.dumps(event).encode(), JSON)

    return request


def form_event(field: str, name: str, spelling: Spelling = plain) -> Request:
    """The same as the fields of a form."""

    def request(host: str, told: Told) -> Outgoing:
        event = {"ev": "login", field: spelling(told[name])}
        return outgoing(f"https://{host}/track", urlencode(event).encode(), FORM)

    return request


def in_the_clear(host: str, told: Told) -> Outgoing:
    """A line for a log that is kept elsewhere, sent without TLS."""
    line = f"service=login outcome=ok address={told['mail']}\n"
    return outgoing(f"http://{host}/ingest", line.encode(), TEXT)


# --- packed bodies --------------------------------------------------------------------------------------------------


def _visit(told: Told) -> bytes:
    return json.dumps({"events": [{"type": "visit", "page": "/start", "traits": dict(told)}]}).encode()


def gzip_body(host: str, told: Told) -> Outgoing:
    """Visits, packed, as the header says."""
    body = gzip.compress(_visit(told), mtime=0)
    return outgoing(f"https://{host}/v1/batch", body, JSON, ("Content-Encoding", "gzip"))


def unannounced_gzip(host: str, told: Told) -> Outgoing:
    """The same, and no header says so."""
    return outgoing(f"https://{host}/v1/raw", gzip.compress(_visit(told), mtime=0), "application/octet-stream")


def zstd_body(host: str, told: Told) -> Outgoing:
    """Visits, packed with Zstandard, as the header says."""
    body = zstandard.ZstdCompressor().compress(_visit(told))
    return outgoing(f"https://{host}/v1/batch", body, JSON, ("Content-Encoding", "zstd"))


def brotli_body(host: str, told: Told) -> Outgoing:
    """Visits, packed with Brotli, as the header says."""
    body: bytes = brotli.compress(_visit(told))
    return outgoing(f"https://{host}/v1/batch", body, JSON, ("Content-Encoding", "br"))


def packed_session(host: str, told: Told) -> Outgoing:
    """A recording of a session, packed and made fit for an address inside JSON."""
    session = gzip_packed(json.dumps({"visitor": dict(told), "clicks": [[12, 40], [200, 311]]}))
    return outgoing(f"https://{host}/sessions", json.dumps({"v": 3, "payload": session}).encode(), JSON)


def protobuf(host: str, told: Told) -> Outgoing:
    """A message of Protocol Buffers: field 1 is a number, field 2 a message of a text and the width of a screen."""
    text = told["mail"].encode()
    inner = b"\x0a" + _varint(len(text)) + text + b"\x10" + _varint(1280)
    body = b"\x08\x01\x12" + _varint(len(inner)) + inner
    return outgoing(f"https://{host}/telemetry", body, "application/x-protobuf")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >> VARINT_BITS:
        out.append((number & 0x7F) | 0x80)
        number >>= VARINT_BITS
    return bytes([*out, number])


def nested_token(host: str, told: Told) -> Outgoing:
    """A JWT that is the content of another (RFC 7519, 2), where a bearer token stands."""
    claims = {"sub": "visitor", "name": told["displayName"]}
    inner = compact_token({"alg": "HS256", "typ": "JWT"}, json.dumps(claims).encode())
    outer = compact_token({"alg": "HS256", "typ": "JWT", "cty": "JWT"}, inner.encode())
    return outgoing(f"https://{host}/session", b'{"event": "login"}', JSON, ("Authorization", f"Bearer {outer}"))


# --- what operators and partners are sent ---------------------------------------------------------------------------


def names_in_two_fields(host: str, told: Told) -> Outgoing:
    """A form with the given name in one field and the family name in another."""
    fields = {"fornamn": told["givenName"], "efternamn": told["sn"], "samtycke": "ja"}
    return outgoing(f"https://{host}/anmalan", urlencode(fields).encode(), FORM)


def log_lines(host: str, told: Told) -> Outgoing:
    """Lines of a log (RFC 5424), with the name as registers write it."""
    lines = (
        "<134>1 2026-01-12T08:00:00Z web1 tjanst 4711 - - GET /start 200 12ms",
        f"<134>1 2026-01-12T08:00:01Z web1 tjanst 4711 - - inloggad: {told['sn']}, {told['givenName']} (elev)",
    )
    return outgoing(f"https://{host}/syslog", "\n".join(lines).encode(), TEXT)


def error_report(host: str, told: Told) -> Outgoing:
    """A trace of an error with the person that it happened to."""
    report = {
        "exception": {"type": "KeyError", "value": "'bookmark'"},
        "stacktrace": [{"file": "start.py", "line": 88, "vars": {"user": told[USER], "page": 1}}],
        "user": {"email": told["mail"], "ip_address": "{{auto}}"},
    }
    return outgoing(f"https://{host}/api/4/envelope", json.dumps(report).encode(), JSON)


def csv_upload(host: str, told: Told) -> Outgoing:
    """A file with a row for each pupil, as a browser would upload it."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([("namn", "epost"), (told["displayName"], told["mail"])])
    files = {"fil": ("elever.csv", text.getvalue().encode(), "text/csv")}
    media_type = "multipart/form-data; boundary=----elevlista"
    form = httpx.Request("POST", "https://x.test/", files=files, headers={"Content-Type": media_type})
    return outgoing(f"https://{host}/import", form.read(), media_type)


def user_header(host: str, told: Told) -> Outgoing:
    """A call whose header says for whom it is made."""
    return outgoing(f"https://{host}/recommend", b'{"limit": 3}', JSON, ("X-User", told[USER]))


def as_basic_user(host: str, told: Told) -> Outgoing:
    """A call that the person's user name opens (RFC 7617)."""
    authorization = f"Basic {base64_text(f'{told[USER]}:gast')}"
    return outgoing(f"https://{host}/sync", b'{"since": 0}', JSON, ("Authorization", authorization))


def utf16_text(host: str, told: Told) -> Outgoing:
    """A table as a spreadsheet saves it as Unicode text."""
    text = f"Namn\tResultat\r\n{told['displayName']}\t17\r\n"
    return outgoing(f"https://{host}/export.txt", text.encode("utf-16"), "text/plain; charset=utf-16")


def latin1_form(host: str, told: Told) -> Outgoing:
    """A form as an old page has it filled in: a letter that Latin-1 lacks stands as its number."""
    body = f"kund=kommun&namn={quote_plus(told['displayName'], encoding='latin-1', errors='xmlcharrefreplace')}"
    return outgoing(f"https://{host}/cgi-bin/statistik", body.encode(), f"{FORM}; charset=iso-8859-1")


def quoted_printable_mail(host: str, told: Told) -> Outgoing:
    """An e-mail to be sent on, in which a name with å, ä or ö is taken apart."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "noreply@tjanst.test", "salj@partner.test", "Ny anvandare"
    message.set_content(f"Ny användare: {told['displayName']}\n", cte="quoted-printable")
    return outgoing(f"https://{host}/messages", message.as_bytes(), "message/rfc822")


def xml_by_number(host: str, told: Told) -> Outgoing:
    """XML in which every letter stands as its number."""
    letters = "".join(f"&#{ord(letter)};" for letter in told["mail"])
    body = f'<?xml version="1.0"?><order xmlns="urn:example:order"><kontakt>{letters}</kontakt></order>'
    return outgoing(f"https://{host}/order.xml", body.encode(), "application/xml")


def json_in_json(host: str, told: Told) -> Outgoing:
    """A query with its variables as JSON in JSON, the letters beyond ASCII and the at sign escaped."""
    variables = json.dumps({"who": told["displayName"], "mail": told["mail"]}).replace("@", "\\u0040")
    body = json.dumps({"query": "mutation($v: V!) { seen(v: $v) }", "variables": variables})
    return outgoing(f"https://{host}/graphql", body.encode(), JSON)


def without_a_name(host: str, told: Told) -> Outgoing:
    """A row of statistics: unit, grade and birth date, and nothing else about the person."""
    row = {
        "schoolUnitCode": told["sisSchoolUnitCode"],
        "grade": told["sisSchoolGrade"],
        "birthDate": told["norEduPersonBirthDate"],
        "minutes": 17,
    }
    return outgoing(f"https://{host}/statistics", json.dumps([row]).encode(), JSON)


def letter_to(host: str, told: Told) -> Outgoing:
    """A letter for a company that needs the address alone: here it gets the name too."""
    letter = {"template": "welcome", "text": f"Hej {told['displayName']}! Välkommen till simskolan."}
    return outgoing(f"https://{host}/send", json.dumps(letter).encode(), JSON)
