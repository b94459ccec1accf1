"""A vendor's pages: plain, for a screen reader too, in Swedish and English, and without scripts if it does well."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sp_mocks.page_script import PageScript
from testbed.model.written import Bilingual

NONCE_BYTES = 16
MAX_ACCEPT_LANGUAGE = 500
NUMBERS = ("school", "page")
"""Names in a query that say which page of many is meant."""
QUALITY = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")
COVER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 80" width="60" height="80">'
    '<rect width="60" height="80" rx="3" fill="#14438f"/><rect x="10" y="16" width="40" height="6" fill="#fff"/></svg>'
)

_environment = Environment(
    loader=PackageLoader("sp_mocks", "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one vendor."""

    name: str
    sources: Sequence[tuple[str, str]] = field(default=())
    """Directives of Content-Security-Policy, and a host beside its own that each may fetch from."""
    script: PageScript | None = None
    """What every page runs."""
    script_url: str = ""
    """Where that is served; "" when it stands in the page."""
    raw: frozenset[str] = frozenset()
    """What is written into pages as it came: ``messages`` of the school, ``values`` of attributes."""

    def show(
        self, request: Request, template: str, status: int = 200, values: Mapping[str, object] | None = None
    ) -> HTMLResponse:
        """One page, in the language of the reader."""
        language, nonce = language_of(request), secrets.token_urlsafe(NONCE_BYTES)
        shared = {
            "language": language,
            "kept": _kept(request),
            "name": self.name,
            "nonce": nonce,
            "say": lambda sv, en: sv if language == "sv" else en,
            "read": lambda text: _in(text, language),
            "script": self.script,
            "script_url": self.script_url,
            "message": lambda text: Markup(text) if "messages" in self.raw else text,  # noqa: S704 - a mistake to find
            "value": lambda text: Markup(text) if "values" in self.raw else text,  # noqa: S704 - a mistake to find
        }
        body = _environment.get_template(template).render(**shared | dict(values or {}))
        headers = {
            "Content-Security-Policy": self._policy(nonce),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Content-Language": language,
        }
        return HTMLResponse(body, status, headers)

    def _policy(self, nonce: str) -> str:
        """What a page may run, show and send to; no more than it needs."""
        script = self.script
        images = "".join(f" {source}" for source in script.images) if script else ""
        runs = f"script-src 'nonce-{nonce}'; " if script else ""
        frames = f"frame-src{self._from('frame-src')}; " if self._from("frame-src") else ""
        sends = f"connect-src {' '.join(script.connects)}; " if script and script.connects else ""
        return (
            f"default-src 'none'; style-src 'nonce-{nonce}'{self._from('style-src')}; "
            f"img-src 'self'{self._from('img-src')}{images}; {frames}"
            f"{runs}{sends}form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )

    def _from(self, directive: str) -> str:
        return "".join(f" https://{host}" for name, host in self.sources if name == directive)


def language_of(request: Request) -> str:
    """``?lang=`` first, then what the browser prefers; Swedish when neither speaks."""
    asked = request.query_params.get("lang", "")
    if asked in ("sv", "en"):
        return asked
    best = {"sv": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "")[:MAX_ACCEPT_LANGUAGE].lower().split(","):
        tag, _, parameters = part.partition(";")
        quality = QUALITY.search(parameters)
        language = tag.strip().partition("-")[0]
        if language in best:
            best[language] = max(best[language], float(quality.group(1)) if quality else 1.0)
    return "en" if best["en"] > best["sv"] else "sv"


def _kept(request: Request) -> str:
    """What says which page of many it is, for the same page in the other language."""
    asked = ((name, request.query_params.get(name, "")) for name in NUMBERS)
    return "".join(f"{name}={text}&" for name, text in asked if text.isascii() and text.isdigit())


def _in(text: Bilingual, language: str) -> str:
    return text.sv if language == "sv" else text.en
