"""Who arrives when: so many as were asked for, in their time, the same for the same seed, and whom the vendor takes."""

import random
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from math import log
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.people import generate
from testbed.model.files import ScenarioInvalid
from testbed.model.load import MOST_ARRIVALS, Arrival, Profile
from testbed.model.written import Agreement
from testbed.runner.admitted import admitted
from testbed.runner.crowd import SIGMA, Crowd, unit_sizes
from testbed.runner.schedule import FEWEST_PUPILS, MOST_PUPILS, Sizes, arrivals_of, pupils_for, sized

PEOPLE = generate(1, 900).everybody
LARGE = generate(1, 6000).everybody
WORDS = {"sv": "x", "en": "x"}


def profile(*waves: dict[str, Any], **more: Any) -> Profile:
    written = {"id": "x", "title": WORDS, "description": WORDS, "waves": list(waves), "mix": [{"vendor": "v"}], **more}
    return Profile.model_validate(written)


def agreement(*clauses: dict[str, Any]) -> Agreement:
    return Agreement.model_validate(
        {
            "id": "v-2026",
            "controller": {"name": "C", "hosts": ["idp.skola.test"]},
            "processor": {"name": "V", "hosts": ["v.test"]},
            "valid": {"from": date(2020, 1, 1), "until": date(2099, 1, 1)},
            "identifier": "pairwise",
            "protected_identity": "withhold",
            "data": list(clauses),
        }
    )


@st.composite
def waves(draw: st.DrawFn) -> dict[str, Any]:
    wave: dict[str, Any] = {"from_s": draw(st.floats(0, 600)), "within_s": draw(st.floats(0.5, 600))}
    match draw(st.sampled_from(["alone", "by-class", "per_s"])):
        case "per_s":
            return wave | {"per_s": draw(st.floats(0.01, 5))}
        case come:
            spread = {"class_s": draw(st.floats(0.5, 900)), "unit_s": draw(st.floats(0, 900))}
            return wave | {"people": draw(st.integers(1, 400)), "come": come} | spread


def within(arrival: Arrival, wave: dict[str, Any]) -> bool:
    slack = 1e-6
    return wave["from_s"] - slack <= arrival.due_s <= wave["from_s"] + wave["within_s"] + slack


# --- counts, windows, order -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.lists(waves(), min_size=1, max_size=3), st.floats(0.05, 3), st.integers(0, 1000))
def test_people_come_in_their_windows_in_order_and_the_same_for_the_same_seed(
    written: list[dict[str, Any]], scale: float, seed: int
) -> None:
    one = profile(*written, scale=scale)
    came = arrivals_of(one, PEOPLE, seed)
    assert came == arrivals_of(one, dict(reversed(PEOPLE.items())), seed)
    assert [arrival.number for arrival in came] == list(range(len(came)))
    assert all(first.due_s <= second.due_s for first, second in pairwise(came))
    assert all(any(within(arrival, wave) for wave in written) for arrival in came)
    assert all(PEOPLE[arrival.person].role == "pupil" for arrival in came)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=5), st.floats(0.001, 4), st.sampled_from(["alone", "by-class"])
)
def test_waves_that_count_people_have_exactly_so_many_in_all(counts: list[int], scale: float, come: str) -> None:
    windows = [{"from_s": 100.0 * n, "within_s": 50, "people": people, "come": come} for n, people in enumerate(counts)]
    came = arrivals_of(profile(*windows, scale=scale), PEOPLE, 1)
    assert len(came) == max(1, round(sum(counts) * scale))
    of_waves = Counter(int(arrival.due_s // 100) for arrival in came)
    for number, people in enumerate(counts):
        assert abs(of_waves[number] - people * scale) <= 1


def test_waves_that_count_by_the_second_have_so_many_on_average() -> None:
    one = profile({"within_s": 100, "per_s": 4}, scale=0.5)
    counts = [len(arrivals_of(one, PEOPLE, seed)) for seed in range(50)]
    # NOTE: 50 runs of 200 on average; the mean strays by 2, and six times that is out of all chance.
    assert 200 - 12 < sum(counts) / len(counts) < 200 + 12
    assert len(set(counts)) > 10


def test_another_seed_is_another_day() -> None:
    one = profile({"within_s": 60, "people": 50})
    assert arrivals_of(one, PEOPLE, 1) != arrivals_of(one, PEOPLE, 2)


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=6), st.integers(1, 200))
def test_of_each_part_come_as_many_as_its_share_says(shares: list[float], people: int) -> None:
    mix = [{"vendor": f"v{number}", "share": share} for number, share in enumerate(shares)]
    came = Counter(one.vendor for one in arrivals_of(profile({"within_s": 60, "people": people}, mix=mix), PEOPLE, 3))
    assert came.total() == people
    for number, share in enumerate(shares):
        assert abs(came[f"v{number}"] - people * share / sum(shares)) <= 1


@pytest.mark.parametrize("wave", [{"people": 3000, "come": "by-class", "class_s": 5}, {"per_s": 50}])
def test_classes_and_those_who_come_by_the_second_choose_by_their_shares(wave: dict[str, Any]) -> None:
    mix = [{"vendor": "much", "share": 9}, {"vendor": "little", "share": 1}]
    came = Counter(one.vendor for one in arrivals_of(profile({"within_s": 60, **wave}, mix=mix), PEOPLE, 3))
    assert 0.04 < came["little"] / came.total() < 0.18


# --- classes and school units -----------------------------------------------------------------------------------------


def test_a_class_comes_together_and_its_school_unit_has_one_bell() -> None:
    wave = {"within_s": 1200, "people": 600, "come": "by-class", "class_s": 90, "unit_s": 60}
    came = arrivals_of(profile(wave), LARGE, 1)
    dues: dict[str, list[float]] = defaultdict(list)
    units: dict[str, list[float]] = defaultdict(list)
    for one in came:
        person = LARGE[one.person]
        dues[person.values("sisSchoolCourseStudent")[0]].append(one.due_s)
        units[person.school_units[0]].append(one.due_s)
    assert len(came) == len({one.person for one in came})
    assert max(map(len, dues.values())) > 15
    assert all(max(one) - min(one) <= 90 for one in dues.values())
    assert all(max(one) - min(one) <= 90 + 60 for one in units.values())
    assert len(units) > 3


def test_school_units_are_as_unequal_as_real_ones() -> None:
    """A log-normal distribution: its logarithm has the deviation that the published shares come to."""
    person = next(iter(PEOPLE.values()))
    many = {str(n): person.model_copy(update={"school_units": (f"{n:08d}",)}) for n in range(3000)}
    sizes = sorted(unit_sizes(many, random.Random(1)).values())
    assert stdev(map(log, sizes)) == pytest.approx(SIGMA, rel=0.05)
    below_a_hundred = sum(228 * size / fmean(sizes) < 100 for size in sizes) / len(sizes)
    assert below_a_hundred == pytest.approx(0.32, abs=0.03)


def test_nobody_comes_again_before_all_have_come() -> None:
    draw = random.Random(1)
    some = [name for name, person in PEOPLE.items() if person.role == "pupil"]
    crowd = Crowd(PEOPLE, some, unit_sizes(PEOPLE, draw), draw)
    first = [crowd.one() for _ in range(crowd.size)]
    assert len(set(first)) == crowd.size < len(some)
    assert {crowd.one() for _ in range(crowd.size)} == set(first)


def test_guardians_come_as_the_school_unit_of_their_children_is_large() -> None:
    part = [{"vendor": "v", "role": "guardian"}]
    came = arrivals_of(profile({"within_s": 60, "people": 300}, mix=part), LARGE, 1)
    accounts = {value: person for person in LARGE.values() for value in person.values("eduPersonPrincipalName")}
    units = Counter(accounts[LARGE[one.person].values("sisLegalGuardianFor")[0]].school_units[0] for one in came)
    assert len(units) == 9
    assert max(units.values()) > 3 * min(units.values())


# --- whom the vendor takes --------------------------------------------------------------------------------------------


def test_only_those_come_whom_the_agreement_speaks_of() -> None:
    limited = agreement(
        {"subjects": ["pupil"], "required": ["mail"], "limits": {"school_units": ["00001101"], "grades": [2, 3]}}
    )
    came = arrivals_of(profile({"within_s": 60, "people": 40}), PEOPLE, 1, {"v": limited})
    for one in came:
        person = PEOPLE[one.person]
        assert admitted(person, limited)
        assert "00001101" in person.school_units
        assert person.values("sisSchoolGrade")[0] in ("2", "3")
        assert person.values("mail")
        assert not person.protected


def test_where_several_vendors_are_logged_in_to_all_agreements_hold() -> None:
    agreed = {
        "v": agreement({"subjects": ["pupil"], "limits": {"grades": [2, 3]}}),
        "w": agreement({"subjects": ["pupil"], "limits": {"grades": [3, 4]}}).model_copy(update={"id": "w-2026"}),
    }
    part = [{"vendor": "v", "also": ["w"], "flow": "logout-from-school"}]
    came = arrivals_of(profile({"within_s": 60, "people": 20}, mix=part), PEOPLE, 1, agreed)
    assert {PEOPLE[one.person].values("sisSchoolGrade") for one in came} == {("3",)}
    assert {one.also for one in came} == {("w",)}


def test_pupils_of_some_school_years_come_where_a_part_names_them() -> None:
    part = [{"vendor": "v", "grades": [3, 6]}]
    came = arrivals_of(profile({"within_s": 60, "people": 40}, mix=part), PEOPLE, 1)
    assert {PEOPLE[one.person].values("sisSchoolGrade") for one in came} == {("3",), ("6",)}


def test_people_of_the_neighbour_come_only_where_a_part_asks_for_them() -> None:
    mix = [{"vendor": "v"}, {"vendor": "v", "school": "granne", "share": 0.2}]
    came = arrivals_of(profile({"within_s": 60, "people": 200}, mix=mix), PEOPLE, 1)
    assert {PEOPLE[one.person].school for one in came} == {"skola", "granne"}
    own = arrivals_of(profile({"within_s": 60, "people": 2000}), PEOPLE, 1)
    assert {PEOPLE[one.person].school for one in own} == {"skola"}


def test_nobody_fits_is_a_sentence() -> None:
    nobody = agreement({"subjects": ["staff"]})
    with pytest.raises(ScenarioInvalid, match=r"nobody of \d+ people is a pupil of 'skola' whom the agreement of 'v'"):
        arrivals_of(profile({"within_s": 60, "people": 4}), PEOPLE, 1, {"v": nobody})


def test_whoever_changes_school_does_so_once_and_does_nothing_else() -> None:
    mix = [{"vendor": "w", "flow": "push-change"}, {"vendor": "x", "flow": "roster-told"}, {"vendor": "v", "share": 20}]
    came = arrivals_of(profile({"within_s": 60, "people": 600}, mix=mix), PEOPLE, 1)
    moved = [one for one in came if one.moves_to]
    assert {one.flow for one in moved} == {"push-change", "roster-told"}
    assert len({one.person for one in moved}) == len(moved) > 10
    assert not {one.person for one in moved} & {one.person for one in came if not one.moves_to}
    units = {unit for person in PEOPLE.values() if person.school == "skola" for unit in person.school_units}
    assert all(one.moves_to in units - set(PEOPLE[one.person].school_units) for one in moved)


def test_more_moves_than_there_are_people_are_refused() -> None:
    with pytest.raises(ScenarioInvalid, match=r"push-change is for more people than the .* who can move, each once"):
        arrivals_of(profile({"within_s": 60, "people": 900}, mix=[{"vendor": "w", "flow": "push-change"}]), PEOPLE, 1)


# --- sizes ------------------------------------------------------------------------------------------------------------

TWO = ({"within_s": 60, "people": 300}, {"from_s": 60, "within_s": 40, "per_s": 2})


@pytest.mark.parametrize(
    ("sizes", "people", "window_s"),
    [
        (Sizes(), 380, 100),
        (Sizes(scale=0.5), 190, 100),
        (Sizes(users=76), 76, 100),
        (Sizes(rate=1.9), 190, 100),
        (Sizes(duration_s=50), 190, 50),
        (Sizes(duration_s=200), 760, 200),
        (Sizes(rate=3.8, duration_s=10), 38, 10),
        (Sizes(users=19, duration_s=10), 19, 10),
    ],
)
def test_sizes_are_what_they_say(sizes: Sizes, people: float, window_s: float) -> None:
    asked = sized(profile(*TWO), sizes)
    assert sum(wave.size for wave in asked.waves) * asked.scale == pytest.approx(people)
    assert asked.window_s == pytest.approx(window_s)
    came = arrivals_of(asked, PEOPLE, 1)
    assert all(one.due_s <= window_s for one in came)


def test_so_many_users_are_so_many_people() -> None:
    for users in (1, 7, 1234):
        assert len(arrivals_of(sized(profile(TWO[0]), Sizes(users=users)), PEOPLE, 1)) == users


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (Sizes(scale=1, rate=1), "--rate: 1: stands beside --scale. To mend it: keep one of them"),
        (Sizes(rate=1, users=5), "--users: 5: stands beside --rate"),
        (Sizes(scale=0), "--scale: 0: is no size"),
        (Sizes(scale=-1), "--scale: -1: is no size"),
        (Sizes(rate=float("nan")), "--rate: nan: is no size"),
        (Sizes(duration_s=float("inf")), "--duration: inf: is no size"),
        (Sizes(duration_s=90_000), "--duration: 90000: is longer than a day"),
        (Sizes(users=MOST_ARRIVALS + 1), f"--users: x: {MOST_ARRIVALS + 1} people would arrive, and at most"),
        (Sizes(rate=1e6), "--rate: x: 100000000 people would arrive"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes: Sizes, words: str) -> None:
    with pytest.raises(ScenarioInvalid) as refused:
        sized(profile(*TWO), sizes)
    assert str(refused.value).startswith(words)


def test_so_many_pupils_are_invented_that_nobody_need_come_twice() -> None:
    assert pupils_for(profile({"within_s": 60, "people": 10})) == FEWEST_PUPILS
    assert pupils_for(profile({"within_s": 60, "people": 90_000})) == MOST_PUPILS
    one = profile({"within_s": 60, "people": 1200})
    came = arrivals_of(one, generate(1, pupils_for(one)).everybody, 1)
    assert len({arrival.person for arrival in came}) == 1200
