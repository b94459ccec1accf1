"""What was found is held against the truth: found, called another form, missed, and not there."""

from testbed.model.corpus import CorpusTruth, Item, Leak, LookAlike
from testbed.privacy.scoring import CLEAN, score


def leak(exchange: int, form: str, family: str = "base64") -> Leak:
    return Leak(
        exchange=exchange,
        attribute="mail",
        person="elev-1",
        form=form,
        family=family,
        variant="v",
        place="json",
        value="a@skola.test",
        written="",
    )


TRUTH = CorpusTruth(
    seed=1,
    exchanges=6,
    keys=(),
    left_out=(),
    leaks=(leak(1, "base64"), leak(2, "base64"), leak(3, "base64+gzip"), leak(4, "plain", "plain")),
    look_alikes=(LookAlike(exchange=5, kind="names of nobody", text="Anna Berg"),),
)
RIGHT = {n: [Item("mail", "elev-1", form)] for n, form in enumerate(("base64", "base64", "base64+gzip", "plain"), 1)}


def test_all_that_is_there_and_nothing_else_is_a_full_score() -> None:
    result = score(TRUTH, RIGHT)
    assert (result.total.recall, result.total.precision) == (1.0, 1.0)
    assert result.missed == result.wrong == result.misnamed == ()
    assert [(kind.kind, kind.exchanges, kind.hit) for kind in result.kinds] == [
        ("names of nobody", 1, 0),
        (CLEAN, 1, 0),
    ]


def test_what_is_not_found_lowers_the_recall_of_its_family_alone() -> None:
    result = score(TRUTH, {number: items for number, items in RIGHT.items() if number != 2})
    assert {row.family: row.recall for row in result.families} == {"base64": 2 / 3, "plain": 1.0}
    assert [one.exchange for one in result.missed] == [2]


def test_another_form_is_found_and_told() -> None:
    result = score(TRUTH, {**RIGHT, 3: [Item("mail", "elev-1", "base64")]})
    assert result.total.recall == 1.0
    assert [(one.exchange, form) for one, form in result.misnamed] == [(3, "base64")]


def test_another_person_is_wrong_and_missed() -> None:
    result = score(TRUTH, {**RIGHT, 4: [Item("mail", "elev-2", "plain")]})
    assert [one.exchange for one in result.missed] == [4]
    assert [(one.exchange, one.of) for one in result.wrong] == [(4, "plain")]
    assert result.total.precision == 3 / 4


def test_findings_in_look_alikes_and_clean_exchanges_are_wrong() -> None:
    other = [Item("displayName", "elev-3", "plain"), Item("sn", "", "plain")]
    result = score(TRUTH, {**RIGHT, 5: other, 6: other[:1]})
    assert {kind.kind: kind.hit for kind in result.kinds} == {"names of nobody": 1, CLEAN: 1}
    assert result.total.precision == 4 / 7


def test_finding_nothing_is_precise_and_useless() -> None:
    result = score(TRUTH, {})
    assert (result.total.recall, result.total.precision) == (0.0, 1.0)
