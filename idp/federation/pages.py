"""The federation's web pages: of the same make as the schools'."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from idp.federation.entity import Entity
from idp.federation.registry import Members
from idp.pages import Pages
from testbed.model.pages import SCHOOL_FORM
from testbed.model.written import Bilingual


@dataclass(frozen=True, slots=True)
class Question:
    """What the discovery page offers."""

    vendor: Bilingual
    again: tuple[tuple[str, str], ...]
    """The vendor's request, as the parameters of a query."""
    query: str
    """What was searched for; "" for all."""
    schools: tuple[Entity, ...]
    total: int
    """How many schools there are in all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One member on the status page."""

    entity: Entity
    path: str
    """Where its metadata stands."""


class FederationPages(Pages):
    """Renders the pages of one federation."""

    def choose(self, request: Request, question: Question) -> HTMLResponse:
        """Where a person chooses a school."""
        address = urlencode(question.again)
        searched = f"&{urlencode({'q': question.query})}" if question.query else ""
        # NOTE: no form-action here, for browsers hold every redirect that follows the post against it, and the vendor
        # redirects to the school.
        return self._render(
            request,
            "discovery.html",
            policy="",
            switch=f"{address}{searched}&",
            question=question,
            address=address,
            form_id=SCHOOL_FORM,
        )

    def status(self, request: Request, members: Members, until: str, fingerprint: str) -> HTMLResponse:
        """Who is published, who is left out and why."""
        return self._render(
            request,
            "federation_status.html",
            policy="form-action 'none'",
            published=[_Row(one, f"/entities/{quote(one.entity_id, safe='')}") for one in members.entities],
            left_out=members.left_out,
            until=until,
            fingerprint=fingerprint,
        )

    def error(self, request: Request, status: int, explanation: Bilingual) -> HTMLResponse:
        """Says what went wrong, in words for a person."""
        page = self._render(request, "federation_error.html", policy="form-action 'none'", explanation=explanation)
        page.status_code = status
        return page
