"""Every kind of person is in every population, and plays with every vendor that is named."""

import pytest

from idp.people import generate
from testbed.model.written import Bilingual, Every, Suite
from testbed.runner.casting import fits
from testbed.runner.catalogue import load_catalogue
from testbed.runner.kinds import KINDS, REFUSED_BY_ROLE, Kind, every_kind

KNOWN = load_catalogue()


def suite(vendors: object, **more: object) -> Suite:
    every = {"flow": "login", "vendors": vendors, **more}
    return Suite.model_validate({"id": "all", "title": {"sv": "x", "en": "x"}, "every": every})


@pytest.mark.parametrize("kind", KINDS, ids=[kind.id for kind in KINDS])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_somebody_is_of_this_kind_in_every_population(kind: Kind, seed: int) -> None:
    casting = kind.casting
    if casting.security_marking is None:
        casting = casting.model_copy(update={"security_marking": "Ingen"})
    assert [person.id for person in generate(seed, 200).people.values() if fits(person, casting)]


def test_ids_and_titles_tell_kinds_apart() -> None:
    for names in ([k.id for k in KINDS], [k.sv for k in KINDS], [k.en for k in KINDS]):
        assert len(set(names)) == len(KINDS)


def test_compliant_means_those_without_a_fault() -> None:
    played = {scenario.vendor for scenario in every_kind(suite("compliant"), KNOWN.vendors, KNOWN.agreements)}
    sound = {v.id for v in KNOWN.vendors.values() if v.simulated and not v.simulated.fault}
    logged_in_to = {name for name in sound if not KNOWN.vendors[name].exchange}
    assert played == {name for name in logged_in_to if KNOWN.vendors[name].school_release == "agreement"}


def test_named_vendors_are_played_but_for_those_left_out() -> None:
    named = suite(("reading-service", "lax-tests"), leave_out=("lax-tests",))
    made = every_kind(named, KNOWN.vendors, KNOWN.agreements)
    assert [scenario.id for scenario in made] == [f"all-reading-service-{kind.id}" for kind in KINDS]


def test_the_agreement_decides_who_is_let_in() -> None:
    made = every_kind(suite(("reading-service",)), KNOWN.vendors, KNOWN.agreements)
    for scenario in made:
        expected = ("accepted", ()) if scenario.person.role == "pupil" else ("refused", REFUSED_BY_ROLE)
        assert (scenario.expect.login, scenario.expect.status) == expected
    (vendor,) = {scenario.vendor for scenario in made}
    free = KNOWN.vendors[vendor].model_copy(update={"agreement": None})
    assert {s.expect.login for s in every_kind(suite((vendor,)), {vendor: free}, {})} == {"accepted"}


def test_a_suite_that_plays_no_kinds_makes_nothing() -> None:
    plain = Suite(id="all", title=Bilingual(sv="x", en="x"), scenarios=("a",))
    assert every_kind(plain, KNOWN.vendors, KNOWN.agreements) == ()


def test_a_suite_plays_something() -> None:
    with pytest.raises(ValueError, match="a suite plays something"):
        Suite(id="all", title=Bilingual(sv="x", en="x"))
    assert Every(flow="login", vendors="compliant").leave_out == ()


def test_a_made_scenario_can_be_named_like_any_other() -> None:
    (scenario,) = KNOWN.named(["equal-access-reading-service-guardian-of-several"])
    assert scenario.kind
    assert scenario.kind.id == "guardian-of-several"
    assert KNOWN.sources[("scenario", scenario.id)].name == "equal-access.yaml"
    assert set(KNOWN.suites["equal-access"].scenarios) >= {scenario.id}
