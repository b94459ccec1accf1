"""Documents, read by other software than that which wrote them: each says whom it is about, in its own way."""

import base64
import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from email import policy
from email.parser import BytesParser
from urllib.parse import parse_qs

import brotli
import httpx
import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from lxml import etree
from mitmproxy_rs import contentviews
from starlette.requests import Request

from sp_mocks.leaks import documents
from sp_mocks.leaks.leak import USER, Outgoing, Told

HOST = "x.test"
TOLD: Told = {
    USER: "nurul-tanud@skola.test",
    "mail": "asa.ost@elev.skola.test",
    "givenName": "Åsa",
    "sn": "Öst",
    "displayName": "Åsa Öst",
    "sisSchoolUnitCode": "00001101",
    "sisSchoolGrade": "3",
    "norEduPersonBirthDate": "20150302",
}


class Metadata:
    """What mitmproxy's reader may ask of the request that a message came with."""

    content_type = "application/x-protobuf"
    protobuf_definitions = None
    path = None
    is_http_request = True

    def get_header(self, _: str) -> None:
        return None


MADE = Callable[[str, Told], Outgoing]


def headers(outgoing: Outgoing) -> dict[str, str]:
    return {name.lower(): value for name, value in outgoing.headers}


def unpacked_by(program: str, octets: bytes) -> bytes:
    return subprocess.run([program, "-dc"], input=octets, capture_output=True, check=True).stdout


def test_events_hold_one_attribute_each() -> None:
    event = documents.json_event("em", "mail", str.upper)(HOST, TOLD)
    assert (event.url, headers(event)) == ("https://x.test/collect", {"content-type": "application/json"})
    assert json.loads(event.body) == {"event": "login", "em": "ASA.OST@ELEV.SKOLA.TEST"}
    form = documents.form_event("em", "mail")(HOST, TOLD)
    assert parse_qs(form.body.decode()) == {"ev": ["login"], "em": ["asa.ost@elev.skola.test"]}


def test_a_line_of_a_log_goes_without_tls() -> None:
    line = documents.in_the_clear(HOST, TOLD)
    assert line.url.startswith("http://x.test/")
    assert b"address=asa.ost@elev.skola.test\n" in line.body


def test_packed_bodies_say_how_they_are_packed_or_say_nothing() -> None:
    told = {"mail": TOLD["mail"]}

    def read(outgoing: Outgoing, body: bytes) -> tuple[str | None, object]:
        assert TOLD["mail"].encode() not in outgoing.body
        return headers(outgoing).get("content-encoding"), json.loads(body)["events"][0]["traits"]

    gzipped, silent = documents.gzip_body(HOST, told), documents.unannounced_gzip(HOST, told)
    assert read(gzipped, httpx.Response(200, headers=gzipped.headers, content=gzipped.body).content) == ("gzip", told)
    assert read(silent, unpacked_by("gzip", silent.body)) == (None, told)
    brotlied = documents.brotli_body(HOST, told)
    assert read(brotlied, brotli.Decompressor().process(brotlied.body)) == ("br", told)


@pytest.mark.skipif(not shutil.which("zstd"), reason="the program zstd is not installed")
def test_zstandard_is_unpacked_by_the_program_of_that_name() -> None:
    packed = documents.zstd_body(HOST, TOLD)
    assert headers(packed)["content-encoding"] == "zstd"
    assert json.loads(unpacked_by("zstd", packed.body))["events"][0]["traits"] == dict(TOLD)


def test_a_session_is_packed_inside_json() -> None:
    payload = json.loads(documents.packed_session(HOST, {"displayName": "Åsa Öst"}).body)["payload"]
    session = unpacked_by("gzip", base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert json.loads(session)["visitor"] == {"displayName": "Åsa Öst"}


@pytest.mark.parametrize("mail", ["a@skola.test", "a" * 300 + "@skola.test"])
def test_protocol_buffers_are_read_by_another_library(mail: str) -> None:
    made = documents.protobuf(HOST, {"mail": mail})
    assert contentviews.protobuf.prettify(made.body, Metadata()).splitlines()[1:3] == ["2:", f"  1: {mail}"]


def test_a_token_lies_in_a_token() -> None:
    key = OctKey.import_key("sommarlov-2019")
    bearer = headers(documents.nested_token(HOST, TOLD))["authorization"].removeprefix("Bearer ")
    outer = jws.deserialize_compact(bearer, key, algorithms=["HS256"])
    assert outer.headers()["cty"] == "JWT"
    inner = jws.deserialize_compact(outer.payload.decode(), key, algorithms=["HS256"])
    assert json.loads(inner.payload) == {"sub": "visitor", "name": "Åsa Öst"}


def test_names_stand_apart_and_the_other_way_round() -> None:
    form = parse_qs(documents.names_in_two_fields(HOST, TOLD).body.decode())
    assert (form["fornamn"], form["efternamn"]) == (["Åsa"], ["Öst"])
    assert "inloggad: Öst, Åsa (elev)" in documents.log_lines(HOST, TOLD).body.decode()


def test_an_error_report_holds_the_person() -> None:
    report = json.loads(documents.error_report(HOST, TOLD).body)
    assert report["user"]["email"] == TOLD["mail"]
    assert report["stacktrace"][0]["vars"]["user"] == TOLD[USER]


@pytest.mark.anyio
async def test_a_list_is_uploaded_as_a_browser_does() -> None:
    made = documents.csv_upload(HOST, TOLD)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": made.body, "more_body": False}

    sent = [(name.encode(), value.encode()) for name, value in headers(made).items()]
    form = await Request({"type": "http", "method": "POST", "headers": sent}, receive).form()
    file = form["fil"]
    assert not isinstance(file, str)
    rows = list(csv.reader(io.StringIO((await file.read()).decode()), delimiter=";"))
    await form.close()
    assert (file.filename, rows) == ("elever.csv", [["namn", "epost"], ["Åsa Öst", "asa.ost@elev.skola.test"]])


def test_headers_name_the_person() -> None:
    assert headers(documents.user_header(HOST, TOLD))["x-user"] == TOLD[USER]
    basic = headers(documents.as_basic_user(HOST, TOLD))["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"nurul-tanud@skola.test:gast"


@pytest.mark.parametrize(
    ("made", "charset", "name"),
    [(documents.utf16_text, "utf-16", "Åsa Öst\t17"), (documents.quoted_printable_mail, "ascii", "=C3=85sa =C3=96st")],
)
def test_names_stand_in_other_bytes(made: MADE, charset: str, name: str) -> None:
    body = made(HOST, TOLD).body
    assert "Åsa Öst".encode() not in body
    assert name in body.decode(charset)


def test_an_old_form_is_in_latin_1_as_far_as_that_goes() -> None:
    def name_in(name: str) -> str:
        body = documents.latin1_form(HOST, {"displayName": name}).body
        return parse_qs(body.decode("ascii"), encoding="latin-1")["namn"][0]

    assert (name_in("Åsa Öst"), name_in("Łucja Öst")) == ("Åsa Öst", "&#321;ucja Öst")


def test_an_e_mail_can_be_read_by_whoever_gets_it() -> None:
    message = BytesParser(policy=policy.default).parsebytes(documents.quoted_printable_mail(HOST, TOLD).body)
    assert message.get_body().get_content().splitlines() == ["Ny användare: Åsa Öst"]


def test_letters_as_numbers_are_letters_to_a_reader_of_xml() -> None:
    body = documents.xml_by_number(HOST, TOLD).body
    assert b"@" not in body
    assert etree.fromstring(body).findtext("{*}kontakt") == TOLD["mail"]


def test_json_lies_in_json() -> None:
    body = documents.json_in_json(HOST, TOLD).body
    assert b"asa.ost@" not in body
    assert json.loads(json.loads(body)["variables"]) == {"who": "Åsa Öst", "mail": TOLD["mail"]}


def test_statistics_have_no_name_and_a_letter_has() -> None:
    (row,) = json.loads(documents.without_a_name(HOST, TOLD).body)
    assert row == {"schoolUnitCode": "00001101", "grade": "3", "birthDate": "20150302", "minutes": 17}
    assert "Hej Åsa Öst!" in json.loads(documents.letter_to(HOST, TOLD).body)["text"]
