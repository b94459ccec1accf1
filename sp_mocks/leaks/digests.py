"""Leaks of digests: vendors call them anonymous, and whoever has a list of addresses knows whose each is."""

from sp_mocks.leaks.documents import form_event, json_event
from sp_mocks.leaks.leak import USER, ByPage, ByServer, Leak, Told
from sp_mocks.leaks.row import IN_ADDRESS, PARTNER, STATISTICS, TRACKER, Row
from sp_mocks.leaks.spellings import (
    blake2b_hex,
    hmac_hex,
    md5_base64,
    md5_hex,
    salted_sha1,
    salted_sha256,
    sha3_hex,
    sha256_capitals,
    sha256_hex,
    sha512_hex,
)


def _below_digest(host: str, told: Told) -> str:
    return f"https://{md5_hex(told['mail'])}.{host}/avatar.png"


DIGESTS: tuple[Row, ...] = (
    Row(
        id="sha256-of-mail-to-advertiser",
        sv="Skickar SHA-256 av e-postadressen till ett annonsföretag och kallar det anonymt: "
        "företaget har samma summa från sina andra kunder och vet vem eleven är.",
        en="Sends SHA-256 of the e-mail address to an advertiser and calls it anonymous: "
        "the advertiser has the same digest from its other customers and knows who the pupil is.",
        leak=Leak(("mail",), PARTNER, ByServer(json_event("em", "mail", sha256_hex))),
    ),
    Row(
        id="sha256-of-mail-in-capitals",
        sv="Skickar SHA-256 av e-postadressen skriven med stora bokstäver: "
        "den som letar efter små hittar inget, men eleven känns igen lika väl.",
        en="Sends SHA-256 of the e-mail address written in capital letters: "
        "whoever looks for small ones finds nothing, but the pupil is known just as well.",
        leak=Leak(("mail",), TRACKER, ByServer(form_event("h", "mail", sha256_capitals))),
    ),
    Row(
        id="md5-of-mail-in-base64",
        sv="Skickar MD5 av e-postadressen som base64: "
        "det ser ut som en slumpad nyckel och är samma för eleven i varje tjänst.",
        en="Sends MD5 of the e-mail address as base64: "
        "it looks like a random key and is the same for the pupil in every service.",
        leak=Leak(("mail",), TRACKER, ByServer(json_event("key", "mail", md5_base64))),
    ),
    Row(
        id="keyed-hash-of-user-to-partner",
        sv="Skickar användarnamnet som HMAC med en nyckel som partnern också har: "
        "partnern räknar ut samma värde för hela elevlistan och ser vem det är.",
        en="Sends the user name as an HMAC by a key that the partner has too: "
        "the partner computes the same for the whole list of pupils and sees who it is.",
        leak=Leak((USER,), PARTNER, ByServer(json_event("external_id", USER, hmac_hex))),
    ),
    Row(
        id="salted-hash-of-user",
        sv="Skickar SHA-1 av användarnamnet med ett salt som alltid är detsamma: "
        "saltet står i tjänstens kod, och eleven kan följas år efter år.",
        en="Sends SHA-1 of the user name with a salt that is always the same: "
        "the salt stands in the service's code, and the pupil can be followed year after year.",
        leak=Leak((USER,), TRACKER, ByServer(json_event("visitor", USER, salted_sha1))),
    ),
    Row(
        id="salted-hash-of-mail",
        sv="Skickar SHA-256 av e-postadressen med ett känt salt efter: "
        "alla som köper av samma spårare kan lägga ihop vad de vet om eleven.",
        en="Sends SHA-256 of the e-mail address with a known salt behind it: "
        "all who buy of the same tracker can put together what they know about the pupil.",
        leak=Leak(("mail",), TRACKER, ByServer(form_event("uid2", "mail", salted_sha256))),
    ),
    Row(
        id="sha512-of-name",
        sv="Skickar SHA-512 av elevens namn till ett mätföretag: "
        "namnen på en skola är få, och var och en kan räknas fram.",
        en="Sends SHA-512 of the pupil's name to a company that measures: "
        "the names at a school are few, and each can be worked out.",
        leak=Leak(("displayName",), STATISTICS, ByServer(json_event("n", "displayName", sha512_hex))),
    ),
    Row(
        id="sha3-of-mail",
        sv="Skickar SHA3-256 av e-postadressen till ett mätföretag: en nyare summa döljer inte bättre vem eleven är.",
        en="Sends SHA3-256 of the e-mail address to a company that measures: "
        "a newer digest does not hide any better who the pupil is.",
        leak=Leak(("mail",), STATISTICS, ByServer(json_event("m", "mail", sha3_hex))),
    ),
    Row(
        id="blake2b-of-user",
        sv="Skickar BLAKE2b av användarnamnet till ett mätföretag: "
        "elevens alla besök får samma märke, som går att räkna tillbaka.",
        en="Sends BLAKE2b of the user name to a company that measures: "
        "all visits of the pupil bear the same mark, which can be worked back.",
        leak=Leak((USER,), STATISTICS, ByServer(json_event("u", USER, blake2b_hex))),
    ),
    Row(
        id="md5-of-mail-in-host-name",
        sv="Hämtar elevens bild från en värd vars namn är MD5 av e-postadressen: "
        "summan syns i namnuppslag för alla som ser nätets trafik.",
        en="Fetches the pupil's picture from a host whose name is MD5 of the e-mail address: "
        "the digest can be seen in name look-ups by all who see the network's traffic.",
        leak=Leak(("mail",), "avatar.tracker.test", ByPage("img", _below_digest)),
        breaks=IN_ADDRESS,
    ),
)
