"""A new agreement: what it takes away is gone, what it adds has changed, and what it leaves as it was has not."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

pytestmark = pytest.mark.anyio
PUPILS = {"subjects": ("pupil",), "required": ("givenName", "sisSchoolUnitCode")}
TEACHERS = {"subjects": ("teacher",), "required": ("givenName", "sisSchoolUnitCode")}


def amended(lab: Any, agreement: Any) -> None:
    before = lab.callers["reading"]
    lab.callers["reading"] = replace(before, agreement=agreement)
    lab.api.amend(before, lab.callers["reading"])


async def ids(lab: Any, **params: Any) -> set[str]:
    return {one["id"] for one in await lab.everything("/persons", **params)}


def later(lab: Any) -> str:
    """Half an hour ago; and it is an hour later now."""
    since: dt.datetime = lab.now + dt.timedelta(minutes=30)
    lab.now += dt.timedelta(hours=1)
    return since.isoformat().replace("+00:00", "Z")


async def test_who_is_no_longer_agreed_on_is_gone_from_then_on(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS, TEACHERS))
    before, since = await ids(lab), later(lab)
    amended(lab, agreed(PUPILS))
    left = await ids(lab)
    assert left < before
    gone = await lab.gone(after=since)
    assert set(gone["persons"]) == before - left
    assert gone["duties"]
    assert await ids(lab, **{"meta.modified.after": since}) == set()


async def test_who_is_newly_agreed_on_has_changed_then(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS))
    before, since = await ids(lab), later(lab)
    amended(lab, agreed(PUPILS, TEACHERS))
    added = await ids(lab) - before
    assert added
    assert await ids(lab, **{"meta.modified.after": since}) == added
    assert (await lab.gone(after=since)).get("persons") is None


async def test_what_says_more_of_somebody_has_changed(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS))
    since = later(lab)
    amended(lab, agreed(PUPILS | {"optional": ("mail",)}))
    changed = await lab.everything("/persons", **{"meta.modified.after": since})
    everybody = await lab.everything("/persons")
    with_mail = {one["id"] for one in everybody if "emails" in one}
    assert {one["id"] for one in changed} == with_mail
    assert 0 < len(with_mail) < len(everybody)


async def test_when_it_is_over_everything_is_gone_and_nothing_else_is_given(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS, TEACHERS))
    before, since = await ids(lab), later(lab)
    yesterday = (lab.now - dt.timedelta(days=1)).date().isoformat()
    over = agreed(PUPILS, TEACHERS, valid={"from": "2026-01-01", "until": yesterday})
    amended(lab, over)
    assert (await lab.get("/persons")).status_code == 403
    assert set((await lab.gone(after=since))["persons"]) == before
    amended(lab, agreed(PUPILS, TEACHERS))
    assert await ids(lab) == before
    assert await ids(lab, **{"meta.modified.after": since}) == before
    assert (await lab.gone(after=since)).get("persons") is None


async def test_after_the_days_of_retention_nothing_is_answered(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS))
    amended(lab, agreed(PUPILS, valid={"from": "2026-01-01", "until": "2026-09-01"}, retention_days=30))
    for path in ("/persons", "/deletedEntities", "/subscriptions"):
        assert (await lab.get(path)).status_code == 403


async def test_somebody_who_comes_back_into_the_agreement_is_not_gone(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(PUPILS | {"limits": {"school_units": ["00001101"]}}))
    everybody, since = await ids(lab), later(lab)
    amended(lab, agreed(PUPILS | {"limits": {"school_units": ["00001102"]}}))
    lost = set((await lab.gone(after=since))["persons"])
    assert lost == everybody - await ids(lab)
    name = next(name for name, one in lab.people.items() if one.role == "pupil" and one.school_units == ("00001101",))
    lab.change(name, school_units=("00001102",))
    back = await ids(lab) & lost
    assert len(back) == 1
    assert set((await lab.gone(after=since))["persons"]) == lost - back
