"""The written files hold together: ids, hosts, agreements, castings, and what each scenario expects to be received."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import scenarios
from idp.people import generate
from testbed.model.attributes import by_name
from testbed.model.files import load
from testbed.model.written import Agreement, Person, Scenario, Suite, Vendor, Written
from testbed.privacy.lint import lint
from testbed.privacy.people import NAME_ID, SUBJECT
from testbed.runner.casting import fits
from testbed.runner.catalogue import load_catalogue

ROOT = Path(scenarios.__path__[0])
LISTED_FAULTS = {
    "overreaching-material": "takes-more-than-agreed",
    "tracked-reading": "mails-pupils-address-to-tracker",
    "leaky-reading": "eppn-in-partner-redirect",
    "lax-tests": "accepts-any-audience",
    "lax-staff-tests": "ignores-the-level-of-assurance",
    "borderless-reading": "accepts-scope-of-another-school",
    "open-support-plans": "takes-assertions-in-the-clear",
    "lingering-material": "keeps-session-after-front-channel-logout",
    "lingering-support-plans": "keeps-session-after-back-channel-logout",
    "unsigned-reading": "signs-no-logout",
    "outdated-material": "never-refreshes-metadata",
    "stubborn-material": "keeps-old-attributes",
    "bare-maths": "sends-no-pkce",
    "careless-maths": "sends-no-nonce",
    "gullible-maths": "accepts-answers-in-any-browser",
    "lingering-maths": "keeps-session-after-logout-token",
    "outdated-maths": "never-refetches-keys",
    "revealing-maths": "access-token-in-address",
    "misregistered-maths": "proves-itself-otherwise-than-registered",
    "curious-news": "asks-for-more-than-agreed",
    "mailbound-news": "knows-people-by-mail",
    "lingering-news": "keeps-session-after-logout-frame",
    "tracked-news": "tells-tracker-of-every-login",
    "referring-listening": "code-in-referer",
    "linkable-listening": "wants-the-shared-identifier",
    "fragment-tests": "fragment-to-tracker",
    "presence-material": "presence-by-websocket",
    "pixel-news": "mail-in-a-pixel",
    "advertised-reading": "hashed-mail-to-advertiser",
    "remembering-library": "name-outlives-logout",
    "recorded-reading": "recorded-by-agreed-script",
    "reporting-news": "error-report-with-mail",
    "crowded-tests": "keeps-who-logs-in-in-one-variable",
    "queued-tests": "shows-who-is-before-in-the-queue",
}
ON_OTHER_TERMS: dict[str, set[str]] = {
    "young-maths": set(),
    "former-tests": set(),
    "boundless-maths": {"data.rows-within-agreement"},
    "lapsed-tests": {"data.agreement-in-force"},
    "dated-encyclopedia": {"data.no-identifying-combination"},
}
"""Vendors that do well where the agreement has limits or has ended, and what the school or the agreement does wrong."""

FOR_BOTH_SCHOOLS = {
    "encyclopedia-2025": ("idp.granne.test",),
    "pupil-accounts-2025": ("idp.granne.test", "api.granne.test"),
    "test-platform-2025": ("idp.granne.test", "api.granne.test"),
    "shared-lists-2025": ("idp.granne.test", "api.granne.test"),
}
"""The other school's hosts, in agreements that it has too."""
MADE_AT_LOGIN = {"pairwise-id"}
"""What the school makes up for each person and vendor: it stands in no register."""


def read[Document: Written](folder: str, kind: type[Document]) -> dict[str, Document]:
    return {path.stem: load(path, kind) for path in sorted((ROOT / folder).glob("*.yaml"))}


AGREEMENTS: Mapping[str, Agreement] = read("agreements", Agreement)
VENDORS: Mapping[str, Vendor] = read("vendors", Vendor)
SCENARIOS: Mapping[str, Scenario] = {**read("login", Scenario), **read("exchange", Scenario)}
LOGINS = {name: scenario for name, scenario in SCENARIOS.items() if scenario.expect.login != "none"}
SUITES: Mapping[str, Suite] = read("suites", Suite)


@cache
def people(seed: int) -> tuple[Person, ...]:
    return tuple(generate(seed, 100).everybody.values())


def agreement_of(scenario: Scenario) -> Agreement:
    return AGREEMENTS[VENDORS[scenario.vendor].agreement or ""]


@pytest.mark.parametrize("documents", [AGREEMENTS, VENDORS, SCENARIOS, SUITES])
def test_files_are_named_by_id(documents: Mapping[str, Agreement | Vendor | Scenario | Suite]) -> None:
    assert documents
    assert {name: document.id for name, document in documents.items()} == {name: name for name in documents}


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS.keys())
def test_vendor_and_agreement_name_the_same_service(vendor: Vendor) -> None:
    assert vendor.simulated
    agreement = AGREEMENTS[vendor.agreement or ""]
    recipients = {host for recipient in agreement.recipients for host in recipient.hosts}
    names = agreement.processor.client_ids if vendor.client else agreement.processor.entity_ids
    assert names == (vendor.party,)
    assert len(agreement.processor.client_ids) + len(agreement.processor.entity_ids) == 1
    assert agreement.processor.name == vendor.name
    assert set(agreement.processor.hosts) | recipients == set(vendor.simulated.hosts)
    assert not set(agreement.processor.hosts) & recipients


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS.keys())
def test_vendor_s_addresses_are_its_own_and_invented(vendor: Vendor) -> None:
    urls = [vendor.entity_id, vendor.metadata, vendor.login, vendor.probe_url, vendor.logout, *vendor.visit]
    if vendor.client:
        told = (vendor.client.backchannel_logout_uri, vendor.client.frontchannel_logout_uri, vendor.client.jwks_uri)
        urls += [*vendor.client.redirect_uris, *vendor.client.post_logout_redirect_uris, *told]
    hosts = {urlsplit(url).netloc for url in urls if url}
    assert len(hosts) == 1
    assert hosts.pop().endswith(".test")


def test_no_host_belongs_to_two_vendors() -> None:
    hosts = [host for vendor in VENDORS.values() if vendor.simulated for host in vendor.simulated.hosts]
    assert len(set(hosts)) == len(hosts)


def test_every_agreement_is_used_and_the_faults_are_those_known() -> None:
    assert {vendor.agreement for vendor in VENDORS.values()} == set(AGREEMENTS)
    faults = {vendor.id: vendor.simulated.fault for vendor in VENDORS.values() if vendor.simulated}
    assert {name: fault for name, fault in faults.items() if fault} == LISTED_FAULTS
    assert len(faults) == 18 + len(LISTED_FAULTS) + len(ON_OTHER_TERMS)
    assert not any(faults[vendor] for vendor in ON_OTHER_TERMS)


@pytest.mark.parametrize("vendor", LISTED_FAULTS)
def test_faulty_vendor_has_the_agreement_of_the_one_that_does_well(vendor: str) -> None:
    simulated = VENDORS[vendor].simulated
    assert simulated
    own, model = AGREEMENTS[VENDORS[vendor].agreement or ""], AGREEMENTS[VENDORS[simulated.profile].agreement or ""]
    same = {"id", "processor", "recipients"}
    assert own.model_dump(exclude=same) == model.model_dump(exclude=same)


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=AGREEMENTS.keys())
@pytest.mark.parametrize("day", [date(2025, 8, 1), date(2026, 11, 23), date(2035, 1, 1)])
def test_lint_finds_nothing_to_mend(agreement: Agreement, day: date) -> None:
    # NOTE: a library whose number other libraries know is what the warning about shared identifiers speaks of.
    argued = {"identifier"} if agreement.identifier == "shared" else set()
    # NOTE: what is wrong with these agreements is the story that they are played for.
    argued |= {"data.0", "data.0.required"} if agreement.id == "dated-encyclopedia-2025" else set()
    argued |= {"valid.until"} if agreement.valid.until < day else set()
    assert {remark.field for remark in lint(agreement, day) if remark.level != "note"} == argued


def test_the_agreements_that_have_ended_are_those_whose_story_it_is() -> None:
    ended = {name for name, one in AGREEMENTS.items() if one.valid.until < date(2026, 11, 23)}
    assert ended == {"former-tests-2025", "lapsed-tests-2025"}


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=AGREEMENTS.keys())
def test_agreement_names_the_school_that_the_people_belong_to(agreement: Agreement) -> None:
    owner = generate(1, 1).owner
    assert agreement.controller.name == owner.name
    assert agreement.controller.organisation_number == owner.organisation_number
    others = FOR_BOTH_SCHOOLS.get(agreement.id, ())
    assert agreement.controller.hosts == ("idp.skola.test", "api.skola.test", *others)


def test_tour_plays_every_scenario_once_but_those_that_need_scripts_and_some_of_the_zoo() -> None:
    tour = SUITES["tour"].scenarios
    of_the_zoo = {variant.scenario for variant in load_catalogue().variants.values()}
    needing = {name for name, scenario in SCENARIOS.items() if scenario.needs_scripts}
    assert sorted(SUITES["scripts"].scenarios) == sorted(needing)
    exchanged = SCENARIOS.keys() - LOGINS.keys()
    assert exchanged == set(SUITES["exchange"].scenarios)
    assert 6 <= len(exchanged & set(tour)) <= 10
    written = LOGINS.keys() - needing - {"ended-former-tests"}
    assert sorted(name for name in tour if name not in of_the_zoo | exchanged) == sorted(written)
    assert 5 <= len(of_the_zoo & set(tour)) <= 8
    assert len(set(tour)) == len(tour)
    assert {SCENARIOS[name].vendor for name in SUITES["agreements"].scenarios} == ON_OTHER_TERMS.keys()


def test_every_vendor_has_an_honest_login() -> None:
    # NOTE: into a service whose agreement has ended nobody is let, and to one that is fed with rosters nobody logs in.
    for vendor in VENDORS.keys() - {name for name, one in VENDORS.items() if one.exchange} - {"former-tests"}:
        scenario = SCENARIOS[f"login-{vendor}"]
        assert (scenario.vendor, scenario.spoil, scenario.expect.login) == (vendor, (), "accepted")


def test_titles_are_in_both_languages_and_tell_scenarios_apart() -> None:
    for language in ("sv", "en"):
        titles = [getattr(scenario.title, language) for scenario in SCENARIOS.values()]
        assert all(titles)
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_somebody_fits_the_casting(scenario: Scenario, seed: int) -> None:
    assert any(fits(person, scenario.person) for person in people(seed))


@pytest.mark.parametrize("scenario", LOGINS.values(), ids=LOGINS.keys())
def test_received_is_what_is_agreed_about_everybody_who_fits(scenario: Scenario) -> None:
    if scenario.expect.receives is None:
        assert scenario.expect.findings or scenario.expect.login == "refused"
        return
    agreement = agreement_of(scenario)
    casting = scenario.person
    if casting.security_marking is None:
        casting = casting.model_copy(update={"security_marking": "Ingen"})
    for person in (person for seed in (1, 2) for person in people(seed) if fits(person, casting)):
        visible = {
            name
            for name in agreement.agreed_for(person.role)
            if (person.values(name) or name in MADE_AT_LOGIN) and not (person.protected and by_name()[name].hidden)
        }
        assert visible == set(scenario.expect.receives), person.id


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_expected_findings_are_possible(scenario: Scenario) -> None:
    agreement = agreement_of(scenario)
    for finding in scenario.expect.findings:
        assert VENDORS[scenario.vendor].simulated
        assert scenario.vendor in LISTED_FAULTS or finding.check in ON_OTHER_TERMS[scenario.vendor]
        assert re.fullmatch(r"(data|oidc|saml|session)\.[a-z-]+", finding.check)
        assert finding.attribute is None or finding.attribute in {*by_name(), NAME_ID, SUBJECT}
        if finding.check == "data.no-onward-transfer":
            known = {*agreement.processor.hosts, *(host for r in agreement.recipients for host in r.hosts)}
            assert finding.recipient not in known
        if finding.check in ("data.released-within-agreement", "data.requested-within-agreement"):
            assert finding.attribute not in {name for clause in agreement.data for name in clause.agreed}


def test_spoiled_messages_name_their_clause_and_are_refused() -> None:
    spoiled = [scenario for scenario in SCENARIOS.values() if scenario.spoil]
    assert {scenario.expect.login for scenario in spoiled} == {"refused"}
    by_clause: dict[str, set[str]] = {}
    for scenario in spoiled:
        by_clause.setdefault(scenario.clause, set()).add(scenario.vendor)
    assert list(map(sorted, by_clause.values())) == [
        ["lax-tests", "national-tests"],
        ["borderless-reading", "reading-service"],
        ["open-support-plans", "support-plans"],
        ["lax-staff-tests", "staff-tests"],
    ]


def test_each_spoiled_message_is_tried_on_a_vendor_that_does_well_and_on_one_that_does_not() -> None:
    for scenario in SCENARIOS.values():
        if scenario.spoil:
            findings = {finding.check for finding in scenario.expect.findings}
            faulty = scenario.vendor in LISTED_FAULTS
            assert findings == ({"session.spoiled-message-refused"} if faulty else set())
