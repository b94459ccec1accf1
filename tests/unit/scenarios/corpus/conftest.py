import pytest

from idp.people import generate as make_people
from scenarios.corpus.generate import Corpus, generate
from testbed.model.written import Person


def with_coordination_numbers(people: dict[str, Person]) -> dict[str, Person]:
    """The same people, some guardians with coordination numbers in the style of the published test numbers."""
    changed = dict(people)
    for number, person in enumerate(p for p in people.values() if p.role == "guardian"):
        if number < 20:
            civic = f"19{80 + number // 10}0{number % 9 + 1}{61 + number}2399"
            changed[person.id] = person.model_copy(
                update={"attributes": {**person.attributes, "norEduPersonNIN": civic}}
            )
    return changed


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    return with_coordination_numbers(make_people(3, 150).everybody)


@pytest.fixture(scope="session")
def corpus(people: dict[str, Person]) -> Corpus:
    return generate(5, people, 2)
