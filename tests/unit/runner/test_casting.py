"""Who plays: all that is asked for holds, and the same seed draws the same person."""

from pathlib import Path

import pytest

from testbed.model.files import ScenarioInvalid
from testbed.model.written import Bilingual, Casting, Expect, Person, Scenario
from testbed.runner.casting import candidates, draw, fits

SOURCE = Path("s.yaml")


def person(name: str, role: str = "pupil", marking: str = "Ingen", **attributes: str) -> Person:
    return Person.model_validate(
        {
            "id": name,
            "school": "granne" if name == "neighbour" else "skola",
            "role": role,
            "security_marking": marking,
            "school_units": ["1"] if name != "two" else ["1", "2"],
            "attributes": attributes,
        }
    )


PEOPLE = {
    p.id: p
    for p in (
        person("plain", givenName="Bo", sn="Ek", displayName="Bo Ek", mail="bo@skola.test"),
        person("one", givenName="Sukarno", displayName="Sukarno"),
        person("long", givenName="A", sn="B", displayName="A" * 60),
        person("umlaut", givenName="Åsa", sn="Öh", displayName="Åsa Öh"),
        person("two", givenName="Bo", sn="Al", displayName="Bo Al"),
        person("hidden", marking="Sekretessmarkering", givenName="X", sn="Y", displayName="X Y"),
        person("neighbour", givenName="Gun", sn="Al", displayName="Gun Al"),
        person("adult", role="teacher", givenName="T", sn="T", displayName="T T"),
    )
}


def scenario(**casting: object) -> Scenario:
    return Scenario(
        id="s",
        title=Bilingual(sv="s", en="s"),
        flow="login",
        vendor="v",
        person=Casting.model_validate(casting),
        expect=Expect(login="accepted"),
    )


@pytest.mark.parametrize(
    ("casting", "names"),
    [
        ({"role": "teacher"}, {"adult"}),
        ({"security_marking": "Sekretessmarkering"}, {"hidden"}),
        ({"name": "one-word"}, {"one"}),
        ({"name": "very-long"}, {"long"}),
        ({"name": "beyond-ascii"}, {"umlaut"}),
        ({"having": ["mail"]}, {"plain"}),
        ({"lacking": ["sn"]}, {"one"}),
        ({"school_units": "several"}, {"two"}),
        ({"school": "granne"}, {"neighbour"}),
        ({"id": "neighbour"}, {"neighbour"}),
        ({"id": "plain"}, {"plain"}),
        ({"id": "plain", "role": "teacher"}, set()),
    ],
)
def test_fits(casting: dict[str, object], names: set[str]) -> None:
    wanted = Casting.model_validate(casting)
    assert {p.id for p in PEOPLE.values() if fits(p, wanted)} == names


def drawn_of(one: Scenario, seed: int, repetition: int = 0) -> str:
    return draw(candidates(PEOPLE.values(), one, SOURCE), one, seed, repetition).id


def test_the_same_seed_draws_the_same_and_repetitions_draw_others() -> None:
    drawn = [drawn_of(scenario(), 3, repetition) for repetition in range(20)]
    assert drawn == [drawn_of(scenario(), 3, repetition) for repetition in range(20)]
    assert len(set(drawn)) > 1


def test_protected_people_play_only_when_asked_for() -> None:
    drawn = {drawn_of(scenario(), seed) for seed in range(60)}
    assert "hidden" not in drawn
    assert drawn_of(scenario(id="hidden"), 1) == "hidden"


def test_nobody_who_fits_is_an_error_with_the_file() -> None:
    with pytest.raises(ScenarioInvalid, match=r"s\.yaml: person: nobody of 8 people fits"):
        candidates(PEOPLE.values(), scenario(role="guardian"), SOURCE)
