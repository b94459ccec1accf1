"""A vendor's pages: plain, for a screen reader too, in Swedish and English, without scripts."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from testbed.model.written import Bilingual

NONCE_BYTES = 16
MAX_ACCEPT_LANGUAGE = 500
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

    def show(
        self, request: Request, template: str, status: int = 200, values: Mapping[str, object] | None = None
    ) -> HTMLResponse:
        """One page, in the language of the reader."""
        language, nonce = language_of(request), secrets.token_urlsafe(NONCE_BYTES)
        shared = {
            "language": language,
            "name": self.name,
            "nonce": nonce,
            "say": lambda sv, en: sv if language == "sv" else en,
            "read": lambda text: _in(text, language),
        }
        body = _environment.get_template(template).render(**shared | dict(values or {}))
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'{self._from('style-src')}; "
            f"img-src 'self'{self._from('img-src')}; frame-src{self._from('frame-src') or " 'none'"}; "
            "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Content-Language": language,
        }
        return HTMLResponse(body, status, headers)

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


def _in(text: Bilingual, language: str) -> str:
    return text.sv if language == "sv" else text.en
