"""HTML pages as a browser reads them: text, forms, and what the page makes it fetch. Hostile pages do not raise."""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html

from testbed.model.pages import Button, Form, Link, Page, Resource, ResourceKind
from testbed.model.wire import Headers, Response, header, header_values
from testbed.wire.bodies import decoded

MAX_RESOURCES = 100
UNSHOWN = frozenset({"script", "style", "template", "noscript", "head"})
MAX_FIELDS = 500
MAX_TEXT = 200_000
MAX_DOCUMENT = 2_000_000
SUBMITS = re.compile(r"\.\s*(?:submit|requestSubmit)\s*\(|\[\s*['\"]submit['\"]\s*\]\s*\(")
FETCHED_LINKS = frozenset({"stylesheet", "icon", "preload", "prefetch", "manifest", "apple-touch-icon"})
UNSENT = frozenset({"submit", "button", "image", "reset", "file"})
POLICIES = re.compile(r"(?:no-referrer|same-origin|(?:strict-)?origin)(?:-when-(?:cross-origin|downgrade))?|unsafe-url")


def read_page(url: str, response: Response) -> Page:
    """What a browser that got this response shows; a body that is no HTML gives a page with its text at most."""
    body = decoded(response.headers, response.body)
    kind = header(response.headers, "content-type").lower()
    policy = _policy_of(header_values(response.headers, "referrer-policy"))
    media_type = kind.partition(";")[0].strip()
    if "html" not in kind:
        text = body.decode("utf-8", "replace")[:MAX_TEXT] if kind.startswith("text/") or "json" in kind else ""
        return Page(
            url,
            response.status,
            text=" ".join(text.split()),
            referrer_policy=policy,
            media_type=media_type,
            document=text,
        )
    root = _parse(body, response.headers)
    if root is None:
        return Page(url, response.status, referrer_policy=policy, media_type=media_type)
    base, auto = _base(root, url), _submits_itself(root)
    return Page(
        url=url,
        status=response.status,
        title=" ".join("".join(root.xpath("string(//title)")).split()),
        text=_visible_text(root),
        forms=tuple(_form(form, base, auto) for form in root.iter("form")),
        resources=tuple(_resources(root, base))[:MAX_RESOURCES],
        referrer_policy=_policy_on(root) or policy,
        links=tuple(_links(root, base))[:MAX_RESOURCES],
        media_type=media_type,
        document=_text_of(body, response.headers),
    )


def read_forms(url: str, response: Response) -> Page:
    """The same, of a page from which no more is wanted than the forms that it has and the document as it came: without
    its text, its links, what it embeds, and the buttons of its forms. Where many pages are read in little time."""
    root = parsed(response)
    if root is None:
        return read_page(url, response)
    base, auto = _base(root, url), _submits_itself(root)
    policy = _policy_of(header_values(response.headers, "referrer-policy"))
    return Page(
        url=url,
        status=response.status,
        forms=tuple(_form(form, base, auto, buttons=False) for form in root.iter("form")),
        referrer_policy=_policy_on(root) or policy,
        media_type="text/html",
        document=_text_of(decoded(response.headers, response.body), response.headers),
    )


def parsed(response: Response) -> "html.HtmlElement | None":
    """The document of a response; None where it is no HTML, or none that can be read."""
    if "html" not in header(response.headers, "content-type").lower():
        return None
    return _parse(decoded(response.headers, response.body), response.headers)


def _text_of(body: bytes, headers: Headers) -> str:
    try:
        return body.decode(_charset(headers) or "utf-8", "replace")[:MAX_DOCUMENT]
    except LookupError:
        return body.decode("utf-8", "replace")[:MAX_DOCUMENT]


def _charset(headers: Headers) -> str:
    stated = re.search(r"charset=\"?([\w-]+)", header(headers, "content-type"), re.IGNORECASE)
    return stated.group(1) if stated else ""


def _parse(body: bytes, headers: Headers) -> "html.HtmlElement | None":
    try:
        parser = html.HTMLParser(encoding=_charset(headers) or None, no_network=True, huge_tree=False)
    except LookupError:
        parser = html.HTMLParser(no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(body, parser=parser) if body.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _base(root: "html.HtmlElement", url: str) -> str:
    return next((_absolute(url, base.get("href")) or url for base in root.iter("base") if base.get("href")), url)


def _absolute(base: str, reference: str | None) -> str:
    """The http(s) URL that a reference means on a page; "" for what is not fetched (javascript:, data:, mailto:)."""
    try:
        url = urldefrag(urljoin(base, (reference or "").strip())).url
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _policy_on(root: "html.HtmlElement") -> str:
    return _policy_of(
        [m.get("content") or "" for m in root.iter("meta") if (m.get("name") or "").lower() == "referrer"]
    )


def _policy_of(values: "tuple[str, ...] | list[str]") -> str:
    """The last one that is known: an unknown one is to be passed over (Referrer Policy 8.1)."""
    tokens = [token.strip().lower() for value in values for token in value.split(",")]
    return next((token for token in reversed(tokens) if POLICIES.fullmatch(token)), "")


def _visible_text(root: "html.HtmlElement") -> str:
    return " ".join(" ".join(_shown_texts(root)).split())[:MAX_TEXT]


def _shown_texts(root: "html.HtmlElement") -> Iterator[str]:
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if element.tag in UNSHOWN:
                walk.skip_subtree()
            elif element.text:
                yield element.text
        elif element.tail and element is not root:
            yield element.tail


def _submits_itself(root: "html.HtmlElement") -> bool:
    loads = [element.get("onload") or "" for element in root.iter("body")]
    scripts = [script.text or "" for script in root.iter("script") if not script.get("src")]
    return any(SUBMITS.search(code) for code in (*loads, *scripts))


def _form(form: "html.HtmlElement", base: str, auto: bool, *, buttons: bool = True) -> Form:
    method: Literal["GET", "POST"] = "POST" if (form.get("method") or "").lower() == "post" else "GET"
    fields = tuple(_fields(form))[:MAX_FIELDS]
    action = _absolute(base, form.get("action") or base)
    pressed = tuple(_buttons(form))[:MAX_FIELDS] if buttons else ()
    return Form(action, method, fields, form.get("id") or "", auto, pressed)


def _buttons(form: "html.HtmlElement") -> Iterator[Button]:
    for element in form.iter("button", "input"):
        kind = (element.get("type") or ("submit" if element.tag == "button" else "text")).lower()
        if kind in ("submit", "image") and element.get("disabled") is None:
            written = element.text_content() if element.tag == "button" else element.get("value") or element.get("alt")
            text = " ".join((written or "").split()) or element.get("aria-label") or ""
            yield Button(text, element.get("name") or "", element.get("value") or "")


def _links(root: "html.HtmlElement", base: str) -> Iterator[Link]:
    for element in root.iter("a", "area"):
        url = _absolute(base, element.get("href")) if element.get("href") else ""
        if url:
            text = " ".join(element.text_content().split())
            alternative = next((image.get("alt") for image in element.iter("img") if image.get("alt")), "")
            yield Link(text or element.get("aria-label") or alternative or element.get("title") or "", url)


def _fields(form: "html.HtmlElement") -> Iterator[tuple[str, str]]:
    for element in form.iter("input", "select", "textarea"):
        name, kind = element.get("name"), (element.get("type") or "text").lower()
        if not name or element.get("disabled") is not None:
            continue
        if element.tag == "textarea":
            yield name, element.text or ""
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = next((o for o in options if o.get("selected") is not None), options[0] if options else None)
            if chosen is not None:
                yield name, chosen.get("value") if chosen.get("value") is not None else (chosen.text or "")
        elif kind in UNSENT or (kind in ("radio", "checkbox") and element.get("checked") is None):
            continue
        else:
            yield name, element.get("value") or ("on" if kind == "checkbox" else "")


def _resources(root: "html.HtmlElement", base: str) -> Iterator[Resource]:
    seen: set[str] = set()
    for element in root.iter("img", "link", "script", "iframe"):
        kind: ResourceKind = element.tag
        if kind == "link" and not FETCHED_LINKS & set((element.get("rel") or "").lower().split()):
            continue
        url = _absolute(base, element.get("href" if kind == "link" else "src") or None)
        if url and url not in seen and (element.get("href") or element.get("src")):
            seen.add(url)
            yield Resource(kind, url, _policy_of((element.get("referrerpolicy") or "",)))
