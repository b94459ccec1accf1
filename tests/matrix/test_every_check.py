"""Every check is proven both ways: silent on a login through the lab, and heard when one fact of it is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import registered, run_checks
from testbed.model.messages import AuthnRequest, Malformed, Message, SamlMetadata, SamlResponse
from testbed.model.privacy import Channel
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.model.verdict import Evidence, RunRecord, Verdict
from testbed.model.wire import Exchange, Pointer, Response
from testbed.wire.saml_metadata import metadata
from testbed.wire.xml import NAMESPACES, parse

PLAY = "login-learning-material"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ALWAYS_SILENT = {"session.spoiled-message-refused"}
"""Not of this scenario: it spoils nothing."""


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


def expecting(evidence: Evidence, **changes: object) -> Evidence:
    scenario = evidence.play.scenario
    expect = scenario.expect.model_copy(update=changes)
    return replace(evidence, play=replace(evidence.play, scenario=scenario.model_copy(update={"expect": expect})))


def spoiled(evidence: Evidence) -> Evidence:
    scenario = evidence.play.scenario.model_copy(update={"spoil": ("anything",), "clause": "SAML Core 2.5.1.4"})
    return replace(evidence, play=replace(evidence.play, scenario=scenario))


def protected(evidence: Evidence) -> Evidence:
    marked = evidence.person.model_copy(update={"security_marking": "Sekretessmarkering"})
    return replace(evidence, people={**evidence.people, marked.id: marked})


def ended(evidence: Evidence) -> Evidence:
    assert evidence.agreement
    over = evidence.agreement.valid.model_copy(update={"until": evidence.agreement.valid.from_})
    return replace(evidence, agreement=evidence.agreement.model_copy(update={"valid": over}))


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


def first_assertion(evidence: Evidence) -> Any:
    return next(m for m in evidence.messages if isinstance(m, SamlResponse)).assertions[0]


CHANGES: dict[str, list[Callable[[Evidence], Evidence]]] = {
    "data.agreement-in-force": [ended],
    "data.encrypted-in-transit": [lambda e: told(e, encrypted=False)],
    "data.no-onward-transfer": [lambda e: told(e, recipient="tracker.test", channel=Channel.BODY)],
    "data.not-in-url": [lambda e: told(e, channel=Channel.URL), lambda e: told(e, channel=Channel.REFERER)],
    "data.protected-identity-withheld": [protected],
    "data.release-account-matches-wire": [
        lambda e: accounted(e, "sn", Reason.NOT_AGREED),
        lambda e: accounted(e, "norEduPersonNIN", Reason.AGREED_OPTIONAL),
        lambda e: replace(e, releases=tuple(replace(one, decisions=()) for one in e.releases)),
        lambda e: replace(e, releases=tuple(replace(one, entity_id="https://other.test") for one in e.releases)),
    ],
    "data.released-within-agreement": [lambda e: told(e, attribute="norEduPersonNIN")],
    "data.requested-within-agreement": [
        lambda e: said(
            e,
            SamlMetadata,
            requested=(*_requested(e), replace(_requested(e)[0], name="urn:oid:1.3.6.1.4.1.2428.90.1.5")),
        )
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
    "saml.answers-a-request": [lambda e: said(e, SamlResponse, in_response_to="_nobody-asked")],
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
    "session.is-the-persons": [lambda e: answered(e, e.play.vendor.probe.url, 0, shows(another(e)))],
    "session.login-opens-a-session": [
        lambda e: answered(e, e.play.vendor.probe.url, 0, shows("Välkommen")),
        lambda e: replace(e, play=replace(e.play, stopped="the login page never came")),
    ],
    "session.logout-ends-the-session": [
        lambda e: answered(e, e.play.vendor.probe.url, -1, shows(e.person.values("mail")[0]))
    ],
    "session.no-server-error": [lambda e: answered(e, e.play.vendor.login, 0, Response(500))],
    "session.received-what-was-expected": [
        lambda e: expecting(e, receives=("norEduPersonNIN",)),
        lambda e: expecting(e, receives=()),
    ],
    "session.spoiled-message-refused": [spoiled],
}


def _requested(evidence: Evidence) -> tuple[Any, ...]:
    return next(m.requested for m in evidence.messages if isinstance(m, SamlMetadata) and m.is_sp)


def test_the_table_names_every_check() -> None:
    assert set(CHANGES) == {one.info.id for one in registered()}


@pytest.mark.parametrize("check", sorted(CHANGES))
def test_a_check_is_silent_on_the_login_as_it_was(check: str, tour: RunRecord) -> None:
    (result,) = [r for r in run_checks(tour.evidence[PLAY]) if r.check == check]
    assert result.findings == ()
    assert result.verdict is (Verdict.SKIPPED if check in ALWAYS_SILENT else Verdict.PASS)


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
