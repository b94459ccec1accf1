"""Leaks by pages: what the person's own browser is made to fetch, keep and tell."""

from urllib.parse import quote, urlencode

from sp_mocks.leaks.leak import USER, ByAddress, ByCookie, ByPage, Leak, Told
from sp_mocks.leaks.row import CHAT, FONTS, IN_ADDRESS, PARTNER, TRACKER, Row
from sp_mocks.leaks.spellings import base32_label, base64_text, deflated


def synced(host: str, told: Told) -> str:
    """Where a partner learns a user name from the address."""
    return f"https://{host}/sync?{urlencode({'uid': told[USER]})}"


def _in_path(host: str, told: Told) -> str:
    return f"https://{host}/u/{quote(told[USER], safe='')}/pixel.gif"


def _escaped_twice(host: str, told: Told) -> str:
    return f"https://{host}/p.gif?e={quote(quote(told['mail'], safe=''), safe='')}"


def _below_label(host: str, told: Told) -> str:
    return f"https://{base32_label(told[USER])}.{host}/p.gif"


def _packed_in_query(host: str, told: Told) -> str:
    return f"https://{host}/widget?{urlencode({'state': deflated(told['mail'])})}"


def _chat(host: str, told: Told) -> str:
    return f"https://{host}/chatt?{urlencode({'namn': told['displayName'], 'sida': 'start'})}"


def _style(host: str, told: Told) -> str:
    return f"https://{host}/css?{urlencode({'family': 'Inter', 'k': base64_text(told['mail'])})}"


def _cover_for(host: str, told: Told) -> str:
    return f"https://{host}/omslag.svg?{urlencode({'lasare': told[USER]})}"


def _cookie(told: Told) -> str:
    return base64_text(told["mail"])


def _in_own_address(told: Told) -> str:
    return urlencode({"epost": told["mail"]})


PAGES: tuple[Row, ...] = (
    Row(
        id="user-in-path-of-picture",
        sv="Hämtar en osynlig bild hos en spårare med användarnamnet som en del av sökvägen: "
        "spåraren ser vem som öppnar sidan, och namnet hamnar i loggar.",
        en="Fetches an invisible picture from a tracker with the user name as a part of the path: "
        "the tracker sees who opens the page, and the name ends up in logs.",
        leak=Leak((USER,), TRACKER, ByPage("img", _in_path)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="mail-escaped-twice-in-picture",
        sv="Hämtar en osynlig bild med e-postadressen två gånger procentkodad i adressen: "
        "filter som avkodar en gång ser inget, men spåraren läser adressen.",
        en="Fetches an invisible picture with the e-mail address percent-encoded twice: "
        "filters that decode once see nothing, but the tracker reads the address.",
        leak=Leak(("mail",), TRACKER, ByPage("img", _escaped_twice)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="user-in-host-name",
        sv="Hämtar en osynlig bild från en värd vars namn är användarnamnet i base32: "
        "den som bara ser namnuppslag ser ändå vilken elev det är.",
        en="Fetches an invisible picture from a host whose name is the user name in base32: "
        "whoever sees name look-ups alone still sees which pupil it is.",
        leak=Leak((USER,), "t.tracker.test", ByPage("img", _below_label)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="mail-packed-in-address-of-frame",
        sv="Visar en ram från en partner med e-postadressen packad i adressen: "
        "partnern packar upp den och vet vem som sitter framför sidan.",
        en="Shows a frame of a partner with the e-mail address packed into its address: "
        "the partner unpacks it and knows who sits before the page.",
        leak=Leak(("mail",), PARTNER, ByPage("iframe", _packed_in_query)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="name-in-address-of-chat",
        sv="Visar en hjälpchatt från ett annat företag med elevens namn i adressen: "
        "företaget vet vem som behöver hjälp, och namnet sparas i historiken.",
        en="Shows a help chat of another company with the pupil's name in its address: "
        "the company knows who needs help, and the name is kept in the history.",
        leak=Leak(("displayName",), CHAT, ByPage("iframe", _chat)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="mail-in-address-of-style-sheet",
        sv="Hämtar typsnitt från ett annat företag med e-postadressen som base64 i adressen: "
        "en sida som ser helt vanlig ut säger vem som läser den.",
        en="Fetches fonts from another company with the e-mail address as base64 in the address: "
        "a page that looks quite ordinary says who reads it.",
        leak=Leak(("mail",), FONTS, ByPage("link", _style)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="mail-in-own-address-with-foreign-font",
        sv="Har elevens e-postadress i sidans egen adress och typsnitt från ett annat företag: "
        "webbläsaren talar om för företaget vilken sida det gäller, och därmed för vem.",
        en="Has the pupil's e-mail address in the page's own address and fonts of another company: "
        "the browser tells that company which page it is for, and so for whom.",
        leak=Leak(("mail",), FONTS, ByAddress(_in_own_address, "/css?family=Inter")),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="user-to-the-picture-company",
        sv="Frågar efter bilder hos sin bildleverantör med användarnamnet i adressen, fast avtalet säger inget alls: "
        "leverantören vet vilka böcker varje elev öppnar.",
        en="Asks its picture company for pictures with the user name in the address, though the agreement says nothing "
        "at all: that company knows which books each pupil opens.",
        leak=Leak((USER,), "cdn.", ByPage("img", _cover_for)),
        breaks=IN_ADDRESS,
    ),
    Row(
        id="cookie-for-all-hosts",
        sv="Sätter en kaka med e-postadressen för alla sina värdar, också för bildleverantörens: "
        "webbläsaren skickar adressen med varje bild som eleven ser.",
        en="Sets a cookie with the e-mail address for all its hosts, the picture company's too: "
        "the browser sends the address with every picture that the pupil sees.",
        leak=Leak(("mail",), "cdn.", ByCookie(_cookie)),
    ),
)
