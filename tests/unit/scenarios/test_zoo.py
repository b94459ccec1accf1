"""The zoo: every leak is played by some vendor, of both protocols, and each expectation names what must be found."""

from collections import Counter

import pytest

from sp_mocks.every import EVERY_FAULT
from sp_mocks.leaks.every import LEAKS
from sp_mocks.leaks.spellings import HMAC_KEY, SALT_AFTER, SALT_BEFORE
from testbed.model.attributes import by_name
from testbed.model.written import Variant
from testbed.runner.catalogue import load_catalogue, project_folder

KNOWN = load_catalogue()
ZOO = {variant.id: variant for variant in KNOWN.variants.values() if variant.kind == "logins"}
EACH = pytest.mark.parametrize("variant", ZOO.values(), ids=ZOO)
KEYED = {
    "keyed-hash-of-user-to-partner": HMAC_KEY,
    "salted-hash-of-user": SALT_BEFORE,
    "salted-hash-of-mail": SALT_AFTER,
}
SUBJECT = "sub"
"""What OpenID Connect calls a person; in no table of attributes."""


def test_every_leak_has_a_vendor() -> None:
    assert {variant.fault for variant in ZOO.values()} == set(LEAKS)


def test_both_protocols_leak() -> None:
    protocols = Counter(KNOWN.vendors[name].protocol for name in ZOO)
    assert min(protocols["saml"], protocols["oidc"]) >= 15


def test_the_suite_plays_them_all() -> None:
    assert KNOWN.suites["zoo"].scenarios == tuple(f"login-{name}" for name in ZOO)


def test_names_hosts_and_titles_tell_vendors_apart() -> None:
    vendors = KNOWN.vendors.values()
    hosts = [host for vendor in vendors if vendor.simulated for host in vendor.simulated.hosts]
    titles = [scenario.title for scenario in KNOWN.scenarios.values() if scenario.kind is None]
    for told in (hosts, [v.name for v in vendors], [t.sv for t in titles], [t.en for t in titles]):
        assert len(set(told)) == len(told)


@EACH
def test_a_file_is_named_by_id_and_its_host_is_invented(variant: Variant) -> None:
    assert KNOWN.sources[("variant", variant.id)] == project_folder() / "zoo" / f"{variant.id}.yaml"
    assert variant.host.endswith(".test")
    assert "(simulera" in variant.name


@EACH
def test_the_findings_are_those_that_the_fault_declares(variant: Variant) -> None:
    findings = variant.expect.findings
    assert {finding.check for finding in findings} == EVERY_FAULT[variant.fault].breaks
    for finding in findings:
        assert finding.attribute in {*by_name(), SUBJECT}
        assert finding.recipient
        assert finding.form


@EACH
def test_keys_and_salts_are_those_that_the_vendor_uses(variant: Variant) -> None:
    assert variant.digest_keys == ((KEYED[variant.fault],) if variant.fault in KEYED else ())


@EACH
def test_who_plays_has_what_is_passed_on(variant: Variant) -> None:
    model = KNOWN.vendors[variant.of]
    agreement = KNOWN.agreement_of(model)
    assert agreement
    assert variant.person.role
    agreed = agreement.agreed_for(variant.person.role)
    assert {name for name in LEAKS[variant.fault].leak.attributes if name in by_name()} <= agreed
