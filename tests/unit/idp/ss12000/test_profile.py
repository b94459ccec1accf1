"""What is outside a caller's agreement is nowhere in any answer to that caller."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from agreements import EVERYTHING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.ids import person_id, pseudonym, stable
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.query import EXPANDABLE
from idp.ss12000.world import World
from testbed.model.coverage import agreed_about, kept_about_protected
from testbed.model.written import Agreement, Person

pytestmark = pytest.mark.anyio
ATTRIBUTES = tuple(name for name in EVERYTHING if name not in ("postalCode", "l"))
MARKED = ("givenName", "sn", "displayName", "mail", "telephoneNumber", "street", "postalCode", "l", "norEduPersonNIN")
ACCOUNT, WARD, BORN = "eduPersonPrincipalName", "sisLegalGuardianFor", "norEduPersonBirthDate"
TOLD = re.compile(
    r"[A-Za-z]+<[a-z0-9-]+>|A-[a-z0-9-]+-@skola\.test|19\d\d-\d\d-\d\d|[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{22}"
)
"""Everything in an answer that is a value of somebody's, or an id."""
UNITS = ("00001101", "00001102", "00001103")
CLAUSES = st.fixed_dictionaries(
    {
        "subjects": st.sets(st.sampled_from(["pupil", "teacher", "guardian", "staff"]), min_size=1).map(sorted),
        "required": st.sets(st.sampled_from(ATTRIBUTES)).map(sorted),
        "limits": st.none()
        | st.fixed_dictionaries(
            {
                "school_units": st.sets(st.sampled_from(UNITS), max_size=2).map(sorted),
                "grades": st.sets(st.integers(0, 9), max_size=4).map(sorted),
            }
        ),
    }
)
AGREEMENTS = st.tuples(
    st.lists(CLAUSES, min_size=1, max_size=3),
    st.sampled_from(["withhold", "pseudonym"]),
    st.sampled_from(["pairwise", "persistent", "shared"]),
)
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def told_apart(people: Mapping[str, Person]) -> dict[str, Person]:
    """The same people, of whom each value points at one person and one attribute."""
    accounts = {person.attributes[ACCOUNT]: f"A-{person.id}-@skola.test" for person in people.values()}
    found = {}
    for number, person in enumerate(people.values()):
        values = {name: f"{name}<{person.id}>" for name in MARKED}
        values |= {ACCOUNT: accounts[person.attributes[ACCOUNT]]}
        values |= {BORN: (dt.date(1950, 1, 1) + dt.timedelta(days=number)).strftime("%Y%m%d")}
        if WARD in person.attributes:
            values[WARD] = tuple(accounts[ward] for ward in person.values(WARD))
        found[person.id] = person.model_copy(update={"attributes": dict(person.attributes) | values})
    return found


@pytest.fixture(scope="session")
def marked(folk: Mapping[str, Person]) -> Callable[[], dict[str, Person]]:
    """NOTE: a function, for hypothesis writes out what it hands on."""
    people = told_apart(folk)
    return lambda: dict(people)


async def all_that_is_answered(lab: Any) -> str:
    """The answers of every endpoint, with everything expanded, and to every filter that names somebody."""
    texts = []
    ids = [person_id(name, audience) for name in lab.people for audience in ("", lab.callers["reading"].agreement.id)]
    for kind in SINGULAR:
        more = {"expand": ",".join(EXPANDABLE[kind])} if kind in EXPANDABLE else {}
        listed = await lab.everything(f"/{kind}", expandReferenceNames="true", **more)
        texts.append(json.dumps(listed, ensure_ascii=False))
        known = [one["id"] for one in listed]
        looked_up = await lab.send("POST", f"/{kind}/lookup?expandReferenceNames=true", {"ids": [*ids, *known][:1000]})
        texts.append(looked_up.text)
        texts += [(await lab.get(f"/{kind}/{one}", expandReferenceNames="true", **more)).text for one in known[:2]]
    asked = [{"sortkey": sort} for sort in ("DisplayNameAsc", "CivicNoDesc", "ModifiedDesc")]
    relations = ("enrolment", "duty", "placement.owner", "responsibleFor.enrolment")
    asked += [{"relationship.entity.type": relation} for relation in relations]
    texts += [(await lab.get("/persons", limit=1000, **one)).text for one in asked]
    texts.append((await lab.get("/deletedEntities")).text)
    return "\n".join(texts)


def spelled(attribute: str, value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if attribute == BORN else value


def checked(text: str, people: Mapping[str, Person], agreement: Agreement) -> None:
    """Nothing stands there that is not agreed of the very person."""
    world = World(people)
    found = set(TOLD.findall(text))
    audience = agreement.id if agreement.identifier == "pairwise" else ""
    kept = kept_about_protected(agreement.protected_identity)
    assert "Sekretessmarkering" not in text
    assert "Skyddad folkbokföring" not in text
    for person in people.values():
        protected = world.protected(person)
        may = agreed_about(person, agreement) - (kept if protected else frozenset())
        hidden = not any(person.role in clause.subjects for clause in agreement.data)
        if hidden or protected:
            assert person_id(person.id, audience) not in found, person.id
        if protected and agreement.protected_identity == "withhold":
            may = frozenset()
            assert pseudonym(person.id, agreement.id, b"secret of the school, in a test.") not in found
        for attribute in (*MARKED, ACCOUNT, BORN):
            if attribute not in may:
                assert spelled(attribute, person.values(attribute)[0]) not in found, (person.id, attribute)


@given(wanted=AGREEMENTS)
@SETTINGS
async def test_nothing_outside_the_agreement_is_anywhere(new_lab: Any, agreed: Any, marked: Any, wanted: Any) -> None:
    clauses, protected, identifier = wanted
    agreement = agreed(*clauses, protected_identity=protected, identifier=identifier)
    lab = new_lab(agreement, marked())
    checked(await all_that_is_answered(lab), marked(), agreement)


@given(wanted=AGREEMENTS, marking=st.sampled_from(["Sekretessmarkering", "Skyddad folkbokföring"]))
@SETTINGS
async def test_nor_after_people_have_changed(new_lab: Any, agreed: Any, marked: Any, wanted: Any, marking: str) -> None:
    clauses, protected, identifier = wanted
    lab = new_lab(agreed(*clauses, protected_identity=protected, identifier=identifier), marked())
    await lab.get("/persons")
    lab.change("elev-0001", security_marking=marking)
    lab.change("elev-0002", school_units=("00001103",))
    lab.change("larare-0001", security_marking=marking)
    lab.api.roll.leave("elev-0003")
    people = marked() | {change.person: change.after for change in lab.api.roll.changes() if change.after is not None}
    left = people.pop("elev-0003")
    texts = (await all_that_is_answered(lab)).split("\n")
    # NOTE: the last of them is /deletedEntities, which names those by their ids who are to be forgotten.
    checked("\n".join(texts[:-1]), people, lab.callers["reading"].agreement)
    assert left.attributes["givenName"] not in "\n".join(texts)


@given(limits=st.sets(st.sampled_from(UNITS), min_size=1, max_size=2), grades=st.sets(st.integers(0, 9), max_size=3))
@SETTINGS
async def test_rows_are_those_of_the_limits(
    new_lab: Any, agreed: Any, folk: Any, limits: set[str], grades: set[int]
) -> None:
    clause = {
        "subjects": ("pupil",),
        "required": ("sisSchoolUnitCode", "sisSchoolGrade", "sisSchoolCourseStudent"),
        "limits": {"school_units": sorted(limits), "grades": sorted(grades)},
    }
    lab = new_lab(agreed(clause))
    expected = {
        person_id(one.id, "reading-2026")
        for one in folk.values()
        if one.role == "pupil"
        and not one.protected
        and limits & set(one.school_units)
        and (not grades or int(one.attributes["sisSchoolGrade"]) in grades)
    }
    assert {one["id"] for one in await lab.everything("/persons")} == expected
    groups = await lab.everything("/groups")
    assert {member["person"]["id"] for group in groups for member in group["groupMemberships"]} == expected
    units = {one.get("schoolUnitCode") for one in await lab.everything("/organisations")} - {None}
    assert units <= limits
    assert {one["student"]["id"] for one in await lab.everything("/attendances")} == expected
    assert await lab.everything("/duties") == []


async def test_two_vendors_know_a_person_by_different_ids_where_that_is_agreed(new_lab: Any, agreed: Any) -> None:
    lab = new_lab()
    ours, theirs = await lab.everything("/persons"), await lab.everything("/persons", "other")
    assert not {one["id"] for one in ours} & {one["id"] for one in theirs}
    assert not {one["id"] for one in await lab.everything("/duties")} & {
        one["id"] for one in await lab.everything("/duties", "other")
    }
    shared = new_lab(agreed(identifier="shared"))
    assert {one["id"] for one in await shared.everything("/persons")} == {
        one["id"] for one in await shared.everything("/persons", "other")
    }


async def test_the_marking_is_told_of_nobody_where_its_absence_would_tell(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(protected_identity="pseudonym"))
    assert not any("securityMarking" in one for one in await lab.everything("/persons"))
    members = [m for group in await lab.everything("/groups") for m in group["groupMemberships"]]
    assert not any("securityMarking" in member["person"] for member in members)


@pytest.mark.parametrize(
    ("valid", "data", "deleted"),
    [
        ({"from": "2026-11-23", "until": "2026-11-23"}, 200, 200),
        ({"from": "2026-11-24", "until": "2027-01-01"}, 403, 403),
        ({"from": "2026-01-01", "until": "2026-11-22"}, 403, 200),
        ({"from": "2026-01-01", "until": "2026-10-01"}, 403, 403),
        ({"from": "2026-01-01", "until": "9999-12-31"}, 200, 200),
    ],
)
async def test_an_agreement_holds_from_its_first_day_to_its_last(
    new_lab: Any, agreed: Any, valid: dict[str, str], data: int, deleted: int
) -> None:
    lab = new_lab(agreed(valid=valid))
    for kind in SINGULAR:
        assert (await lab.get(f"/{kind}")).status_code == data
    assert (await lab.get("/deletedEntities")).status_code == deleted


def test_an_id_is_made_of_its_words_and_not_of_their_joined_letters() -> None:
    assert stable("a", "bc") != stable("ab", "c")
    assert person_id("elev-0001") == person_id("elev-0001") != person_id("elev-0001", "x")
    assert pseudonym("elev-0001", "x", b"1") != pseudonym("elev-0001", "x", b"2")


async def test_who_is_whose_guardian_is_told_only_where_it_is_agreed(new_lab: Any, agreed: Any) -> None:
    shared = {"required": ("givenName", "sisSchoolUnitCode", "sisSchoolGrade")}
    of_pupils = {"subjects": ("pupil",), "required": (*shared["required"], "sisLegalGuardianFor")}
    lab = new_lab(agreed(of_pupils, {"subjects": ("guardian",)} | shared))
    people = await lab.everything("/persons", expand="responsibleFor,ownedPlacements")
    assert not any("responsibles" in one for one in people)
    assert not any(one["_embedded"]["responsibleFor"] or one["_embedded"]["ownedPlacements"] for one in people)
    places = await lab.everything("/placements", expand="owners")
    assert places
    assert not any(one["owners"] or one["_embedded"]["owners"] for one in places)
    for relation in ("placement.owner", "responsibleFor.enrolment", "responsibleFor.placement"):
        assert await lab.everything("/persons", **{"relationship.entity.type": relation}) == []


async def test_a_guardian_whom_no_clause_speaks_of_is_nowhere(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed({"subjects": ("pupil",), "required": ("sisLegalGuardianFor", "sisSchoolUnitCode")}))
    assert not any("responsibles" in one for one in await lab.everything("/persons"))
