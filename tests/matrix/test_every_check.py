"""Every check is proven both ways: silent on a login through the lab, and heard when one fact of it is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import registered, run_checks
from testbed.model.attributes import by_name
from testbed.model.messages import (
    AuthnRequest,
    Endpoint,
    LogoutRequest,
    LogoutResponse,
    Malformed,
    Message,
    SamlAttribute,
    SamlMetadata,
    SamlResponse,
)
from testbed.model.privacy import PLAIN, Channel, Disclosure, Issued, Unreadable
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.model.verdict import Evidence, RunRecord, Verdict
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response, host_of
from testbed.model.written import Agreement, OidcClient, Remove
from testbed.privacy.people import NAME_ID
from testbed.wire.saml_metadata import metadata
from testbed.wire.xml import NAMESPACES, parse

PLAY = "login-learning-material"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
UNIT = by_name()["sisSchoolUnitCode"].saml
TOGETHER = ("norEduPersonBirthDate", "sisSchoolUnitCode", "sisSchoolGrade", "postalCode")
"""One pupil alone has all of these."""
TWO_FACTORS = "http://id.skolfederation.se/loa/2fa"


def told(evidence: Evidence, **changes: object) -> Evidence:
    first, *rest = evidence.disclosures
    return replace(evidence, disclosures=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def said(evidence: Evidence, kind: type, **changes: object) -> Evidence:
    def change(message: Any) -> Any:
        return replace(message, **changes) if isinstance(message, kind) else message

    return replace(evidence, messages=tuple(change(message) for message in evidence.messages))


def stated(evidence: Evidence, **changes: object) -> Evidence:
    response = next(m for m in evidence.messages if isinstance(m, SamlResponse))
    assertions = tuple(replace(one, **changes) for one in response.assertions)  # type: ignore[arg-type]
    return said(evidence, SamlResponse, assertions=assertions)


def document(evidence: Evidence, old: bytes, new: bytes) -> Evidence:
    response = next(m for m in evidence.messages if isinstance(m, SamlResponse))
    assert old in response.document
    return said(evidence, SamlResponse, document=response.document.replace(old, new))


def answered(evidence: Evidence, url: str, which: int, response: Response) -> Evidence:
    numbers = [e.number for e in evidence.exchanges if e.request.url == url]
    chosen = numbers[which]

    def change(exchange: Exchange) -> Exchange:
        return replace(exchange, response=response) if exchange.number == chosen else exchange

    return replace(evidence, exchanges=tuple(change(exchange) for exchange in evidence.exchanges))


def shows(*values: str) -> Response:
    return Response(200, (("content-type", "text/html; charset=utf-8"),), " ".join(values).encode())


def another(evidence: Evidence) -> str:
    return next(
        p.values("mail")[0] for p in evidence.people.values() if p.id != evidence.play.person and p.values("mail")
    )


def other(evidence: Evidence) -> Any:
    """The person whose mail :func:`another` gives."""
    return next(p for p in evidence.people.values() if another(evidence) in p.values("mail"))


def guardian_of(evidence: Evidence, child: Any) -> Evidence:
    """The one who plays is also the child's guardian, and so may be shown the child's account, but nothing more."""
    accounts = child.values("eduPersonPrincipalName")
    player = evidence.person.model_copy(
        update={"attributes": {**evidence.person.attributes, "sisLegalGuardianFor": accounts}}
    )
    return replace(evidence, people={**evidence.people, player.id: player})


def expecting(evidence: Evidence, **changes: object) -> Evidence:
    scenario = evidence.play.scenario
    expect = scenario.expect.model_copy(update=changes)
    return replace(evidence, play=replace(evidence.play, scenario=scenario.model_copy(update={"expect": expect})))


def spoiled(evidence: Evidence) -> Evidence:
    scenario = evidence.play.scenario.model_copy(
        update={"spoil": (Remove(op="remove", xpath="//saml:Audience"),), "clause": "SAML Core 2.5.1.4"}
    )
    return replace(evidence, play=replace(evidence.play, scenario=scenario))


def from_school(evidence: Evidence) -> Evidence:
    """The login began at the school."""
    scenario = evidence.play.scenario.model_copy(update={"flow": "unsolicited"})
    return replace(evidence, play=replace(evidence.play, scenario=scenario))


def protected(evidence: Evidence) -> Evidence:
    marked = evidence.person.model_copy(update={"security_marking": "Sekretessmarkering"})
    return replace(evidence, people={**evidence.people, marked.id: marked})


def ended(evidence: Evidence) -> Evidence:
    assert evidence.agreement
    over = evidence.agreement.valid.model_copy(update={"until": evidence.agreement.valid.from_})
    return replace(evidence, agreement=evidence.agreement.model_copy(update={"valid": over}))


def agreeing(evidence: Evidence, **changes: object) -> Evidence:
    """Something else was agreed."""
    assert evidence.agreement
    document = evidence.agreement.model_dump(by_alias=True) | changes
    return replace(evidence, agreement=Agreement.model_validate(document))


def clauses(evidence: Evidence, **changes: object) -> Evidence:
    """Something else was agreed in each data clause."""
    assert evidence.agreement
    return agreeing(evidence, data=[clause.model_dump() | changes for clause in evidence.agreement.data])


def also_told(evidence: Evidence, attribute: str, value: str, **changes: object) -> Evidence:
    """One disclosure more: by default of the person who plays, to a stranger, by the body of a request."""
    more = Disclosure(
        attribute,
        evidence.play.person,
        value,
        "laromedel.test",
        "tracker.test",
        Channel.BODY,
        PLAIN,
        Pointer(evidence.exchanges[-1].number, "request.body"),
        evidence.exchanges[-1].started,
        encrypted=True,
    )
    return replace(evidence, disclosures=(*evidence.disclosures, replace(more, **changes)))  # type: ignore[arg-type]


def told_together(evidence: Evidence, *attributes: str) -> Evidence:
    """A stranger is told several things of the person, none of which is the person's alone."""
    for name in attributes:
        evidence = also_told(evidence, name, evidence.person.values(name)[0], form="sha256")
    return evidence


def telling_recipient(evidence: Evidence, attribute: str, *data: str) -> Evidence:
    """A sub-processor that the agreement names, for some data, is told one thing."""
    named = agreeing(evidence, recipients=[{"name": "Underleverantören", "hosts": ["cdn.test"], "data": data}])
    return also_told(named, attribute, evidence.person.values(attribute)[0], recipient="cdn.test")


def known_only_by_account(evidence: Evidence) -> Evidence:
    """The login told no attribute, and still gave the vendor a name for somebody."""
    response = next(m for m in evidence.messages if isinstance(m, SamlResponse))
    here = Issued(NAME_ID, evidence.play.person, first_assertion(evidence).name_id, "laromedel.test", response.where)
    return replace(evidence, disclosures=(), issued=(here,))


def demanding(evidence: Evidence, identifier: str) -> Evidence:
    """The vendor's metadata demands one kind of identifier."""
    return said(evidence, SamlMetadata, subject_id_requirement=identifier)


def accounted(evidence: Evidence, attribute: str, reason: Reason) -> Evidence:
    """The school's account says something else of one attribute."""

    def change(record: ReleaseRecord) -> ReleaseRecord:
        others = tuple(one for one in record.decisions if one.attribute != attribute)
        return replace(record, decisions=(*others, ReleaseDecision.of(attribute, reason)))

    return replace(evidence, releases=tuple(change(record) for record in evidence.releases))


def published(evidence: Evidence, role: str, path: str, attribute: str = "") -> Evidence:
    """The metadata of one side, published without an element or an attribute, and read anew."""

    def change(message: Message) -> Message:
        if not isinstance(message, SamlMetadata) or not getattr(message, f"is_{role}"):
            return message
        root = parse(message.xml.encode())
        found = root.findall(path, NAMESPACES)
        assert found
        for element in found:
            if attribute:
                del element.attrib[attribute]
            else:
                element.getparent().remove(element)
        return metadata(root, message.where, evidence.exchanges[0].started)

    return replace(evidence, messages=tuple(change(message) for message in evidence.messages))


def refused(
    evidence: Evidence, expected: tuple[str, ...] = ("RequestDenied", "NoAuthnContext"), came: str = "RequestDenied"
) -> Evidence:
    """The school refused, and every page of the vendor shows nobody."""
    status = "urn:oasis:names:tc:SAML:2.0:status"
    changed = said(
        expecting(evidence, login="refused", status=expected),
        SamlResponse,
        status=f"{status}:Responder",
        sub_status=f"{status}:{came}",
        assertions=(),
    )
    return everywhere(changed, shows("Ingen är inloggad"))


def everywhere(evidence: Evidence, response: Response) -> Evidence:
    return replace(
        evidence,
        exchanges=tuple(
            replace(e, response=response) if e.request.url == evidence.play.vendor.probe_url else e
            for e in evidence.exchanges
        ),
    )


def logged_out(evidence: Evidence, answered_id: str = "_l1", **changes: object) -> Evidence:
    """A single logout by redirect that the vendor began, and the school's answer."""
    at = max(e.number for e in evidence.exchanges if e.request.url == evidence.play.vendor.logout)
    school, vendor = "https://idp.skola.test/saml/metadata", evidence.play.vendor.entity_id
    request = LogoutRequest(
        Pointer(at, "q"), "_l1", vendor, "", "https://idp.skola.test/saml/slo", "n", (), None, "redirect", True, ""
    )
    response = LogoutResponse(
        Pointer(at, "r"), "_l2", school, "", "https://laromedel.test/saml/slo", answered_id, "", "", "post", True, ""
    )
    more = (replace(request, **changes), replace(response, **changes))  # type: ignore[arg-type]
    return replace(evidence, messages=(*evidence.messages, *more))


def taking_part(evidence: Evidence) -> Evidence:
    """The vendor's metadata says that it takes part in single logout."""
    return said(evidence, SamlMetadata, logout=(Endpoint("https://laromedel.test/saml/slo", "b"),))


def elsewhere(evidence: Evidence, response: Response, cookie: str = "") -> Evidence:
    """Another browser brought the answer, and then saw this wherever it looked."""
    vendor = evidence.play.vendor
    callback = f"https://{host_of(vendor.login)}/oidc/callback"
    client = OidcClient(client_id=vendor.id, redirect_uris=(callback,))
    play = replace(
        evidence.play,
        vendor=vendor.model_copy(update={"client": client}),
        scenario=evidence.play.scenario.model_copy(update={"flow": "answer-elsewhere"}),
    )
    first = min(e.number for e in evidence.exchanges if e.request.url == vendor.probe_url)
    request = Request("GET", f"{callback}?code=c&state=s", (("cookie", cookie),) if cookie else ())
    brought = replace(evidence.exchanges[0], number=first - 1, sender=BROWSER, request=request)
    return everywhere(replace(evidence, play=play, exchanges=(*evidence.exchanges, brought)), response)


def moved(evidence: Evidence, shown: str) -> Evidence:
    """An earlier login of the play stated another school unit; the vendor's page shows one of them."""
    latest = next(m for m in evidence.messages if isinstance(m, SamlResponse))
    old = SamlAttribute(UNIT, "", "", ("00009999",))
    before = replace(latest, assertions=(replace(latest.assertions[0], attributes=(old,)),))
    messages = tuple(one for m in evidence.messages for one in ((before, m) if m is latest else (m,)))
    return answered(replace(evidence, messages=messages), evidence.play.vendor.probe_url, 0, shows(shown))


def unit(evidence: Evidence) -> str:
    return next(one.values[0] for one in first_assertion(evidence).attributes if one.name == UNIT)


def asked(evidence: Evidence, comparison: str, *contexts: str) -> Evidence:
    return said(evidence, AuthnRequest, contexts=contexts, comparison=comparison)


def closed(evidence: Evidence) -> Evidence:
    """As it was but for the assertion, which came encrypted and stays closed."""
    unsigned = b'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>'
    sealed = said(evidence, SamlResponse, assertions=(), encrypted=1, signed=False, document=unsigned)
    return replace(everywhere(sealed, shows("Välkommen")), disclosures=())


def first_assertion(evidence: Evidence) -> Any:
    return next(m for m in evidence.messages if isinstance(m, SamlResponse)).assertions[0]


CHANGES: dict[str, list[Callable[[Evidence], Evidence]]] = {
    "data.agreement-in-force": [
        ended,
        lambda e: known_only_by_account(ended(e)),
        lambda e: replace(ended(telling_recipient(e, "mail", "mail")), issued=()),
    ],
    "data.encrypted-in-transit": [
        lambda e: told(e, encrypted=False),
        lambda e: told(e, encrypted=False, person=""),
        lambda e: agreeing(e, security={"encrypt_assertion": True}),
    ],
    "data.identifier-not-correlatable": [
        lambda e: known_by(e, first_assertion(e).name_id),
        lambda e: known_by(e, first_assertion(e).name_id.upper()),
    ],
    "data.no-identifying-combination": [
        lambda e: told_together(e, *TOGETHER),
        lambda e: agreeing(
            clauses(told_together(e, *TOGETHER), required=["sisSchoolUnitCode"], optional=[]),
            recipients=[{"name": "Underleverantören", "hosts": ["tracker.test"]}],
        ),
        lambda e: replace(
            told_together(e, *TOGETHER),
            disclosures=tuple(replace(one, person="") for one in told_together(e, *TOGETHER).disclosures),
        ),
    ],
    "data.no-onward-transfer": [
        lambda e: told(e, recipient="tracker.test", channel=Channel.BODY),
        lambda e: told(e, recipient="tracker.test", channel=Channel.BODY, person="", form="sha256"),
        lambda e: also_told(e, NAME_ID, "x1y2z3"),
        lambda e: telling_recipient(e, "mail"),
        lambda e: telling_recipient(e, "mail", "givenName"),
        lambda e: telling_recipient(e, "norEduPersonNIN", "norEduPersonNIN"),
    ],
    "data.not-in-url": [
        lambda e: told(e, channel=Channel.URL),
        lambda e: told(e, channel=Channel.REFERER),
        lambda e: told(e, channel=Channel.URL, person="", form="base64+gzip"),
    ],
    "data.protected-identity-withheld": [
        protected,
        lambda e: replace(protected(e), disclosures=also_told(e, "sisSchoolUnitCode", unit(e)).disclosures[-1:]),
        lambda e: also_told(e, "securityMarking", "Sekretessmarkering", person=""),
        lambda e: replace(
            agreeing(protected(e), protected_identity="pseudonym"),
            disclosures=tuple(one for one in e.disclosures if one.attribute == "eduPersonPrincipalName"),
        ),
    ],
    "data.release-account-matches-wire": [
        lambda e: accounted(e, "sn", Reason.NOT_AGREED),
        lambda e: accounted(e, "norEduPersonNIN", Reason.AGREED_OPTIONAL),
        lambda e: replace(e, releases=tuple(replace(one, decisions=()) for one in e.releases)),
        lambda e: replace(e, releases=tuple(replace(one, entity_id="https://other.test") for one in e.releases)),
    ],
    "data.released-within-agreement": [
        lambda e: told(e, attribute="norEduPersonNIN"),
        lambda e: told(e, attribute="norEduPersonNIN", channel=Channel.BODY, sender="idp.skola.test"),
        lambda e: told(e, attribute="norEduPersonNIN", person=""),
        lambda e: clauses(e, optional=[]),
    ],
    "data.requested-within-agreement": [
        lambda e: demanding(e, "subject-id"),
        lambda e: said(
            e,
            SamlMetadata,
            requested=(*_requested(e), replace(_requested(e)[0], name="urn:oid:1.3.6.1.4.1.2428.90.1.5")),
        ),
    ],
    "data.rows-within-agreement": [
        lambda e: clauses(e, subjects=["guardian"]),
        lambda e: clauses(e, limits={"school_units": ["00009999"]}),
        lambda e: clauses(e, limits={"grades": [11]}),
        lambda e: known_only_by_account(clauses(e, subjects=["guardian"])),
        lambda e: replace(telling_recipient(clauses(e, limits={"grades": [11]}), "mail", "mail"), issued=()),
    ],
    "metadata.contacts-are-named": [
        lambda e: published(e, "sp", "md:ContactPerson"),
        lambda e: published(e, "idp", "md:ContactPerson"),
    ],
    "metadata.encryption-certificate-is-given": [lambda e: published(e, "sp", "md:SPSSODescriptor/md:KeyDescriptor")],
    "metadata.endpoints-are-sound": [
        lambda e: published(e, "sp", "md:SPSSODescriptor/md:AssertionConsumerService"),
        lambda e: published(e, "idp", "md:IDPSSODescriptor/md:SingleSignOnService"),
    ],
    "metadata.error-url-is-given": [lambda e: published(e, "idp", "md:IDPSSODescriptor", "errorURL")],
    "metadata.needs-are-declared": [lambda e: published(e, "sp", ".//md:RequestedAttribute")],
    "metadata.signing-certificate-is-given": [lambda e: published(e, "idp", "md:IDPSSODescriptor/md:KeyDescriptor")],
    "metadata.texts-in-swedish-and-english": [
        lambda e: published(e, "sp", ".//md:ServiceName", LANG),
        lambda e: published(e, "idp", ".//md:OrganizationName", LANG),
    ],
    "saml.context-meets-request": [
        lambda e: asked(e, "exact", TWO_FACTORS),
        lambda e: asked(e, "minimum", TWO_FACTORS),
        lambda e: asked(e, "better", first_assertion(e).authn_context),
    ],
    "saml.logout-answers-a-request": [
        lambda e: logged_out(e, answered_id="_nobody-asked"),
        lambda e: logged_out(e, answered_id=""),
    ],
    "saml.logout-is-signed": [lambda e: logged_out(e, signed=False)],
    "saml.answers-a-request": [
        lambda e: said(e, SamlResponse, in_response_to="_nobody-asked"),
        lambda e: said(e, SamlResponse, in_response_to=""),
        lambda e: said(from_school(e), SamlResponse, in_response_to="_nobody-asked"),
    ],
    "saml.audience-is-receiver": [
        lambda e: stated(e, audiences=(("https://a.test",),)),
        lambda e: stated(e, audiences=()),
    ],
    "saml.destination-is-receiver": [lambda e: said(e, SamlResponse, destination="https://a.test/acs")],
    "saml.message-readable": [
        lambda e: replace(e, messages=(*e.messages, Malformed(Pointer(1, "request.url"), "SAMLRequest", "is not XML")))
    ],
    "saml.recipient-is-consumer-service": [lambda e: stated(e, recipients=())],
    "saml.request-destination-is-school": [lambda e: said(e, AuthnRequest, destination="https://a.test/sso")],
    "saml.request-names-registered-consumer": [lambda e: said(e, AuthnRequest, acs_url="https://a.test/acs")],
    "saml.response-is-signed": [
        lambda e: document(e, e.person.values("eduPersonPrincipalName")[0].encode(), b"rektor@skola.test"),
        lambda e: said(e, SamlMetadata, signing_certificates=()),
    ],
    "saml.signature-algorithm-is-strong": [
        lambda e: document(e, b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1")
    ],
    "saml.time-window-holds": [
        lambda e: stated(e, not_on_or_after=first_assertion(e).not_on_or_after - timedelta(hours=2)),
        lambda e: stated(e, not_on_or_after=first_assertion(e).not_on_or_after + timedelta(hours=2)),
        lambda e: stated(e, not_before=first_assertion(e).not_on_or_after + timedelta(hours=2)),
        lambda e: stated(e, not_on_or_after=None),
    ],
    "session.answer-elsewhere-refused": [lambda e: elsewhere(e, shows(e.person.values("mail")[0]))],
    "session.is-the-persons": [
        lambda e: answered(guardian_of(e, other(e)), e.play.vendor.probe_url, 0, shows(another(e))),
        lambda e: answered(e, e.play.vendor.probe_url, 0, shows(another(e))),
    ],
    "session.login-opens-a-session": [
        lambda e: answered(e, e.play.vendor.probe_url, 0, shows("Välkommen")),
        lambda e: replace(e, play=replace(e.play, stopped="the login page never came")),
    ],
    "session.login-refused-as-expected": [
        lambda e: refused(e, came="NoPassive"),
        lambda e: everywhere(refused(e), shows(e.person.values("mail")[0])),
        lambda e: everywhere(refused(e, expected=()), shows(e.person.values("mail")[0])),
        lambda e: expecting(e, login="refused", status=("RequestDenied",)),
    ],
    "session.logout-everywhere": [
        lambda e: answered(taking_part(e), e.play.vendor.probe_url, -1, shows(e.person.values("mail")[0])),
        lambda e: answered(logged_out(e), e.play.vendor.probe_url, -1, shows(e.person.values("mail")[0])),
    ],
    "session.shows-current-data": [lambda e: moved(e, "Din skola: 00009999")],
    "session.logout-ends-the-session": [
        lambda e: answered(e, e.play.vendor.probe_url, -1, shows(e.person.values("mail")[0]))
    ],
    "session.no-server-error": [lambda e: answered(e, e.play.vendor.login, 0, Response(500))],
    "session.received-what-was-expected": [
        lambda e: expecting(e, receives=("norEduPersonNIN",)),
        lambda e: expecting(e, receives=()),
    ],
    "session.spoiled-message-refused": [spoiled],
}


SOUND: dict[str, Callable[[Evidence], Evidence]] = {
    "data.no-identifying-combination": lambda e: told_together(e, "sisSchoolUnitCode"),
    "data.identifier-not-correlatable": lambda e: known_by(e, "another-identifier"),
    "saml.context-meets-request": lambda e: asked(e, "minimum", first_assertion(e).authn_context),
    "session.answer-elsewhere-refused": lambda e: elsewhere(e, shows("Nekad")),
    "session.login-refused-as-expected": refused,
    "session.shows-current-data": lambda e: moved(e, f"Din skola: {unit(e)}"),
    "session.spoiled-message-refused": lambda e: everywhere(spoiled(e), shows("Nekad")),
}
"""What the scenario lacks: a play of which each of these checks has something to say, and says that all is well."""


def known_by(evidence: Evidence, value: str) -> Evidence:
    """The agreement says pairwise, and another vendor knows the person by this identifier."""
    assert evidence.agreement
    response = next(m for m in evidence.messages if isinstance(m, SamlResponse))
    here = Issued(NAME_ID, evidence.play.person, first_assertion(evidence).name_id, "laromedel.test", response.where)
    there = replace(here, value=value, recipient="other.test", where=Pointer(9999, "x"))
    pairwise = evidence.agreement.model_copy(update={"identifier": "pairwise"})
    return replace(evidence, agreement=pairwise, issued=(here, there))


def _requested(evidence: Evidence) -> tuple[Any, ...]:
    return next(m.requested for m in evidence.messages if isinstance(m, SamlMetadata) and m.is_sp)


def test_the_table_names_every_check() -> None:
    # NOTE: others are proven in test_every_oidc_check.py, test_every_exchange_check.py, test_persons_are_used.py and
    # test_resilience.py.
    elsewhere = ("oidc.", "exchange.", "data.deleted-", "data.persons-", "resilience.", "session.error-page-")
    assert set(CHANGES) == {one.info.id for one in registered() if not one.info.id.startswith(elsewhere)}


@pytest.mark.parametrize("check", sorted(CHANGES))
def test_a_check_is_silent_on_the_login_as_it_was(check: str, tour: RunRecord) -> None:
    (result,) = [r for r in run_checks(tour.evidence[PLAY]) if r.check == check]
    assert result.findings == ()
    assert result.verdict is (Verdict.SKIPPED if check in SOUND else Verdict.PASS)


@pytest.mark.parametrize("check", sorted(SOUND))
def test_a_check_passes_where_it_has_something_to_say_and_all_is_well(check: str, tour: RunRecord) -> None:
    (result,) = [r for r in run_checks(SOUND[check](tour.evidence[PLAY])) if r.check == check]
    assert (result.verdict, result.findings) == (Verdict.PASS, ()), result.reason


def test_a_guardian_may_be_shown_the_accounts_of_the_children(tour: RunRecord) -> None:
    evidence = tour.evidence[PLAY]
    child = other(evidence)
    page = shows(child.values("eduPersonPrincipalName")[0])
    for about, verdict in ((guardian_of(evidence, child), Verdict.PASS), (evidence, Verdict.FAIL)):
        shown = answered(about, evidence.play.vendor.probe_url, 0, page)
        (result,) = [r for r in run_checks(shown) if r.check == "session.is-the-persons"]
        assert result.verdict is verdict


def test_an_answer_that_was_not_brought_by_another_browser_proves_nothing(tour: RunRecord) -> None:
    evidence = tour.evidence[PLAY]
    own = elsewhere(evidence, shows("Nekad"), cookie="__Host-login=x")
    probe = evidence.play.vendor.probe_url
    unseen = elsewhere(evidence, shows("Nekad"))
    unseen = replace(unseen, exchanges=tuple(e for e in unseen.exchanges if e.request.url != probe))
    for about in (own, unseen):
        (result,) = [r for r in run_checks(about) if r.check == "session.answer-elsewhere-refused"]
        assert result.verdict is Verdict.NOT_VERIFIED


def test_nothing_that_an_assertion_decides_passes_while_it_stays_closed(tour: RunRecord) -> None:
    results = {r.check: r for r in run_checks(closed(tour.evidence[PLAY]))}
    assert [name for name, r in results.items() if r.findings] == []
    decided = {one.info.id for one in registered() if one.reads_assertions}
    assert {name for name in decided if results[name].verdict is Verdict.PASS} == set()
    undecided = {name: r.reason for name, r in results.items() if r.verdict is Verdict.NOT_VERIFIED}
    assert {"saml.audience-is-receiver", "saml.response-is-signed", "data.released-within-agreement"} <= set(undecided)
    assert "session.login-opens-a-session" in undecided
    assert all("encrypted" in reason for reason in undecided.values())


def test_of_what_a_stranger_was_sent_and_nobody_can_read_nothing_is_known(tour: RunRecord) -> None:
    evidence = tour.evidence[PLAY]
    last = evidence.exchanges[-1]
    one = Unreadable(
        "laromedel.test", "tracker.test", Channel.BODY, Pointer(last.number, "request.body"), "cut", last.started
    )
    for recipient, verdict in (("tracker.test", Verdict.NOT_VERIFIED), ("laromedel.test", Verdict.PASS)):
        closed = replace(evidence, unreadable=(replace(one, recipient=recipient),))
        (result,) = [r for r in run_checks(closed) if r.check == "data.no-onward-transfer"]
        assert (result.verdict, result.findings) == (verdict, ())
    (result,) = [
        r
        for r in run_checks(told(replace(evidence, unreadable=(one,)), recipient="tracker.test"))
        if r.check == "data.no-onward-transfer"
    ]
    assert result.verdict is Verdict.FAIL


def test_in_a_bomb_a_message_may_lie_that_nobody_read(tour: RunRecord) -> None:
    evidence = tour.evidence[PLAY]
    unchanged = {r.check: r for r in run_checks(evidence) if r.check != "saml.message-readable"}
    by_server, by_browser = (
        next(e.number for e in evidence.exchanges if (e.sender == BROWSER) is shown) for shown in (False, True)
    )
    for number, place, verdict in (
        (by_server, "response.body", Verdict.NOT_VERIFIED),
        (by_browser, "request.body", Verdict.NOT_VERIFIED),
        (by_browser, "response.body", Verdict.PASS),
    ):
        bomb = Malformed(Pointer(number, place), "body", "grows beyond all bounds", "http")
        results = {r.check: r for r in run_checks(replace(evidence, messages=(*evidence.messages, bomb)))}
        assert results.pop("saml.message-readable").verdict is verdict
        assert results == unchanged


@pytest.mark.parametrize(
    ("check", "change"), [(check, change) for check, changes in sorted(CHANGES.items()) for change in changes]
)
def test_a_check_is_heard_when_its_fact_is_changed(
    check: str, change: Callable[[Evidence], Evidence], tour: RunRecord
) -> None:
    (result,) = [r for r in run_checks(change(tour.evidence[PLAY])) if r.check == check]
    assert result.findings, (result.verdict, result.reason)
    assert result.verdict in (Verdict.FAIL, Verdict.WARNING)
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


def test_without_evidence_nothing_passes(tour: RunRecord) -> None:
    empty = replace(tour.evidence[PLAY], exchanges=(), messages=(), disclosures=())
    verdicts = {result.check: result.verdict for result in run_checks(empty)}
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.PASS] == []
