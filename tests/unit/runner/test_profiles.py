"""Profiles of load: those of the project hold together, and what is wrong with a file is said in a sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from idp.people import generate
from testbed.model.files import ScenarioInvalid
from testbed.model.load import TOGETHER, Profile
from testbed.model.scenario import ROSTER
from testbed.model.written import Agreement, Vendor
from testbed.runner.catalogue import Catalogue, load_catalogue
from testbed.runner.load_percentiles import enough_for
from testbed.runner.profiles import find_profile, own_profiles, plays, with_vendor
from testbed.runner.schedule import Sizes, arrivals_of, sized

KNOWN = load_catalogue()
PEOPLE = generate(1, 900).everybody
OWN = sorted(own_profiles())
WORDS = {"sv": "x", "en": "x"}


def agreements(profile: Profile, known: Catalogue = KNOWN) -> dict[str, Agreement]:
    vendors = [known.vendors[name] for part in profile.parts for name in (part.vendor, *part.also)]
    return {vendor.id: known.agreements[vendor.agreement] for vendor in vendors if vendor.agreement}


def written(**changed: Any) -> dict[str, Any]:
    one = {
        "id": "x",
        "title": WORDS,
        "description": WORDS,
        "waves": [{"within_s": 10, "people": 5}],
        "mix": [{"vendor": "learning-material"}],
    }
    return {name: value for name, value in (one | changed).items() if value is not None}


def filed(folder: Path, text: str | dict[str, Any]) -> str:
    path = folder / "mine.yaml"
    path.write_text(text if isinstance(text, str) else yaml.safe_dump(text), encoding="utf-8")
    return str(path)


# --- those of the project ---------------------------------------------------------------------------------------------


def test_the_stretches_of_the_school_day_are_there() -> None:
    assert {
        "autumn-roster",
        "grades-evening",
        "lesson-changes",
        "mixed-day",
        "monday-0800",
        "national-test-0900",
        "provisioning-morning",
        "steady",
        "step-to-break",
        "webhook-storm",
    } <= set(OWN)
    assert {part.flow for _, one in own_profiles().values() for part in one.parts} == set(TOGETHER)


@pytest.mark.parametrize("name", OWN)
def test_one_of_the_project_can_be_played(name: str) -> None:
    profile = find_profile(name, KNOWN)
    assert profile.id == name == own_profiles()[name][0].stem
    assert profile.source
    assert profile.thresholds.latency
    assert profile.title.sv != profile.title.en
    assert profile.description.sv != profile.description.en
    few = sized(profile, Sizes(users=60))
    came = arrivals_of(few, PEOPLE, 1, agreements(few))
    assert 30 < len(came) < 100
    assert {one.vendor for one in came} <= {part.vendor for part in profile.parts}


@pytest.mark.parametrize("name", OWN)
def test_as_many_come_as_its_percentiles_take(name: str) -> None:
    """Fewer flows than that could not be told to keep to them."""
    profile = find_profile(name, KNOWN)
    come = sum(wave.size for wave in profile.waves) * profile.scale
    assert come > max(enough_for(limit.percentile) for limit in profile.thresholds.latency)


def test_at_nine_o_clock_one_in_ten_of_17_000_come_within_a_minute() -> None:
    profile = find_profile("national-test-0900", KNOWN)
    came = arrivals_of(profile, PEOPLE, 1, agreements(profile))
    assert (len(came), max(one.due_s for one in came) <= 60) == (1700, True)
    assert sum(wave.size for wave in profile.waves) == 17_000


def test_steps_rise_until_something_breaks() -> None:
    profile = find_profile("step-to-break", KNOWN)
    paces = [wave.per_s or 0 for wave in profile.waves]
    assert paces == sorted(set(paces))
    assert profile.thresholds.stop_below


# --- a person's own ---------------------------------------------------------------------------------------------------


def test_a_profile_is_found_by_the_path_of_its_file(tmp_path: Path) -> None:
    assert find_profile(filed(tmp_path, written()), KNOWN).id == "x"


@pytest.mark.parametrize("name", ["nonsense", "steady ", "../steady", "no/such.yaml", "steady.yaml", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ScenarioInvalid, match=r"is no profile.*name one of .*steady|no such file"):
        find_profile(name, KNOWN)


WRONG: list[tuple[str | dict[str, Any], str]] = [
    ("", "is empty"),
    ("[1, 2]", "has no fields"),
    ("id: [", "line 1"),
    ("\x00", "is not YAML"),
    (written(id="Two words"), "id: is not lower-case words"),
    (written(title=None), "title: is missing"),
    (written(title={"sv": "x"}), "title.en: is missing"),
    (written(description=None), "description: is missing"),
    (written(waves=None), "waves: is missing"),
    (written(waves=[]), "waves: is empty"),
    (written(waves=[{"within_s": 10}]), "waves.0: a wave has either 'people' or 'per_s'"),
    (written(waves=[{"within_s": 10, "people": 1, "per_s": 1}]), "waves.0: a wave has either 'people' or 'per_s'"),
    (written(waves=[{"within_s": 0, "people": 1}]), "waves.0.within_s: "),
    (written(waves=[{"within_s": -1, "people": 1}]), "waves.0.within_s: "),
    (written(waves=[{"within_s": float("nan"), "people": 1}]), "waves.0.within_s: "),
    (written(waves=[{"within_s": float("inf"), "people": 1}]), "waves.0.within_s: "),
    (written(waves=[{"within_s": 1e9, "people": 1}]), "waves.0.within_s: "),
    (written(waves=[{"within_s": 10, "people": 0}]), "waves.0.people: "),
    (written(waves=[{"within_s": 10, "people": 1.5}]), "waves.0.people: is no whole number"),
    (written(waves=[{"within_s": 10, "people": "many"}]), "waves.0.people: is no whole number"),
    (written(waves=[{"within_s": 10, "people": 5, "come": "by-bus"}]), "waves.0.come: "),
    (written(waves=[{"within_s": 10, "per_s": 5, "come": "by-class"}]), "waves.0.per_s: classes are counted"),
    (written(waves=[{"within_s": 10, "people": 5, "poeple": 5}]), "waves.0.poeple: no profile has such a field"),
    (written(mix=None), "mix: nobody says what those who arrive do"),
    (written(mix=[{}]), "mix.0.vendor: is missing"),
    (written(mix=[{"vendor": "nobody"}]), "mix.0.vendor: nothing is called 'nobody'. To mend it: use one of: "),
    (written(mix=[{"vendor": "learning-material", "share": 0}]), "mix.0.share: "),
    (written(mix=[{"vendor": "learning-material", "share": float("nan")}]), "mix.0.share: "),
    (written(mix=[{"vendor": "learning-material", "role": "headmaster"}]), "mix.0.role: "),
    (
        written(mix=[{"vendor": "learning-material", "role": "guardian"}]),
        "mix.0.role: the agreement of 'learning-material' speaks of no guardian. To mend it: use one of pupil, teacher",
    ),
    (written(mix=[{"vendor": "learning-material", "school": "third"}]), "mix.0.school: "),
    (
        written(mix=[{"vendor": "learning-material", "school": "granne"}]),
        "mix.0.school: 'learning-material' lets in nobody of 'granne': its agreement does not name idp.granne.test",
    ),
    (
        written(mix=[{"vendor": "pupil-accounts", "flow": "push", "school": "granne"}]),
        "mix.0.school: 'push' is played with the first school alone",
    ),
    (written(mix=[{"vendor": "learning-material", "flow": "dance"}]), "mix.0.flow: "),
    (
        written(mix=[{"vendor": "learning-material", "flow": "key-rollover"}]),
        "mix.0.flow: 'key-rollover' changes what others meet meanwhile, so that many cannot go through it at once",
    ),
    (
        written(mix=[{"vendor": "class-lists", "flow": "login"}]),
        "mix.0.vendor: 'class-lists' (ss12000) has no part in 'login'",
    ),
    (
        written(mix=[{"vendor": "learning-material", "flow": "push"}]),
        "mix.0.vendor: 'learning-material' (saml) has no part in 'push'",
    ),
    (
        written(mix=[{"vendor": "national-tests", "flow": "unsolicited"}]),
        "mix.0.vendor: 'national-tests' (saml) has no part in 'unsolicited'",
    ),
    (
        written(mix=[{"vendor": "learning-material", "also": ["reading-service"]}]),
        "mix.0.also: in the flow 'login' nobody logs in to other vendors",
    ),
    (
        written(mix=[{"vendor": "learning-material", "flow": "logout-from-school", "also": ["learning-material"]}]),
        "mix.0.also: names a vendor twice",
    ),
    (
        written(mix=[{"vendor": "learning-material", "flow": "logout-from-school", "also": ["class-lists"]}]),
        "mix.0.also: 'class-lists' (ss12000) has no part in 'logout-from-school'",
    ),
    (
        written(
            mix=[{"vendor": "class-lists", "flow": "roster"}],
            waves=[{"within_s": 9, "people": 5, "come": "by-class"}],
        ),
        "mix: a class does not exchange rosters",
    ),
    (
        written(waves=[{"within_s": 10, "people": 5, "mix": [{"vendor": "nobody"}]}]),
        "waves.0.mix.0.vendor: nothing is called 'nobody'",
    ),
    (
        written(mix=[{"vendor": "test-platform", "flow": "push"}]),
        "mix.0.grades: schools send pupils of the school years 1 to 9 to national tests, and those of no other",
    ),
    (
        written(mix=[{"vendor": "teacher-network", "role": "teacher", "grades": [3]}]),
        "mix.0.grades: only pupils are in a school year",
    ),
    (written(mix=[{"vendor": "learning-material", "grades": [11]}]), "mix.0.grades.0: "),
    (written(think_s=[5, 1]), "think_s: ends before it begins"),
    (written(think_s=[1]), "think_s"),
    (written(scale=0), "scale: "),
    (written(scale="tenth"), "scale: is no number"),
    (written(settle_s=-1), "settle_s: "),
    (written(patience={"retry": 2}), "patience.retry: "),
    (written(patience={"attempts": 0}), "patience.attempts: "),
    (written(patience={"retry_within_s": [9, 1]}), "patience.retry_within_s: ends before it begins"),
    (written(thresholds={"right": 1.1}), "thresholds.right: "),
    (written(thresholds={"latency": [{"percentile": 100, "under_s": 1}]}), "thresholds.latency.0.percentile: "),
    (written(thresholds={"latency": [{"percentile": 95}]}), "thresholds.latency.0.under_s: is missing"),
    (written(thresholds={"stop_below": -0.1}), "thresholds.stop_below: "),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_is_wrong_with_a_file_is_said_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    name = filed(tmp_path, text)
    with pytest.raises(ScenarioInvalid) as refused:
        find_profile(name, KNOWN)
    assert str(refused.value).startswith(f"{name}: ")
    assert words in str(refused.value)
    assert "To mend it: " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_vendor_that_the_laboratory_does_not_play_is_given_by_an_option(tmp_path: Path) -> None:
    vendor = KNOWN.vendors["learning-material"].model_copy(update={"id": "outside", "simulated": None})
    known = Catalogue(
        KNOWN.scenarios,
        {**KNOWN.vendors, "outside": vendor},
        KNOWN.agreements,
        KNOWN.suites,
        KNOWN.variants,
        KNOWN.sources,
    )
    name = filed(tmp_path, written(mix=[{"vendor": "outside"}]))
    with pytest.raises(
        ScenarioInvalid, match=r"'outside' is no vendor of the laboratory's own.*give this one with --v"
    ):
        find_profile(name, known)


# --- another vendor in the place of all -------------------------------------------------------------------------------


def outside(**changed: Any) -> Vendor:
    described = {
        "id": "mine",
        "name": "Min",
        "protocol": "saml",
        "metadata": "http://127.0.0.1:1/metadata",
        "login": "http://127.0.0.1:1/login",
        "probe": {"url": "http://127.0.0.1:1/me"},
        "logout": "http://127.0.0.1:1/logout",
        "unsolicited": True,
    }
    return Vendor.model_validate({name: value for name, value in (described | changed).items() if value is not None})


def test_a_vendor_takes_the_place_of_every_other() -> None:
    profile = with_vendor(find_profile("lesson-changes", KNOWN), outside())
    assert {part.vendor for part in profile.parts} == {"mine"}
    assert not any(part.also for part in profile.parts)
    assert {part.school for part in with_vendor(find_profile("monday-0800", KNOWN), outside()).parts} == {"skola"}
    assert {part.flow for part in profile.parts} == {"login", "logout-from-vendor", "logout-from-school"}


@pytest.mark.parametrize(
    ("name", "vendor", "words"),
    [
        ("autumn-roster", outside(), "mine: protocol: saml has no part in 'roster', which autumn-roster plays"),
        ("lesson-changes", outside(logout=None), "has no part in 'logout-from-vendor'"),
        ("mixed-day", outside(unsolicited=False), "has no part in 'unsolicited'"),
    ],
)
def test_a_vendor_that_has_no_part_in_a_profile_is_refused(name: str, vendor: Vendor, words: str) -> None:
    with pytest.raises(ScenarioInvalid) as refused:
        with_vendor(find_profile(name, KNOWN), vendor)
    assert words in str(refused.value)


def test_who_takes_part_in_which_flow() -> None:
    vendors = KNOWN.vendors
    assert {flow for flow in TOGETHER if plays(flow, vendors["class-lists"])} <= set(ROSTER)
    assert {flow for flow in TOGETHER if plays(flow, vendors["pupil-accounts"])} == {"push", "push-change"}
    assert {flow for flow in TOGETHER if plays(flow, vendors["news-for-schools"])} == {
        "login",
        "logout-from-vendor",
        "logout-from-school",
    }
