"""A variant is the vendor that does well, but for its names, its hosts and one fault."""

from pathlib import Path

import pytest
import yaml

from testbed.model.files import ScenarioInvalid, load
from testbed.model.written import Agreement, Variant
from testbed.runner.catalogue import load_catalogue, project_folder
from testbed.runner.variants import agreement_text, made_of

KNOWN = load_catalogue()
FAULT = "sha256-of-mail-to-advertiser"
WRITTEN = {
    "id": "boxed-reading",
    "of": "reading-service",
    "fault": FAULT,
    "name": "Lådan (simulerad)",
    "host": "ladan.test",
    "title": {"sv": "S", "en": "S"},
    "digest_keys": ["salt"],
    "person": {"role": "pupil"},
    "expect": {"login": "accepted", "findings": [{"check": "data.no-onward-transfer"}]},
}


def variant(**changed: object) -> Variant:
    return Variant.model_validate({**WRITTEN, **changed})


def made(one: Variant) -> tuple[dict[str, object], dict[str, object]]:
    of_it = made_of(one, KNOWN.vendors, KNOWN.agreements)
    return of_it.vendor.model_dump(mode="json"), of_it.agreement.model_dump(mode="json")


def test_a_vendor_of_saml_is_moved_to_the_hosts_of_the_variant() -> None:
    vendor, agreement = made(variant())
    model = KNOWN.vendors["reading-service"]
    assert vendor["simulated"] == {
        "profile": "reading-service",
        "fault": FAULT,
        "hosts": ["ladan.test", "cdn.ladan.test"],
    }
    assert vendor["entity_id"] == vendor["metadata"] == "https://ladan.test/saml/metadata"
    assert (vendor["probe"], vendor["visit"]) == ({"url": "https://ladan.test/me"}, ["https://ladan.test/start"])
    assert (vendor["id"], vendor["name"], vendor["digest_keys"]) == ("boxed-reading", "Lådan (simulerad)", ["salt"])
    assert vendor["agreement"] == agreement["id"] == "boxed-reading-agreement"
    assert agreement["processor"] == {
        "name": "Lådan (simulerad)",
        "entity_ids": ["https://ladan.test/saml/metadata"],
        "client_ids": [],
        "hosts": ["ladan.test"],
    }
    assert "lasning.test" not in str(vendor) + str(agreement)
    assert model.simulated
    assert model.simulated.fault is None


def test_a_vendor_of_openid_connect_is_registered_anew() -> None:
    vendor, agreement = made(variant(of="swimming-lessons"))
    assert vendor["client"]["client_id"] == "boxed-reading"  # type: ignore[index]
    assert vendor["client"]["redirect_uris"] == ["https://ladan.test/oidc/callback"]  # type: ignore[index]
    assert agreement["processor"]["client_ids"] == ["boxed-reading"]  # type: ignore[index]
    assert agreement["recipients"][0]["hosts"] == ["utskick.ladan.test"]  # type: ignore[index]
    assert "simlinjen" not in str(vendor) + str(agreement)


def test_what_was_agreed_is_the_same_as_with_the_model() -> None:
    of_it = made_of(variant(), KNOWN.vendors, KNOWN.agreements).agreement
    model = KNOWN.agreements["reading-service-2025"]
    same = {"id", "processor", "recipients"}
    assert of_it.model_dump(exclude=same) == model.model_dump(exclude=same)


def test_the_scenario_is_the_login_that_the_variant_speaks_of() -> None:
    one = variant()
    scenario = made_of(one, KNOWN.vendors, KNOWN.agreements).scenario
    assert (scenario.id, scenario.vendor, scenario.flow) == ("login-boxed-reading", "boxed-reading", "login")
    assert (scenario.title, scenario.person, scenario.expect) == (one.title, one.person, one.expect)


@pytest.mark.parametrize("of", ["no-such-vendor", "tracked-reading", "boxed-reading"])
def test_only_a_vendor_that_does_well_can_be_the_model(of: str) -> None:
    with pytest.raises(ValueError, match=rf"'{of}' is no vendor that does well.*reading-service"):
        made_of(variant(of=of), KNOWN.vendors, KNOWN.agreements)


def test_a_vendor_with_hosts_elsewhere_cannot_be_the_model() -> None:
    model = KNOWN.vendors["reading-service"]
    assert model.simulated
    elsewhere = model.simulated.model_copy(update={"hosts": ("lasning.test", "bilder.test", "utlasning.test")})
    vendors = {"reading-service": model.model_copy(update={"simulated": elsewhere})}
    with pytest.raises(ValueError, match=r"not below its own, bilder\.test, utlasning\.test"):
        made_of(variant(), vendors, KNOWN.agreements)


def test_a_name_that_ends_alike_is_another_host() -> None:
    model = KNOWN.vendors["reading-service"].model_copy(
        update={"visit": ("https://utlasning.test/", "https://lasning.test.evil/")}
    )
    vendor = made_of(variant(), {"reading-service": model}, KNOWN.agreements).vendor
    assert vendor.visit == ("https://utlasning.test/", "https://lasning.test.evil/")


@pytest.mark.parametrize("name", sorted(variant.id for variant in KNOWN.variants.values()))
def test_the_text_of_a_made_agreement_is_read_as_the_agreement(name: str, tmp_path: Path) -> None:
    agreement = KNOWN.agreements[f"{name}-agreement"]
    path = tmp_path / "agreement.yaml"
    path.write_text(agreement_text(agreement), encoding="utf-8")
    assert load(path, Agreement) == agreement
    assert KNOWN.agreement_text(agreement.id) == path.read_text(encoding="utf-8")


def test_the_text_of_a_written_agreement_is_that_of_its_file() -> None:
    source = KNOWN.sources[("agreement", "reading-service-2025")]
    assert KNOWN.agreement_text("reading-service-2025") == source.read_text(encoding="utf-8")


def zoo(folder: Path, **changed: object) -> Path:
    (folder / "zoo").mkdir(parents=True)
    (folder / "zoo" / "mine.yaml").write_text(yaml.safe_dump({**WRITTEN, **changed}), encoding="utf-8")
    return folder


def test_a_variant_of_one_s_own_stands_among_the_others(tmp_path: Path) -> None:
    known = load_catalogue([zoo(tmp_path)])
    assert known.vendor_of(known.scenarios["login-boxed-reading"]).name == "Lådan (simulerad)"
    assert known.sources[("vendor", "boxed-reading")] == tmp_path / "zoo" / "mine.yaml"
    assert "login-boxed-reading" in {scenario.id for scenario in known.named(["zoo"])}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"of": "nobody"}, r"mine\.yaml: of: 'nobody' is no vendor that does well"),
        ({"id": "reading-service"}, r"mine\.yaml: id: makes a vendor 'reading-service', which .* has already"),
        ({"host": "Läs.test"}, r"mine\.yaml: host: "),
        ({"fault": ""}, r"mine\.yaml: fault: "),
        ({"visit": []}, r"mine\.yaml: visit: "),
    ],
)
def test_a_variant_that_cannot_be_names_its_file_and_the_field(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(ScenarioInvalid, match=said):
        load_catalogue([zoo(tmp_path, **changed)])


def test_vendors_with_files_of_their_own_are_told_from_those_of_the_zoo() -> None:
    written = {vendor.id for vendor in KNOWN.written_vendors}
    assert written.isdisjoint(KNOWN.variants)
    assert written | set(KNOWN.variants) == set(KNOWN.vendors)
    assert {path.stem for path in (project_folder() / "vendors").glob("*.yaml")} == written
