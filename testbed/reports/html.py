"""report.html: one page without scripts, images or network, in Swedish and English, for a data protection officer."""

from collections import Counter

from testbed.model.messages import AuthnRequest, Malformed, SamlResponse
from testbed.model.oidc_messages import AuthorizationRequest
from testbed.model.verdict import Evidence, Judgement, RunRecord, Where
from testbed.model.wire import BROWSER, Exchange, Pointer
from testbed.reports import redact
from testbed.reports.access import access_table
from testbed.reports.limits import cannot_be_seen
from testbed.reports.page import page
from testbed.reports.sequence import picture
from testbed.reports.statements import statements
from testbed.reports.story import story
from testbed.reports.view import detailed, vendor_views
from testbed.wire.bodies import decoded


def render(record: RunRecord) -> str:
    """The whole page."""
    shown = set(detailed(record.run.judgements))
    return page(
        "report.html",
        run=record.run,
        captured=record.captured,
        unplayed=record.unplayed,
        is_masked=record.masked,
        limits=cannot_be_seen(record),
        vendors=vendor_views(record),
        access=access_table(record.run.judgements),
        plays=[_play(j, record.evidence.get(j.play.id)) for j in record.run.judgements if j.play.id in shown],
        shown=shown,
        verdict_counts=Counter(judgement.verdict for judgement in record.run.judgements),
    )


def _play(judgement: Judgement, evidence: Evidence | None) -> dict[str, object]:
    findings = {finding.where.exchange for finding in judgement.findings if finding.where}
    exchanges = evidence.exchanges if evidence else ()
    told: dict[int, list[str]] = {}
    for one in evidence.disclosures if evidence else ():
        told.setdefault(one.where.exchange, []).append(one.attribute)
    messages = evidence.messages if evidence else ()
    in_answers = {one.where.exchange for one in evidence.disclosures if _in_answer(one.where)} if evidence else set()
    in_answers |= {f.where.exchange for f in judgement.findings if f.where and _in_answer(f.where)}
    return {
        "judgement": judgement,
        "person": evidence.person if evidence else None,
        "picture": picture(exchanges, findings, told.keys()),
        "exchanges": exchanges,
        "told": {number: sorted(set(names)) for number, names in told.items()},
        "blamed": findings,
        "sent": {e.number: _sent(e) for e in exchanges if e.number in findings or e.number in told},
        "answered": {e.number: _answered(e) for e in exchanges if e.number in in_answers},
        "requests": [message for message in messages if isinstance(message, AuthnRequest)],
        "asked": [_asked(message) for message in messages if isinstance(message, AuthorizationRequest)],
        "statements": statements(messages),
        "responses": [message for message in messages if isinstance(message, SamlResponse)],
        "releases": evidence.releases if evidence else (),
        "story": story(judgement.play),
        "malformed": [message for message in messages if isinstance(message, Malformed)],
    }


def _in_answer(where: Pointer | Where) -> bool:
    return where.locator.startswith("response.body")


def _asked(request: AuthorizationRequest) -> dict[str, object]:
    """A request for a login as a person reads it, without what binds it to a browser."""
    return {
        "where": request.where,
        "fields": [
            ("client_id", request.client_id),
            ("redirect_uri", request.redirect_uri),
            ("response_type", request.response_type),
            ("scope", " ".join(request.scopes)),
            (
                "claims",
                ", ".join(f"{c.place}: {c.name}{' (essential)' if c.essential else ''}" for c in request.claims),
            ),
            ("acr_values", " ".join(request.contexts)),
            ("max_age", "" if request.max_age_s is None else str(request.max_age_s)),
            ("prompt", " ".join(request.prompt)),
            ("code_challenge_method", request.code_challenge_method),
        ],
    }


def _answered(exchange: Exchange) -> str:
    """The answer as it came, masked; a page of a browser is not shown."""
    response = exchange.response
    if response is None or exchange.sender == BROWSER:
        return ""
    lines = [str(response.status), *(f"{name}: {value}" for name, value in redact.headers(response.headers))]
    body = decoded(response.headers, response.body).decode("utf-8", "replace")
    return "\n".join([*lines, "", redact.text(body)]).rstrip()


def _sent(exchange: Exchange) -> str:
    """The request as it left, masked."""
    request = exchange.request
    lines = [f"{request.method} {redact.path_of(request.url)}"]
    lines += [f"{name}: {value}" for name, value in redact.headers(request.headers)]
    body = decoded(request.headers, request.body).decode("utf-8", "replace")
    return "\n".join([*lines, "", redact.text(body)]).rstrip()
