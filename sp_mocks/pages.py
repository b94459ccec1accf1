"""A vendor's pages: plain, for a screen reader too, in Swedish and English."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from testbed.model.written import Bilingual

_environment = Environment(
    loader=PackageLoader("sp_mocks"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

COVER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 80" width="60" height="80">'
    '<rect width="60" height="80" rx="3" fill="#14438f"/><rect x="10" y="16" width="40" height="6" fill="#fff"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one vendor."""

    name: str
    start: Bilingual
    image_sources: str
    """For the Content-Security-Policy."""

    def show(
        self, request: Request, template: str, status: int = 200, values: Mapping[str, object] | None = None
    ) -> HTMLResponse:
        """One page, in the language that the person asked for."""
        language, nonce = language_of(request), secrets.token_urlsafe(16)
        text = _environment.get_template(template).render(
            {
                "language": language,
                "other": "en" if language == "sv" else "sv",
                "say": lambda sv, en: en if language == "en" else sv,
                "name": self.name,
                "start": self.start.en if language == "en" else self.start.sv,
                "nonce": nonce,
                **(values or {}),
            }
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src {self.image_sources}; "
            "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        )
        headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(text, status, headers)


def language_of(request: Request) -> str:
    """By ``?lang=``, else by Accept-Language; Swedish when neither says."""
    asked = request.query_params.get("lang", "")
    if asked in ("sv", "en"):
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        language = part.strip().lower()[:2]
        if language in ("sv", "en"):
            return language
    return "sv"
