"""The school's web pages: in Swedish and English, without need of a script, and never in a cache."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from idp.directory import Hits, name_of
from idp.wish import Language
from testbed.model.pages import LOGIN_FORM, LOGOUT_FORM, STEP_UP_FORM
from testbed.model.written import ROLES, Bilingual, Person

QUALITY = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")
MAX_ACCEPT_LANGUAGE = 500
NONCE_BYTES = 16

GRADE = Bilingual(sv="årskurs", en="grade")
UNIT = Bilingual(sv="skolenhet", en="school unit")
PROTECTED = Bilingual(sv="skyddade personuppgifter", en="protected identity")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the login page offers."""

    key: str
    """Of the login that waits."""
    vendor: Bilingual
    query: str
    hits: Hits
    answered_by_redirect: bool = False
    """See :class:`idp.wish.LoginWish`."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A form that posts itself to a vendor (SAML Bindings 3.5.4)."""

    url: str
    vendor: Bilingual
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StepUp:
    """What the page asks that wants a second factor."""

    key: str
    """Of the login that waits."""
    vendor: Bilingual
    person: Person
    answered_by_redirect: bool = False
    """See :class:`idp.wish.LoginWish`."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One person on the login page."""

    id: str
    name: str
    details: str
    marking: str
    """"" unless the person has protected identity."""


def language_of(request: Request) -> Language:
    """``?lang=`` first, then what the browser prefers; Swedish when neither speaks."""
    asked = request.query_params.get("lang", "")
    if asked in ("sv", "en"):
        return "sv" if asked == "sv" else "en"
    header = request.headers.get("accept-language", "")[:MAX_ACCEPT_LANGUAGE].lower()
    best = {"sv": 0.0, "en": 0.0}
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = QUALITY.search(parameters)
        language = tag.strip().partition("-")[0]
        if language in best:
            best[language] = max(best[language], float(quality.group(1)) if quality else 1.0)
    return "en" if best["en"] > best["sv"] else "sv"


class Pages:
    """Renders the pages of one school."""

    def __init__(self, school: Bilingual) -> None:
        self._school = school
        self._last: dict[Language, tuple[tuple[Person, ...], Markup]] = {}
        self._templates = Environment(
            loader=PackageLoader("idp", "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def start(self, request: Request) -> HTMLResponse:
        """Says what this place is."""
        return self._render(request, "start.html", policy="form-action 'none'")

    def login(self, request: Request, choice: Choice) -> HTMLResponse:
        """Where a person says who they are."""
        language = language_of(request)
        return self._render(
            request,
            "login.html",
            policy=_form_action(answered_by_redirect=choice.answered_by_redirect),
            referrer="strict-origin",
            switch=f"{urlencode({'key': choice.key, 'q': choice.query})}&",
            choice=choice,
            shown=len(choice.hits.people),
            people=self._people(choice.hits.people, language),
            form_id=LOGIN_FORM,
        )

    def _people(self, people: tuple[Person, ...], language: Language) -> Markup:
        """The people to choose from. Most logins begin with the same ones: those are rendered once."""
        last, rendered = self._last.get(language, ((), Markup()))
        if people is not last:
            rows = [_row(person, language) for person in people]
            rendered = Markup(self._templates.get_template("people.html").render(rows=rows))  # noqa: S704 - escaped
            self._last[language] = people, rendered
        return rendered

    def step_up(self, request: Request, step: StepUp) -> HTMLResponse:
        """Where a person shows a second factor."""
        return self._render(
            request,
            "step_up.html",
            policy=_form_action(answered_by_redirect=step.answered_by_redirect),
            referrer="strict-origin",
            switch=f"{urlencode({'key': step.key})}&",
            step=step,
            name=name_of(step.person),
            form_id=STEP_UP_FORM,
        )

    def delivery(self, request: Request, delivery: Delivery) -> HTMLResponse:
        """The form that carries a response to a vendor."""
        # NOTE: no form-action here, for browsers hold every redirect that follows the post against it, and vendors
        # redirect to hosts that the school cannot know.
        return self._render(
            request, "delivery.html", policy="script-src {nonce}", referrer="strict-origin", delivery=delivery
        )

    def logout(self, request: Request, person: str, vendors: Sequence[Bilingual]) -> HTMLResponse:
        """Where a person logs out everywhere; ``person`` is "" when nobody is logged in."""
        # NOTE: no form-action, for the redirects that follow lead to vendors.
        return self._render(request, "logout.html", policy="", person=person, vendors=vendors, form_id=LOGOUT_FORM)

    def logged_out(
        self,
        request: Request,
        done: Sequence[Bilingual],
        failed: Sequence[Bilingual],
        unanswered: Sequence[Bilingual] = (),
    ) -> HTMLResponse:
        """Says where the person has been logged out, where not, and who was told but cannot answer."""
        return self._render(
            request,
            "logged_out.html",
            policy="form-action 'none'",
            done=done,
            failed=failed,
            unanswered=unanswered,
        )

    def frames(self, request: Request, urls: Sequence[str], key: str) -> HTMLResponse:
        """Opens each address in a frame, then goes on with the logout of this key."""
        # NOTE: no form-action, for the logout may end with a redirect to a vendor.
        hosts = sorted({"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls})
        policy = f"frame-src {' '.join(hosts)}; script-src {{nonce}}"
        return self._render(request, "frames.html", policy=policy, urls=urls, key=key)

    def error(self, request: Request, status: int, explanation: Bilingual) -> HTMLResponse:
        """Says what went wrong, in words for a person."""
        page = self._render(request, "error.html", policy="form-action 'none'", explanation=explanation)
        page.status_code = status
        return page

    def _render(
        self, request: Request, template: str, *, policy: str, referrer: str = "no-referrer", **values: object
    ) -> HTMLResponse:
        language, nonce = language_of(request), secrets.token_urlsafe(NONCE_BYTES)
        shared = {"school": self._school, "language": language, "nonce": nonce, "switch": "", "say": _SAY[language]}
        text = self._templates.get_template(template).render(**shared | values)
        source = f"'nonce-{nonce}'"
        csp = f"default-src 'none'; style-src {source}; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(
            text,
            headers={
                "Content-Security-Policy": "; ".join(filter(None, (csp, policy.format(nonce=source)))),
                "Referrer-Policy": referrer,
                "Cache-Control": "no-store",
                "X-Frame-Options": "DENY",
                "X-Content-Type-Options": "nosniff",
                "Content-Language": language,
            },
        )


def _form_action(*, answered_by_redirect: bool) -> str:
    """Where the forms of a login page may lead."""
    # NOTE: browsers hold every redirect that follows the post against form-action, those at the vendor too.
    return "" if answered_by_redirect else "form-action 'self'"


_SAY: Mapping[Language, Callable[[str, str], str]] = MappingProxyType({"sv": lambda sv, _: sv, "en": lambda _, en: en})
"""Lets a template hold both texts side by side."""


def _row(person: Person, language: Language) -> _Row:
    grades = [f"{_in(GRADE, language)} {grade}" for grade in person.values("sisSchoolGrade")]
    units = [f"{_in(UNIT, language)} {', '.join(person.school_units)}"] if person.school_units else []
    marking = f"{_in(PROTECTED, language)}: {person.security_marking}" if person.protected else ""
    return _Row(person.id, name_of(person), ", ".join([_in(ROLES[person.role], language), *grades, *units]), marking)


def _in(text: Bilingual, language: Language) -> str:
    return text.sv if language == "sv" else text.en
