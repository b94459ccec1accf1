"""Leaks of values that are encoded or packed: nothing that a plain search finds, and plain to whoever gets them."""

from sp_mocks.leaks.documents import (
    brotli_body,
    gzip_body,
    json_event,
    nested_token,
    packed_session,
    protobuf,
    unannounced_gzip,
    zstd_body,
)
from sp_mocks.leaks.leak import USER, ByServer, Leak
from sp_mocks.leaks.row import ERRORS, PARTNER, STATISTICS, TRACKER, Row
from sp_mocks.leaks.spellings import base58_text, base64_text, hex_text, thrice_wrapped, zlib_packed

ENCODINGS: tuple[Row, ...] = (
    Row(
        id="mail-in-gzipped-body",
        sv="Packar ihop statistiken med elevens e-postadress innan den skickas till en spårare: "
        "den som läser trafiken ser inget, men spåraren vet vem som läser vad.",
        en="Packs statistics with the pupil's e-mail address before they go to a tracker: "
        "whoever reads the traffic sees nothing, but the tracker knows who reads what.",
        leak=Leak(("mail",), TRACKER, ByServer(gzip_body)),
    ),
    Row(
        id="mail-in-gzip-that-nothing-announces",
        sv="Skickar en packad fil med elevens e-postadress utan att säga att den är packad: "
        "ingen brandvägg ser in i den, och spåraren får adressen.",
        en="Sends a packed file with the pupil's e-mail address and does not say that it is packed: "
        "no firewall looks into it, and the tracker gets the address.",
        leak=Leak(("mail",), TRACKER, ByServer(unannounced_gzip)),
    ),
    Row(
        id="name-in-zstandard-body",
        sv="Packar statistiken med Zstandard, med elevens namn i: mätföretaget får veta vem som gör vad i tjänsten.",
        en="Packs statistics with Zstandard, the pupil's name among them: "
        "the company that measures learns who does what in the service.",
        leak=Leak(("displayName",), STATISTICS, ByServer(zstd_body)),
    ),
    Row(
        id="name-in-brotli-body",
        sv="Packar statistiken med Brotli, med elevens namn i: mätföretaget kan bygga en profil av ett barn.",
        en="Packs statistics with Brotli, the pupil's name among them: "
        "the company that measures can build a profile of a child.",
        leak=Leak(("displayName",), STATISTICS, ByServer(brotli_body)),
    ),
    Row(
        id="user-in-base64",
        sv="Skriver användarnamnet som base64 när det skickas till en spårare: "
        "det ser ut som en teknisk nyckel, men vem som helst kan läsa det.",
        en="Writes the user name as base64 when it goes to a tracker: "
        "it looks like a technical key, but anyone can read it.",
        leak=Leak((USER,), TRACKER, ByServer(json_event("cid", USER, base64_text))),
    ),
    Row(
        id="user-in-hexadecimal",
        sv="Skriver användarnamnet med hexadecimala siffror till en annonspartner: "
        "det ser ut som en summa men är namnet självt.",
        en="Writes the user name in hexadecimal for an advertising partner: "
        "it looks like a digest but is the name itself.",
        leak=Leak((USER,), PARTNER, ByServer(json_event("xid", USER, hex_text))),
    ),
    Row(
        id="user-in-base58",
        sv="Skriver användarnamnet som base58 till ett mätföretag: "
        "eleven får ett märke som ser slumpat ut och som alla kan räkna tillbaka.",
        en="Writes the user name as base58 for a company that measures: "
        "the pupil gets a mark that looks random and that anyone can work back.",
        leak=Leak((USER,), STATISTICS, ByServer(json_event("ref", USER, base58_text))),
    ),
    Row(
        id="mail-packed-with-zlib",
        sv="Packar e-postadressen och skriver den som base64 i ett fält: "
        "spåraren packar upp den och vet vem eleven är.",
        en="Packs the e-mail address and writes it as base64 in a field: "
        "the tracker unpacks it and knows who the pupil is.",
        leak=Leak(("mail",), TRACKER, ByServer(json_event("blob", "mail", zlib_packed))),
    ),
    Row(
        id="session-recording-with-name",
        sv="Spelar in vad eleven klickar på, med namnet på, och skickar det packat till ett företag: "
        "någon utanför skolan kan se elevens arbete om och om igen.",
        en="Records what the pupil clicks, with the name, and sends it packed to a company: "
        "someone outside the school can watch the pupil's work again and again.",
        leak=Leak(("displayName",), TRACKER, ByServer(packed_session)),
    ),
    Row(
        id="user-wrapped-three-times",
        sv="Kodar, packar och kodar användarnamnet igen innan det skickas: "
        "tre lager skyddar ingen elev, de döljer bara vad som görs.",
        en="Encodes, packs and again encodes the user name before it is sent: "
        "three layers protect no pupil, they only hide what is done.",
        leak=Leak((USER,), TRACKER, ByServer(json_event("d", USER, thrice_wrapped))),
    ),
    Row(
        id="name-in-nested-token",
        sv="Lägger elevens namn i ett intyg inuti ett annat intyg till en partner: "
        "partnern läser namnet, och ingen annan märker det.",
        en="Puts the pupil's name into a token inside another token for a partner: "
        "the partner reads the name, and nobody else notices.",
        leak=Leak(("displayName",), PARTNER, ByServer(nested_token)),
    ),
    Row(
        id="mail-in-binary-telemetry",
        sv="Skickar telemetri i ett binärt format med elevens e-postadress i ett fält: "
        "den som ser bytes ser inget, men företaget får adressen.",
        en="Sends telemetry in a binary format with the pupil's e-mail address in a field: "
        "whoever sees bytes sees nothing, but the company gets the address.",
        leak=Leak(("mail",), ERRORS, ByServer(protobuf)),
    ),
)
